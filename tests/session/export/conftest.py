"""A run of each kind, trained once for all tests of what is made of them."""

import dataclasses
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.session.conftest import carried_out
from tui_gan.contract.commands import Pause, Resume, SetKnob, TurnKnob
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.session import rundir
from tui_gan.session.export import Source, source_of
from tui_gan.session.plan import Plan

STEPS, EVERY = 40, 10
LINE = Config(
    preset="toy1d",
    steps=STEPS,
    threads=1,
    generator=Network(widths=(6,), activation="tanh"),
    discriminator=Network(widths=(8,)),
    log_every=5,
    evaluate_every=20,
    preview_every=EVERY,
    fixed_latents=300,
    evaluated=200,
)
KINDS = {
    "line": LINE,
    "plane": replace(LINE, preset="ring2d", dataset="ring", latent_dim=2, stratified=False, metrics=("modes", "hq"), metric="modes"),
    "images": replace(
        LINE,
        preset="digits",
        dataset="digits",
        latent_dim=4,
        stratified=False,
        fixed_latents=64,
        generator=Network(widths=(6,), output="tanh"),
        metrics=("precision",),
        metric="precision",
    ),
}
KNOBS = Knobs(batch_size=8, device="cpu", checkpoint_every=20)
SCRIPT = {12: [TurnKnob("k_steps", 1), Pause(), Resume()], 25: [SetKnob("minibatch_discrimination", True), SetKnob("checkpoint_every", 50)]}


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The directories of runs on the line, in the plane and of images, by their kinds; nothing may be changed in them."""
    folder = tmp_path_factory.mktemp("runs")
    for kind, config in KINDS.items():
        directory, made = rundir.create(folder / kind, config, KNOBS)
        carried_out(Plan(run=directory, config=made, knobs=KNOBS, until=STEPS), SCRIPT if kind == "line" else {})
    return {kind: folder / kind for kind in KINDS}


@pytest.fixture
def line(runs: dict[str, Path]) -> Source:
    return source_of(str(runs["line"]))


@pytest.fixture
def plane(runs: dict[str, Path]) -> Source:
    return source_of(str(runs["plane"]))


@pytest.fixture
def images(runs: dict[str, Path]) -> Source:
    return source_of(str(runs["images"]))


@pytest.fixture
def empty(runs: dict[str, Path], tmp_path: Path) -> Source:
    """A run that has only just been made."""
    directory, _ = rundir.create(tmp_path / "empty", LINE, KNOBS)
    return dataclasses.replace(source_of(str(directory.path)), name="empty")
