"""The graph engine: a whole step of the eager engine, captured as a CUDA graph and replayed on the tensors of the state."""

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from tui_gan.gan.average import towards_
from tui_gan.gan.engines.compiled import Given, Layout
from tui_gan.gan.engines.eager import Eager, Gradients
from tui_gan.gan.game import Game
from tui_gan.gan.optimizers import OPTIMIZERS, Pace, fused_adam_, laid_out
from tui_gan.gan.state import State
from tui_gan.gan.values import Hyper, Player, Program

# Replays that may be on their way to the device at once, each with what it is given.
UNDER_WAY = 8
WARM_UP = 3


def why_not(game: Game, state: State, device: str) -> str:
    """Why the step of a game cannot be captured, or ""."""
    if not device.startswith("cuda"):
        return "CUDA graphs need an NVIDIA GPU"
    if game.drops or any(isinstance(layer, torch.nn.Dropout) for layer in state.players["G"].network.modules()):
        return "dropout draws inside the networks"
    if OPTIMIZERS[game.config.optimizer.kind].moved is None:
        return f"the optimiser {game.config.optimizer.kind} is not a function"
    return ""


class Static(Eager):
    """The eager engine with tensors in place of the numbers that turn, so that one capture of it serves for any of them."""

    @torch.no_grad()
    def move(self, player: Player, gradients: Gradients, hyper: Hyper) -> None:
        """Move a player by its gradients, as the eager engine does."""
        settings, learner = self.game.config.optimizer, self.state.players[player]
        taking = [place for place, gradient in enumerate(gradients) if gradient is not None]
        weights = [learner.weights[place].detach() for place in taking]
        aligned = [laid_out(weight, gradients[place]) for weight, place in zip(weights, taking, strict=True)]  # type: ignore[arg-type]
        moments = [learner.moments.get(place, {}) for place in taking]
        rate = hyper.rates[player]
        assert isinstance(rate, Tensor)
        if settings.kind == "adam":
            fused_adam_(weights, aligned, moments, rate, settings.beta1, settings.beta2)
        else:
            pace, moved = Pace(rate, hyper.momentum, settings.beta1, settings.beta2), OPTIMIZERS[settings.kind].moved
            assert moved is not None, "what is not a function is refused before"
            for weight, gradient, kept in zip(weights, aligned, moments, strict=True):
                new, after = moved(weight, gradient, kept, pace)
                weight.copy_(new)
                for name, value in after.items():
                    kept[name].copy_(value)
        self.limit(player, gradients)


def step_(engine: Static, given: Given, hyper: Hyper, program: Program) -> None:
    """A step of a state in place, all of whose numbers are tensors that were there before it."""
    state, game = engine.state, engine.game
    of_discriminator, of_generator, momentum, regularization, noise_sd, probability, average, means, slow = given.row.unbind(0)
    turned = hyper._replace(
        rates={"D": of_discriminator, "G": of_generator},
        momentum=momentum,
        regularization=regularization,
        noise_sd=noise_sd,
        augment_probability=probability,
    )
    coefficients = dict(state.coefficients)
    last: dict[Player, Tensor] = {}
    for draws in given.draws:
        report = engine.update(draws._replace(latents=game.latents(draws.latents)), turned, program)
        last |= {player: seen.loss for player, seen in report.seen.items()}
    for name, kept in coefficients.items():
        kept.copy_(state.coefficients[name])
    state.coefficients.update(coefficients)
    for learner in state.players.values():
        if learner.slow:
            towards_(learner.slow, learner.weights, slow)
            for weight, kept in zip(learner.weights, learner.slow, strict=True):
                weight.detach().copy_(torch.where(slow > 0, kept, weight.detach()))
    towards_(list(state.average.parameters()), state.players["G"].weights, average)
    for learner in state.players.values():
        if learner.means:
            towards_(learner.means, learner.weights, means)
    state.loss_sums += torch.stack((last["G"], last["D"]))


class Replayed:
    """A graph of operations, captured as a CUDA graph on the tensors of one state, which it changes in place.

    Args:
        tensors: what it is called with: those of the state, which stay where they are, and behind them what each call is given.
        count: how many are of the state.
    """

    def __init__(self, operations: torch.nn.Module, tensors: list[Tensor], count: int) -> None:
        self._given, self._graph = [each.clone() for each in tensors[count:]], torch.cuda.CUDAGraph()
        with torch.cuda.device(tensors[0].device):
            aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                # What it changes in warming up is no state.
                scratch = [each.clone() for each in tensors[:count]]
                for _ in range(WARM_UP):
                    operations(*scratch, *self._given)
                del scratch
            torch.cuda.current_stream().wait_stream(aside)
            with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
                operations(*tensors[:count], *self._given)

    def __call__(self, tensors: list[Tensor]) -> None:
        """Replay on the state, with what the call is given."""
        for mine, each in zip(self._given, tensors[-len(self._given) :], strict=True):
            mine.copy_(each)
        self._graph.replay()


class Captured:
    """A captured step, which is called as a program is.

    Args:
        given: what it is called with, from which it takes the shapes.
    """

    def __init__(self, game: Game, state: State, given: Given, hyper: Hyper, program: Program) -> None:
        self._engine, self._hyper, self._program = Static(game, state), hyper, program
        self._layout = Layout(state, program)
        sizes = [each.numel() for each in given.tensors]
        # One copy brings all that a step is given.
        self._device = torch.zeros(sum(sizes), device=state.loss_sums.device)
        self._hosts = [torch.zeros(sum(sizes), pin_memory=torch.cuda.is_available()) for _ in range(UNDER_WAY)]
        self._copied = [torch.cuda.Event() for _ in range(UNDER_WAY)]  # type: ignore[no-untyped-call]
        self._next = 0
        views = iter([flat.view(each.shape) for flat, each in zip(torch.split(self._device, sizes), given.tensors, strict=True)])
        self._static: Given = tree_map(lambda leaf: next(views) if isinstance(leaf, Tensor) else leaf, given)
        self._sizes = sizes
        self._fill(given.tensors)
        self._capture()

    def __call__(self, tensors: list[Tensor]) -> None:
        """Replay on the state, which are the first of the tensors, with the others."""
        count = len(tensors) - len(self._sizes)
        self._fill(tensors[count:])
        if [each.data_ptr() for each in tensors[:count]] != self._at:
            # What the state is made of has been replaced, as by loading another.
            self._capture()
        self._graph.replay()

    def _fill(self, given: list[Tensor]) -> None:
        host, copied = self._hosts[self._next], self._copied[self._next]
        # Until then it may not have been read.
        copied.synchronize()
        for flat, each in zip(torch.split(host, self._sizes), given, strict=True):
            assert each.dtype == torch.float32
            flat.view(each.shape).copy_(each)
        self._device.copy_(host, non_blocking=True)
        copied.record()
        self._next = (self._next + 1) % UNDER_WAY

    def _capture(self) -> None:
        tensors = self._layout.of_state()
        self._at = [each.data_ptr() for each in tensors]
        before = [each.detach().clone() for each in tensors]
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                step_(self._engine, self._static, self._hyper, self._program)
        torch.cuda.current_stream().wait_stream(aside)
        with torch.no_grad():
            for tensor, value in zip(tensors, before, strict=True):
                tensor.copy_(value)
        self._graph = torch.cuda.CUDAGraph()
        # The GPU is asked about from another thread.
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            step_(self._engine, self._static, self._hyper, self._program)
