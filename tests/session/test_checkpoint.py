"""Checkpoints: exact, atomic, and one line for whatever is not one."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tui_gan.contract.commands import TurnKnob
from tui_gan.contract.errors import TuiGanError, UnreadableError
from tui_gan.session import checkpoint

Train = Callable[..., Any]
Change = Callable[[dict[str, torch.Tensor], dict[str, Any]], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of a checkpoint, kept by the first test that asks."""
    return {}


@pytest.fixture
def saved(good: dict[str, bytes], train: Train, tmp_path: Path) -> Path:
    """A checkpoint of step 12, with minibatch discrimination on, in the run directory `run`."""
    if not good:
        good["bytes"] = train("first", {3: [TurnKnob("minibatch_discrimination")]}, until=12).checkpoint(12).read_bytes()
    folder = tmp_path / "run" / "checkpoints"
    folder.mkdir(parents=True)
    path = folder / "step-00000012.safetensors"
    path.write_bytes(good["bytes"])
    return path


def parts(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    with safe_open(path, framework="pt") as file:
        return load_file(path), msgspec.json.decode(file.metadata()[checkpoint.KEY])


def altered(path: Path, change: Change) -> None:
    tensors, about = parts(path)
    change(tensors, about)
    save_file(tensors, path, {checkpoint.KEY: msgspec.json.encode(about).decode()})


def expect_unreadable(read: Callable[[], object]) -> str:
    with pytest.raises(UnreadableError) as caught:
        read()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 700
    return str(caught.value)


def expect_refused_by_resume(resume: Train) -> str:
    """A state that no run goes on from; whatever it says is one line, and exit status 3."""
    return expect_unreadable(lambda: resume("run", 20))


def test_a_checkpoint_is_read_as_it_was_written(saved: Path, tmp_path: Path) -> None:
    tensors, about = checkpoint.read(saved)
    copy = tmp_path / "copy.safetensors"
    checkpoint.write(copy, tensors, about)
    again, described = checkpoint.read(copy)
    assert described == about == checkpoint.read_about(saved)
    assert tensors.keys() == again.keys()
    assert all(torch.equal(tensors[name], again[name]) and tensors[name].dtype == again[name].dtype for name in tensors)
    assert copy.read_bytes() == saved.read_bytes()


def test_it_holds_what_the_specification_names(saved: Path) -> None:
    tensors, about = checkpoint.read(saved)
    owners = {name.partition(".")[0] for name in tensors}
    networks = {"generator", "discriminator", "generator_average"}
    assert owners == networks | {
        "generator_optimizer",
        "discriminator_optimizer",
        "history",
        "stream",
        "fixed_latents",
        "loss_sums",
        "accuracy_sum",
        "counts",
    }
    assert about.knobs.minibatch_discrimination
    assert (about.step, about.config.preset) == (12, "toy1d")
    assert about.metric is not None
    assert [event.kind for event in about.events].count("change") == 1


def test_the_generator_of_a_checkpoint_is_the_averaged_one(saved: Path) -> None:
    network, _ = checkpoint.generator(saved)
    tensors, _ = checkpoint.read(saved)
    assert all(torch.equal(value, tensors[f"generator_average.{name}"]) for name, value in network.state_dict().items())
    assert not any(weight.requires_grad for weight in network.parameters())


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.9999])
def test_a_truncated_file_is_unreadable(saved: Path, share: float) -> None:
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * share)])
    assert str(saved) in expect_unreadable(lambda: checkpoint.read(saved))
    assert str(saved) in expect_unreadable(lambda: checkpoint.read_about(saved))


FOREIGN = {
    "text": b"not a checkpoint at all\n" * 20,
    "zeros": bytes(4096),
    "terabytes of header": (2**45).to_bytes(8, "little") + b"{}" * 50,
    "most of header": (2**64 - 1).to_bytes(8, "little") + b"{}" * 50,
    "terabytes of tensor": b'\x58\0\0\0\0\0\0\0{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}'.ljust(96)
    + bytes(64),
    "no JSON": (8).to_bytes(8, "little") + b"12345678" + bytes(8),
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_file_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    expect_unreadable(lambda: checkpoint.read(path))
    expect_unreadable(lambda: checkpoint.read_about(path))


def test_other_peoples_safetensors_a_directory_and_nothing_are_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_file({"a": torch.zeros(2)}, path)
    assert "not a checkpoint of tui-gan" in expect_unreadable(lambda: checkpoint.read(path))
    save_file({"a": torch.zeros(2)}, path, {"format": "pt"})
    assert "not a checkpoint of tui-gan" in expect_unreadable(lambda: checkpoint.read(path))
    assert "is a directory" in expect_unreadable(lambda: checkpoint.read(tmp_path))
    assert "No such file" in expect_unreadable(lambda: checkpoint.read(tmp_path / "none.safetensors"))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '"x"', "null", "{}", '{"format": 1}', '{"format": "1"}', '{"a":' * 5000], ids=lambda text: text[:12]
)
def test_a_description_that_is_none_is_unreadable(saved: Path, text: str) -> None:
    save_file(load_file(saved), saved, {checkpoint.KEY: text})
    expect_unreadable(lambda: checkpoint.read(saved))


