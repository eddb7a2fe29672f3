"""`--set`, `--generator` and `--discriminator`: what a run stores of them, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from tests.program import Program
from tui_gan.contract.toml import read_toml

SHORT = ("run", "toy1d", "--headless", "--steps", 2, "--out", "new")


def stored(program: Program, *words: object) -> dict[str, Any]:
    done = program(*SHORT, *words)
    assert done.status == 0, done.err
    return read_toml(Path("new/config.toml"))


def sets(*pairs: str) -> list[str]:
    return [word for pair in pairs for word in ("--set", pair)]


def test_any_setting_is_set_by_its_key(program: Program) -> None:
    pairs = ("objective=hinge", "optimizer.beta1 = 0.5", "regularizers.r1_difference=0", "regularizers.r1=2", "stratified=false")
    table = stored(program, *sets(*pairs))
    assert table["objective"] == "hinge"
    assert table["optimizer"]["beta1"] == 0.5
    assert table["optimizer"]["beta2"] == 0.99
    assert table["regularizers"] == {"r1_difference": 0.0, "r1": 2.0}
    assert table["stratified"] is False


@pytest.mark.parametrize("text", ['["w1", "sd"]', "[w1, sd]", "[w1,sd]"])
def test_a_list_needs_no_quotes(text: str, program: Program) -> None:
    assert stored(program, "--set", f"metrics={text}")["metrics"] == ["w1", "sd"]


@pytest.mark.parametrize("key", ["k_steps", "k-steps", "knobs.k_steps", "knobs.k-steps"])
def test_a_knob_is_set_by_its_name(key: str, program: Program) -> None:
    assert stored(program, "--set", f"{key}=3")["knobs"]["k_steps"] == 3


def test_later_ones_lie_over_earlier_ones_and_options_over_all(program: Program) -> None:
    Path("c.toml").write_text("seed = 1\nkeep = 1\nlog_every = 1\n")
    table = stored(program, "--config", "c.toml", *sets("seed=2", "keep=2", "keep=3"), "--seed", 3)
    assert (table["seed"], table["keep"], table["log_every"]) == (3, 3, 1)


@pytest.mark.parametrize("words", [("--discriminator", "128x3-maxout5"), ("--set", "discriminator=128x3-maxout5")])
def test_a_described_network_is_stored_in_full(words: tuple[str, ...], program: Program) -> None:
    table = stored(program, *words)["discriminator"]
    assert (table["kind"], table["widths"], table["activation"], table["pieces"]) == ("mlp", [128, 128, 128], "maxout", 5)


@pytest.mark.parametrize("words", [("--generator", "8"), ("--set", "generator=8"), ("--set", "generator.widths=[8]")])
def test_one_width_is_a_description_too(words: tuple[str, ...], program: Program) -> None:
    table = stored(program, *words)["generator"]
    assert (table["widths"], table["activation"]) == ([8], "leaky_relu")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (sets("steps"), ["KEY=VALUE", "'steps'"]),
        (sets("=3"), ["KEY=VALUE", "'=3'"]),
        (sets("a..b=3"), ["KEY=VALUE", "'a..b=3'"]),
        (sets("stepz=3"), ["'stepz'", "did you mean 'steps'"]),
        (sets("optimizer.beta=3"), ["'optimizer.beta'", "did you mean 'beta"]),
        (sets("knobs.k_step=3"), ["'knobs.k_step'", "did you mean 'k_steps'"]),
        (sets("k_steps=99"), ["k_steps", "between 1 and 20"]),
        (sets("k_steps=many"), ["k_steps", "expected a whole number, got a text"]),
        (sets("preset=ring2d"), ["--set is for the preset 'ring2d', not 'toy1d'"]),
        (sets("steps=many"), ["steps", "expected a whole number, got a text"]),
        (sets("steps="), ["steps", "expected a whole number, got a text"]),
        (sets("metrics=w1"), ["metrics", "expected a list, got a text"]),
        (sets("stop=w1"), ["'stop' is a table", "metric, threshold, evaluations"]),
        (sets("regularizers=1"), ["regularizers", "expected a table, got a whole number"]),
        (sets("regularizers.r1=-1"), ["a value of regularizers", ">= 0.0"]),
        (sets("regularizers.r3=1"), ["unknown regularizer 'r3'"]),
        (sets("objective=hing"), ["did you mean 'hinge'"]),
        (sets("generator=8", "generator.activation=tanh"), ["'generator' both a value and keys"]),
        (sets("generator.activation=tanh", "generator=8"), ["'generator' both a value and keys"]),
        (sets("stop.metric=sd"), ["sd is only descriptive"]),
        (sets("stop.metric=modes"), ["modes is not among the metrics", "w1"]),
        (["--discriminator", "128x3-maxou5"], ["'maxou5'", "'128x3-maxou5'", "did you mean 'maxout'", "400x4-relu-bn"]),
        (["--discriminator", ""], ["the network ''", "128x3-maxout5"]),
        (["--discriminator", "0x3"], ["discriminator.widths", ">= 1"]),
        (["--discriminator", "128x99"], ["'128x99'"]),
        (["--discriminator", "8-maxout1"], ["discriminator.pieces", ">= 2"]),
        (["--discriminator", "8-dropout1.5"], ["'dropout1.5'"]),
        (["--generator", "8-vbn"], ["virtual batch normalisation is for the discriminator"]),
        # What does not go with numbers on the line.
        (["--discriminator", "dcgan32"], ["dcgan is for images", "128x3"]),
        (sets("contrast=55"), ["contrast is for images alone"]),
        (sets("generator.output=sigmoid"), ["sigmoid output cannot reach the range of this data"]),
        (sets("metrics=[w1,modes]"), ["modes is not defined for this data", "w1"]),
        (sets("dataset=ring"), ["w1 is not defined for this data", "sliced_w1"]),
        (sets("dataset=digits"), ["w1 is not defined for this data", "precision"]),
        ([*sets("regularizers.r1=1"), "--discriminator", "8-bn"], ["r1", "batch normalisation"]),
    ],
    ids=str,
)
def test_what_is_wrong_is_refused_in_one_line_and_leaves_nothing(words: list[str], parts: list[str], program: Program, here: Path) -> None:
    done = program(*SHORT, "--json", *words)
    assert (done.status, done.out) == (2, "")
    assert [part for part in parts if part not in done.line] == []
    assert not list(here.iterdir())


def test_early_stopping_ends_a_run_as_finished(program: Program) -> None:
    stop = sets("stop.metric=w1", "stop.threshold=100", "stop.evaluations=2", "evaluate_every=3")
    done = program("run", "toy1d", "--headless", "--json", "--steps", 500, "--out", "new", *stop)
    assert done.status == 0
    assert done.result["status"] == "finished"
    assert done.result["step"] < 10
    assert "early stopping" in Path("new/log.jsonl").read_text()
    more = program("resume", "new", "--headless", "--json", "--steps", 10)
    assert more.result["step"] == done.result["step"] + 10


def test_minibatch_discrimination_from_the_start_brings_the_settings_of_its_source(program: Program) -> None:
    words = ("run", "toy1d-aylien-2016-12", "--headless", "--steps", 1, "--set", "pretraining=0")
    assert program(*words, "--out", "without").status == 0
    assert program(*words, "--out", "with", "--minibatch-discrimination").status == 0
    assert program(*words, "--out", "own", "--minibatch-discrimination", "--generator-lr", 0.01).status == 0
    rates = {name: read_toml(Path(name, "config.toml"))["knobs"]["generator_lr"] for name in ("without", "with", "own")}
    assert rates == {"without": 0.03, "with": 0.005, "own": 0.01}
