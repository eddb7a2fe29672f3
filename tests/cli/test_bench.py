"""`tui-gan bench`, of the eager engine; the others take as long as a compiler."""

import json

import pytest

from tests.program import Program
from tui_gan.bench import measuring

SHORT = ("--rounds", "2", "--seconds", "0.05")


@pytest.fixture(autouse=True)
def _eager_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "ENGINES", ("eager", "graph"))


def test_a_preset_is_measured_and_told(program: Program) -> None:
    ended = program("bench", "toy1d", *SHORT)
    assert ended.status == 0
    lines = ended.out.splitlines()
    assert any(line.startswith("toy1d, 1 thread, a step at least ") for line in lines)
    (plain,) = [line.split() for line in lines if line.startswith("plain")]
    assert plain[2] == "1.00"
    assert any(line.startswith("eager") for line in lines)
    assert any(line.split(maxsplit=1) == ["graph", "not here: CUDA graphs need an NVIDIA GPU"] for line in lines)


@pytest.mark.parametrize("more", [(), ("--minibatch",)])
def test_as_json(program: Program, more: tuple[str, ...]) -> None:
    found = json.loads(program("bench", "toy1d-aylien-2017-07", *SHORT, *more, "--json").out.splitlines()[-1])
    assert found["device"] == "cpu"
    (preset,) = found["presets"]
    assert preset["machine"]["flops"] > 0
    assert preset["preset"] == "toy1d-aylien-2017-07"
    assert preset["engines"]["plain"]["over_plain"] == 1
    assert preset["engines"]["eager"]["steps_per_second"] > 0
    assert preset["refused"] == {"graph": "CUDA graphs need an NVIDIA GPU"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("toy2d",), "toy1d"),
        (("ring2d",), "ring2d has no plain loop to be measured against"),
        (("toy1d", "--device", "cuda"), "device 'cuda' is not there"),
    ],
)
def test_what_cannot_be_measured_is_one_line(program: Program, words: tuple[str, ...], said: str) -> None:
    ended = program("bench", *words, *SHORT)
    assert ended.status == 2
    assert said in ended.err
    assert len(ended.err.strip().splitlines()) == 1


def test_without_names_what_lacks_its_data_is_left_out(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr("tui_gan.cli.bench.MEASURED", ("toy1d", "mnist"))
    monkeypatch.setenv("TUI_GAN_DATA", str(tmp_path))
    ended = program("bench", *SHORT, "--json")
    assert ended.status == 0
    assert "mnist: left out: " in ended.err
    assert [each["preset"] for each in json.loads(ended.out.splitlines()[-1])["presets"]] == ["toy1d"]