def put(*path: str, to: object) -> Change:
    def change(_: dict[str, torch.Tensor], about: dict[str, Any]) -> None:
        for name in path[:-1]:
            about = about[name]
        about[path[-1]] = to

    return change


LIES = {
    "another format": put("format", to=3),
    "the format before": put("format", to=1),
    "a negative step": put("step", to=-1),
    "negative time": put("seconds", to=-1.0),
    "no step": lambda _, about: about.pop("step"),
    "wide": put("config", "generator", "widths", to=[65_536, 65_536]),
    "wider than allowed": put("config", "generator", "widths", to=[10**12]),
    "deep": put("config", "discriminator", "widths", to=[65_536] * 64),
    "latents": put("config", "latent_dim", to=65_536),
    "kernels": put("config", "minibatch", to={"kernels": 1024, "dim": 1024}),
    "network": put("config", "generator", "kind", to="transformer"),
    "activation": put("config", "generator", "activation", to="../x"),
    "objective": put("config", "objective", to="winning"),
    "latent": put("config", "latent", to="cauchy"),
    "metric": put("config", "metric", to="w3"),
    "metric of early stopping": put("config", "stop", "metric", to="w3"),
    "optimizer": put("config", "optimizer", "kind", to="adamw"),
    "schedule": put("config", "schedule", "kind", to="warm"),
    "updates": put("config", "updates", to="never"),
    "coordination": put("config", "coordination", to="mood"),
    "regularizer": put("config", "regularizers", to={"r3": 1.0}),
    "historical averaging": put("config", "historical_averaging", to=1.0),
    "many fixed latents": put("config", "fixed_latents", to=65_536),
    "packing": put("config", "packing", to=64),
    "another shape": put("shape", to=[2]),
    "an image": put("shape", to=[1, 8, 8]),
    "a vast image": put("shape", to=[65_536, 65_536, 65_536]),
    "a shape of nothing": put("shape", to=[0]),
    "no shape": put("shape", to=[]),
    "a shape without end": put("shape", to=[1] * 1000),
    "unknown key": put("config", "stepz", to=3),
    "no config": lambda _, about: about.pop("config"),
    "knob out of range": put("knobs", "batch_size", to=10**9),
    "knob of another type": put("knobs", "k_steps", to="many"),
    "device": put("knobs", "device", to="tpu"),
    "location": put("location", to="here"),
    "a location of too many": put("location", to=[0.0, 0.0]),
    "no scale": put("scale", to=[]),
    "a scale of 0": put("scale", to=[0.0]),
    "a scale below 0": put("scale", to=[-1.0]),
    "a scale beyond all data": put("scale", to=[1e300]),
    "a location beyond all data": put("location", to=[-1e300]),
    "a window of the plane": put("window", to=[[0.0, 0.0], [1.0, 1.0]]),
    "a window of images": put("window", to=[[], []]),
    "half a window": put("window", to=[[0.0], []]),
    "a window without width": put("window", to=[[1.0], [1.0]]),
    "a window that no number divides": put("window", to=[[1e9], [1e9 + 1e-7]]),
    "a window backwards": put("window", to=[[1.0], [0.0]]),
    "a window beyond all data": put("window", to=[[-1e300], [1e300]]),
    "a step beyond all": put("step", to=10**30),
    "a number of 4,000 digits": put("met", to=10**4000),
    "time without end": put("seconds", to=1e300),
    "a format of 4,000 digits": put("format", to=10**4000),
    "a format in many lines": put("format", to="2\n\x1b[2J" * 500),
    "an unknown key in many lines": put("config", "a\nb\x1b" * 500, to=3),
    "deep events": put("events", to=[[[[[3]]]]]),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_description_that_lies_is_found_out_before_anything_is_built(saved: Path, resume: Train, lie: Change) -> None:
    altered(saved, lie)
    tracemalloc.start()
    try:
        expect_unreadable(lambda: checkpoint.read(saved))
        expect_refused_by_resume(resume)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_widths_that_lie_are_refused_before_a_trainer_is_built(saved: Path, resume: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*_: object) -> None:
        raise AssertionError("a trainer of that size would be built")

    monkeypatch.setattr("tui_gan.session.start.Trainer", build)
    altered(saved, put("config", "generator", "widths", to=[65_536, 65_536]))
    assert "generator.0.weight" in expect_refused_by_resume(resume)


CHANGES: dict[str, Callable[[torch.Tensor], torch.Tensor | None]] = {
    "missing": lambda value: None,
    "longer": lambda value: torch.cat((value.reshape(-1), torch.zeros(1, dtype=value.dtype))),
    "another type": lambda value: value.to(torch.float16 if value.dtype != torch.uint8 else torch.int64),
}


@pytest.mark.parametrize("every", [len(CHANGES), pytest.param(1, marks=pytest.mark.slow)], ids=["in turn", "all"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_tensor_must_be_there_in_its_shape_and_type(
    saved: Path, resume: Train, change: Callable[..., torch.Tensor | None], every: int
) -> None:
    """Each tensor by one of the changes, which take turns, or by all."""
    content = saved.read_bytes()
    first = [*CHANGES.values()].index(change) % every
    for name, value in [*load_file(saved).items()][first::every]:
        saved.write_bytes(content)
        tensors, about = parts(saved)
        tensors[name] = change(value)
        kept = {each: tensor for each, tensor in tensors.items() if tensor is not None}
        save_file(kept, saved, {checkpoint.KEY: msgspec.json.encode(about).decode()})
        expect_refused_by_resume(resume)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("counts", torch.tensor([-10, 2, 0, 1])),
        ("counts", torch.tensor([12, -2, 0, 1])),
        ("counts", torch.tensor([13, 2, 0, 1])),
        ("counts", torch.tensor([12, 2, 1, 1])),
        ("counts", torch.tensor([12, 2, -1, 1])),
        ("counts", torch.tensor([12, 2, 0, 0])),
        ("counts", torch.tensor([12, 2])),
        ("accuracy_sum", torch.zeros(2)),
        ("stream", torch.randint(0, 256, (5056,), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))),
        ("stream", torch.zeros(5056, dtype=torch.uint8)),
        ("history.w1.last", torch.tensor([torch.nan, 0, 20], dtype=torch.float64)),
        ("history.w1.last", torch.tensor([10, 0, 0], dtype=torch.float64)),
        ("history.w1.last", torch.tensor([10, 0, torch.inf], dtype=torch.float64)),
        ("history.w1.points", torch.full((2, 3), torch.nan, dtype=torch.float64)),
        ("history.w1.points", torch.zeros((2, 100_000), dtype=torch.float64)),
        ("history.w1.points", torch.zeros((), dtype=torch.float64)),
        ("history.w1.points", torch.tensor([[10, 0], [1, 1]], dtype=torch.float64)),
        ("history.w1.points", torch.tensor([[0, 0], [1, 1]], dtype=torch.float64)),
        ("history.w1.points", torch.tensor([[-2.5, -0.25], [1, 1]], dtype=torch.float64)),
        ("history.w1.points", torch.tensor([[0, 99], [1, 1]], dtype=torch.float64)),
        ("history.w1.points", torch.tensor([[0], [1.7e308]], dtype=torch.float64)),
        ("history.w1.last", torch.tensor([12, 0, 1e300], dtype=torch.float64)),
        ("history.w1.last", torch.tensor([1e300, 0, 1], dtype=torch.float64)),
        ("history.w\x1b[2J.points", torch.zeros((2, 0), dtype=torch.float64)),
        ("sur\nprise" * 500, torch.zeros(3)),
        ("generator_optimizer.x.exp_avg", torch.zeros(3)),
        ("surprise", torch.zeros(3)),
    ],
    ids=str,
)
def test_a_state_that_cannot_be_is_refused(saved: Path, resume: Train, name: str, value: torch.Tensor) -> None:
    altered(saved, lambda tensors, _: tensors.update({name: value}))
    expect_refused_by_resume(resume)


