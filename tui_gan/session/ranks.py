"""A run on several processes that torchrun has started: process 0 has the run, the others follow each of its steps."""

import contextlib
import datetime
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import safetensors.torch
import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.rendezvous import rendezvous

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError, first_line
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import EventKind
from tui_gan.gan.compatibility import check_names
from tui_gan.gan.datasets import Images
from tui_gan.gan.engines.shared import Across, RankLostError, Shared
from tui_gan.gan.masks import completes
from tui_gan.gan.orders import COORDINATION
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Player
from tui_gan.session.sources import dataset_of
from tui_gan.session.undo import InForce

# For the others to come; and for a paused run to go on, since one that has gone is noticed by its connection.
COMES_WITHIN, ENDLESS = datetime.timedelta(minutes=30), datetime.timedelta(days=365)
END, STEP, UPDATE_D, UPDATE_G = range(4)
ALONE: dict[int, Player] = {UPDATE_D: "D", UPDATE_G: "G"}


class Told(msgspec.Struct, frozen=True):
    """What process 0 trains by.

    Attributes:
        folder: where the data of the configuration are looked for.
        kind: of the device: cpu or cuda.
        threads: of PyTorch.
    """

    config: Config
    knobs: Knobs
    folder: str
    kind: str
    threads: int


class Leader:
    """The others, as the process knows them that has the run.

    Attributes:
        count: of all processes.
        lost: why they follow no longer; "" while they do.
    """

    def __init__(self, folder: Path) -> None:
        self._across = joined()
        self.count = self._across.ranks
        self.lost = ""
        self._folder = folder.resolve()
        # The trainer, how often another state had been put into it, and the knobs, as the others know them.
        self._known: tuple[Trainer, int, Knobs] | None = None

    def step(self, trainer: Trainer, knobs: Knobs) -> None:
        """Train one step with the others; where one goes meanwhile it is trained to its end here, and `lost` says so.

        Raises:
            RankLostError: one has gone before it began.
        """
        self._tell(STEP, trainer, knobs)
        with self._in_step(trainer):
            trainer.step(knobs)

    def alone(self, trainer: Trainer, player: Player, knobs: Knobs) -> Tensor:
        """As `step`, one update of one player; returns its loss."""
        self._tell(UPDATE_D if player == "D" else UPDATE_G, trainer, knobs)
        with self._in_step(trainer):
            return trainer.alone(player, knobs)

    def end(self) -> None:
        """Send the others home."""
        if not self.lost:
            try:
                _tell(END, b"", b"")
            except RankLostError:
                self.lost = self.gone
        dist.destroy_process_group()

    def check(self, now: InForce) -> None:
        """As `check`, for these processes."""
        check(now, self.count)

    def doubts(self, now: InForce) -> Iterator[str]:
        """As `doubts`, for these processes."""
        return doubts(now, self.count)

    @property
    def gone(self) -> str:
        """That one has gone."""
        return "rank 1 has gone" if self.count == 2 else f"one of the ranks 1 to {self.count - 1} has gone"

    def _tell(self, what: int, trainer: Trainer, knobs: Knobs) -> None:
        """Say what comes, with all that has changed since the last time."""
        if self.lost:
            raise RankLostError
        now = (trainer, trainer.loads, knobs)
        words = state = b""
        if self._known is None or now[:2] != self._known[:2]:
            trainer.engine = Shared(trainer.game, trainer.now, self._across)
            state = safetensors.torch.save(trainer.state())
        if now != self._known:
            kind = trainer.device.partition(":")[0]
            words = msgspec.msgpack.encode(Told(trainer.config, knobs, str(self._folder), kind, torch.get_num_threads()))
        self._known = now
        try:
            _tell(what, words, state)
        except RankLostError:
            self.lost = self.gone
            raise

    @contextlib.contextmanager
    def _in_step(self, trainer: Trainer) -> Iterator[None]:
        """What breaks an update here leaves the others behind in the middle of it."""
        try:
            yield
        except Exception as error:
            self.lost = f"the processes are out of step by an error ({type(error).__name__}: {first_line(error)})"
            raise
        if isinstance(trainer.engine, Shared) and trainer.engine.lost:
            self.lost = self.gone


def check(now: InForce, count: int) -> None:
    """Check that so many processes can train by it.

    Raises:
        UsageError: they cannot; one line says why.
    """
    check_names(now.config)
    for problem in _problems(now, count):
        raise UsageError(problem)


def _problems(now: InForce, count: int) -> Iterator[str]:
    config, knobs = now.config, now.knobs
    if not isinstance(now.dataset.truth, Images):
        yield "several processes train on images alone: a step on single numbers is too short to be shared; start one process"
    yield from _of_shares(now, count)
    if config.engine != "eager":
        yield f"several processes train by the eager engine alone, not by {config.engine!r}: set engine to eager"
    if COORDINATION[config.coordination].adapts:
        yield "k cannot follow D's accuracy in several processes, each of which sees a share of it: set coordination to fixed"
    for name, weight in config.regularizers.items():
        if weight and REGULARIZERS[name].adapt:
            yield f"{name} cannot follow D's accuracy in several processes, each of which sees a share of it: set its weight to 0"
    if config.augment and config.augment_target:
        yield "augment_target cannot follow D in several processes, each of which sees a share of the images: set it to 0"
    if knobs.device not in ("auto", "cpu", "cuda", "cuda:0"):
        yield f"several processes train on the CPU or each on a GPU of its own, from cuda:0 on, not on {knobs.device!r}"