def test_a_step_that_is_not_that_of_the_state_is_refused(saved: Path, resume: Train) -> None:
    altered(saved, put("step", to=11))
    expect_refused_by_resume(resume)


def test_any_bent_byte_of_the_header_is_refused_or_harmless(saved: Path, resume: Train) -> None:
    content = saved.read_bytes()
    length = 8 + int.from_bytes(content[:8], "little")
    for place in range(0, length, max(1, length // 40)):
        bent = bytearray(content)
        bent[place] ^= 0x15
        saved.write_bytes(bent)
        try:
            resume("run", 13)
        except TuiGanError as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_folders_are_read_by_the_names_of_their_files(tmp_path: Path) -> None:
    for name in ("step-00000002.safetensors", "step-00000010.safetensors", "step-100000000.safetensors", "step-x.safetensors", "other"):
        (tmp_path / name).touch()
    assert list(checkpoint.stored(tmp_path)) == [2, 10, 100_000_000]
    assert checkpoint.step_path(tmp_path, 2000).name == "step-00002000.safetensors"


def test_the_format_before_is_refused_in_a_clear_line(saved: Path, resume: Train) -> None:
    altered(saved, lambda _, about: about.update(format=1, location=4.0, scale=0.5) or about.pop("shape"))
    said = expect_refused_by_resume(resume)
    assert said.endswith("has checkpoint format 1, and this tui-gan reads 2; resume it with the tui-gan that wrote it")