def _of_shares(now: InForce, count: int) -> Iterator[str]:
    """Why a batch cannot be shared by so many."""
    config, knobs = now.config, now.knobs
    if knobs.batch_size % count:
        low = max(knobs.batch_size // count, 1) * count
        yield f"a batch of {knobs.batch_size} has no equal shares for {count} processes; set --batch-size to {low} or {low + count}"
    if knobs.minibatch_discrimination and knobs.batch_size < 2 * count:
        yield f"minibatch discrimination compares the samples of a process, which has one alone: set --batch-size to {2 * count} or more"
    if completes(config) and (config.completion.error or config.completion.observed) and knobs.batch_size // count % 2:
        yield f"two images of a share lend each other their noise, and {knobs.batch_size // count} is odd: choose a batch with even shares"


def doubts(now: InForce, count: int) -> Iterator[str]:
    """In what the steps of so many processes differ from those of one with the whole batch: one sentence each."""
    config, knobs = now.config, now.knobs
    share, batch = _samples(now, count)
    if knobs.minibatch_discrimination:
        yield f"minibatch discrimination sees the {share} samples of its process, not the batch of {batch}"
    if config.feature_matching:
        yield f"feature matching sees the means of the {share} samples of its process, not of the batch of {batch}"
    networks = (config.generator, config.discriminator, *([] if config.inference == "none" else [config.encoder]))
    if any(network.dropout or network.input_dropout for network in networks):
        yield "dropout leaves out other units than in one process: each process draws its own"


def notes(leader: Leader, now: InForce) -> list[tuple[str, EventKind]]:
    """What is to be known of a run on several processes at its beginning, each with the kind of its event."""
    (share, batch), warnings = _samples(now, leader.count), [*leader.doubts(now)]
    equal = "" if warnings else "; a step equals that of one process to rounding"
    first = f"{leader.count} processes share each step: {share} of the {batch} samples of a batch each{equal}"
    return [(first, "info"), *((text, "warning") for text in warnings)]


def _samples(now: InForce, count: int) -> tuple[int, int]:
    """How many samples of a batch a process has, and how many there are."""
    return now.knobs.batch_size // count * now.config.packing, now.knobs.batch_size * now.config.packing


def joined() -> Across:
    """Join the processes that torchrun has started, by gloo on CPUs and nccl between GPUs.

    Raises:
        UsageError: they do not meet.
    """
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    try:
        store, rank, count = next(rendezvous("env://", timeout=COMES_WITHIN))
        dist.init_process_group(backend, store=store, rank=rank, world_size=count, timeout=ENDLESS)
    except (RuntimeError, ValueError) as error:
        raise UsageError(f"the processes that torchrun has started do not meet: {first_line(error)}") from None
    return Across(rank, count, _sum)


def follow() -> None:
    """Train what process 0 trains, until it ends or has gone.

    Raises:
        UsageError: what it trains cannot be had here, such as its data.
    """
    across = joined()
    # Process 0 hears them too; it saves, and then sends the others home.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    torch.set_flush_denormal(True)
    try:
        _follow(across)
    except RankLostError:
        return


def _follow(across: Across) -> None:
    trainer: Trainer | None = None
    setup: Told | None = None
    while True:
        what, words, state = _heard()
        if what == END:
            dist.destroy_process_group()
            return
        if words:
            setup = msgspec.msgpack.decode(words, type=Told)
        assert setup is not None, "the first message holds all"
        if state:
            trainer = _as_told(setup, safetensors.torch.load(state), across, trainer)
        assert trainer is not None, "the first message holds all"
        if what == STEP:
            trainer.step(setup.knobs)
        else:
            trainer.alone(ALONE[what], setup.knobs)


def _as_told(setup: Told, state: dict[str, Tensor], across: Across, before: Trainer | None) -> Trainer:
    """The trainer of process 0, on a device of this process."""
    torch.set_num_threads(setup.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = setup.config.tf32
    device = own_device(setup.kind)
    if before and before.config == setup.config:
        trainer = before
    else:
        dataset, _ = dataset_of(setup.config, Path(setup.folder))
        trainer = Trainer(setup.config, dataset, device)
    trainer.load_state(state)
    trainer.engine = Shared(trainer.game, trainer.now, across)
    return trainer


def own_device(kind: str) -> str:
    """The device of this process: each on one machine has a GPU of its own.

    Raises:
        UsageError: it is not there.
    """
    if kind != "cuda":
        return kind
    place = int(os.environ.get("LOCAL_RANK", "0"))
    if place >= torch.cuda.device_count():
        raise UsageError(f"this machine has {torch.cuda.device_count()} GPUs, and process {place} on it needs one of its own")
    torch.cuda.set_device(place)
    return f"cuda:{place}"


def _sum(tensor: Tensor) -> None:
    try:
        dist.all_reduce(tensor)
    except RuntimeError as error:
        raise RankLostError(first_line(error)) from None


def _tell(what: int, words: bytes, state: bytes) -> None:
    _broadcast(torch.tensor([what, len(words), len(state)]))
    for each in (words, state):
        if each:
            _broadcast(torch.frombuffer(bytearray(each), dtype=torch.uint8))


def _heard() -> tuple[int, bytes, bytes]:
    header = torch.zeros(3, dtype=torch.int64)
    _broadcast(header)
    what, *lengths = header.tolist()
    contents = []
    for length in lengths:
        content = torch.empty(length, dtype=torch.uint8)
        if length:
            _broadcast(content)
        contents.append(content.numpy().tobytes())
    return what, contents[0], contents[1]


def _broadcast(tensor: Tensor) -> None:
    try:
        dist.broadcast(tensor, 0)
    except RuntimeError as error:
        raise RankLostError(first_line(error)) from None
