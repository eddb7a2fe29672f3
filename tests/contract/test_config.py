"""Config: out to TOML and back, changes laid over one another, and one line for whatever is wrong."""

import dataclasses
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_gan.contract.config import Config, EarlyStop, Minibatch, Optimizer, Schedule
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.contract.toml import read_toml, resolve, to_toml

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WIDTHS = st.lists(st.integers(1, 65_536), min_size=1, max_size=5).map(tuple)
SHARES = st.floats(0, 1, exclude_max=True)
NETWORKS = st.builds(Network, kind=NAMES, widths=WIDTHS, activation=NAMES, dropout=SHARES, init=st.sampled_from(["torch", "he"]))
CONFIGS = st.builds(
    Config,
    preset=NAMES,
    steps=st.integers(1, 10**12),
    seed=st.integers(0, 2**63 - 1),
    data=NAMES,
    standardize=st.booleans(),
    latent_dim=st.integers(1, 65_536),
    generator=NETWORKS,
    discriminator=NETWORKS,
    minibatch=st.builds(Minibatch, kernels=st.integers(1, 1024), dim=st.integers(1, 1024)),
    optimizer=st.builds(Optimizer, kind=NAMES, beta1=SHARES, momentum=SHARES),
    schedule=st.builds(Schedule, kind=NAMES, period=st.floats(1e-9, 1e12)),
    stop=st.builds(EarlyStop, metric=NAMES, threshold=st.floats(-1e12, 1e12)),
    regularizers=st.dictionaries(NAMES, st.floats(0, 1e9), max_size=3),
    metrics=st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    average_decay=SHARES,
    keep=st.integers(1, 100_000),
)
KNOBS_IN_RANGE = st.builds(
    Knobs,
    k_steps=st.integers(1, 20),
    minibatch_discrimination=st.booleans(),
    generator_lr=st.floats(1e-7, 10),
    batch_size=st.integers(2, 8192),
    device=st.sampled_from(["auto", "cpu", "cuda", "cuda:3", "mps"]),
)


def refusal(table: dict[str, Any]) -> str:
    """The one line with which a table of changes is refused."""
    with pytest.raises(UsageError) as caught:
        resolve(Config(preset="toy1d"), Knobs(), table, source="here")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(config=CONFIGS, knobs=KNOBS_IN_RANGE)
def test_what_is_written_as_toml_is_read_back(config: Config, knobs: Knobs, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "config.toml"
    path.write_text(to_toml(config, knobs), encoding="utf-8")
    assert resolve(Config(preset="other", steps=3), Knobs(k_steps=7), read_toml(path)) == (config, knobs)


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ({"stepz": 3}, ["'stepz'", "did you mean 'steps'?"]),
        ({"generator": {"width": [3]}}, ["'generator.width'", "did you mean 'widths'?"]),
        ({"minibatch": {"kernel": 3}}, ["'minibatch.kernel'", "did you mean 'kernels'?"]),
        ({"knobs": {"k_step": 3}}, ["'knobs.k_step'", "did you mean 'k_steps'?"]),
        ({"knob": {"k_steps": 3}}, ["'knob'", "did you mean 'knobs'?"]),
        ({"qqqqqqqqqqqq": 3}, ["'qqqqqqqqqqqq'"]),
        ({"generator": [3]}, ["'generator' is a table", "widths"]),
        ({"knobs": [1]}, ["'knobs' is a table", "k_steps"]),
        ({"optimizer": "adam"}, ["'optimizer' is a table", "beta1"]),
        ({"optimizer": {"beta": 0.5}}, ["'optimizer.beta'", "did you mean 'beta"]),
        ({"schedule": {"perod": 5}}, ["'schedule.perod'", "did you mean 'period'?"]),
        ({"stop": {"metrics": "w1"}}, ["'stop.metrics'", "did you mean 'metric'?"]),
        ({"instance_noise": {"sd": -1}}, ["instance_noise.sd", ">= 0"]),
        ({"steps": {"a": 1}}, ["steps", "a whole number"]),
        ({"steps": 0}, ["steps", ">= 1"]),
        ({"steps": -5}, ["steps", ">= 1"]),
        ({"steps": "many"}, ["steps", "a whole number"]),
        ({"steps": 2.5}, ["steps", "a whole number"]),
        ({"steps": True}, ["steps", "a whole number"]),
        ({"steps": 10**30}, ["steps"]),
        ({"seed": -1}, ["seed", ">= 0"]),
        ({"optimizer": {"beta1": 1.0}}, ["optimizer.beta1", "< 1"]),
        ({"beta1": 0.5}, ["'beta1'"]),
        ({"packing": 0}, ["packing", ">= 1"]),
        ({"packing": 65}, ["packing", "<= 64"]),
        ({"label_smoothing": 0.5}, ["label_smoothing", "< 0.5"]),
        ({"channels": 2}, ["channels", "2"]),
        ({"metrics": []}, ["metrics", "length"]),
        ({"regularizers": {"r1": -1}}, ["regularizers", ">= 0"]),
        ({"regularizers": {"r1": "much"}}, ["regularizers", "a number"]),
        ({"regularizers": 3}, ["regularizers"]),
        ({"log_every": 101}, ["log_every", "<= 100"]),
        ({"generator": {"widths": []}}, ["generator.widths", "length"]),
        ({"generator": {"widths": [0]}}, ["generator.widths", ">= 1"]),
        ({"generator": {"widths": [65_537]}}, ["generator.widths", "<= 65536"]),
        ({"generator": {"widths": "wide"}}, ["generator.widths"]),
        ({"generator": {"norm": "layer"}}, ["generator.norm", "layer"]),
        ({"generator": {"dropout": 1.0}}, ["generator.dropout", "< 1"]),
        ({"standardize": 1}, ["standardize", "true or false"]),
        ({"data": 3}, ["data", "a text"]),
        ({"knobs": {"k_steps": 21}}, ["k_steps", "between 1 and 20"]),
        ({"knobs": {"generator_lr": 0.0}}, ["generator_lr", "between"]),
        ({"knobs": {"generator_lr": float("nan")}}, ["generator_lr", "between"]),
        ({"knobs": {"k_steps": "x"}}, ["k_steps", "a whole number"]),
        ({"knobs": {"device": "gpu"}}, ["device", "cpu"]),
        ({"optimizer": {"beta1": float("nan")}}, ["beta1"]),
        ({"schedule": {"period": float("nan")}}, ["period"]),
        ({"stop": {"threshold": float("nan")}}, ["stop.threshold"]),
        ({"stop": {"threshold": float("inf")}}, ["stop.threshold"]),
        ({"average_share": 0}, ["average_share"]),
        ({"objective": "\udcff"}, ["written as text"]),
        ({"lazy": "\udcff"}, ["written as text"]),
        ({"regularizers": {"r1": float("inf")}}, ["regularizers"]),
    ],
    ids=str,
)
def test_a_wrong_entry_is_refused_in_one_line(table: dict[str, Any], parts: list[str]) -> None:
    text = refusal(table)
    assert text.startswith("here: ")
    assert [part for part in parts if part not in text] == []


def test_later_tables_lie_over_earlier_ones() -> None:
    base = Config(preset="toy1d", steps=1, seed=1, generator=Network(widths=(3, 4), activation="tanh"))
    config, knobs = resolve(
        base,
        Knobs(k_steps=2, batch_size=16),
        {"steps": 2, "seed": 2, "generator": {"widths": [5]}, "knobs": {"k_steps": 3}},
        {"steps": 3, "knobs": {}},
    )
    assert (config.steps, config.seed) == (3, 2)
    assert config.generator == Network(widths=(5,), activation="tanh")
    assert (knobs.k_steps, knobs.batch_size) == (3, 16)


def test_no_tables_change_nothing(config: Config, knobs: Knobs) -> None:
    assert resolve(config, knobs) == (config, knobs)


def test_a_config_is_a_value(config: Config, knobs: Knobs) -> None:
    with pytest.raises(AttributeError):
        config.steps = 3  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        knobs.k_steps = 3  # type: ignore[misc]
    assert msgspec.convert(msgspec.to_builtins(config), Config) == config


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_file_may_be_in_the_encoding_of_its_byte_order_mark(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes("steps = 3\r\n[knobs]\r\nk_steps = 2\r\n".encode(encoding))
    assert read_toml(path) == {"steps": 3, "knobs": {"k_steps": 2}}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"steps = \na = 1", "line 1"),
        (b"a = 1\n= 2", "line 2"),
        (b"\xff\xfea", "not TOML"),
        (b"a = '\xe4'", "byte 6 is not UTF-8"),
        (b"a = 1\na = 2\n", "line 2"),
    ],
)
def test_a_file_that_is_not_toml_is_refused_with_its_line(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.toml") as caught:
        read_toml(path)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a = 1\n\xff", "is not TOML: byte 7 is not UTF-8"),
        (b"a = " + b"[" * 5000, "is not TOML: its brackets are nested too deeply"),
        (b"a = " + b"{a=" * 5000, "is not TOML: its brackets are nested too deeply"),
        (b"steps = " + b"1" * 5000, "is not TOML: a number in it has thousands of digits"),
        (b"a = 1 \x1b", "is not TOML: Expected newline or end of document after a statement (at line 1, column 7)"),
        (b"x" * (1 << 20) + b"x", "is no file of settings: it holds 1,048,577 bytes"),
    ],
    ids=range(6),
)
def test_what_no_reader_of_toml_takes_is_one_line(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_toml(path)
    assert str(caught.value) == f"{path} {text}"


def test_a_byte_order_mark_is_no_part_of_toml(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("steps = 3", encoding="utf-8-sig")
    assert read_toml(path) == {"steps": 3}


@pytest.mark.parametrize("value", [int("f" * 5000, 16), 10**9, -1, True], ids=range(4))
def test_a_number_that_is_no_width_is_no_network(value: int) -> None:
    assert refusal({"generator": value}).startswith("here: 'generator' is a table; its keys are kind, widths")


def test_numbers_past_all_bounds_are_one_line() -> None:
    huge = int("f" * 5000, 16)
    assert refusal({"steps": huge}) == "here: steps: expected a whole number <= 1000000000000"
    assert refusal({"knobs": {"k_steps": huge}}) == "here: k_steps must lie between 1 and 20, not this"
    assert refusal({"channels": huge}) == "here: a number in it has thousands of digits"
    assert refusal({"preset": huge}) == "here: preset: expected a text, got a whole number"
    assert refusal({"knobs": {"pace": huge}})
    assert refusal({"regularizers": {"r1": huge}})


def test_what_was_typed_is_repeated_in_part(tmp_path: Path) -> None:
    for table in (
        {"x" * 5000: 1},
        {"objective": "\udcff" * 5000},
        {"channels": 10**4000},
        {"sampling": "x" * 5000},
        {"generator": "x" * 5000},
    ):
        assert len(refusal(table)) < 500


def test_a_missing_toml_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(UsageError) as caught:
        read_toml(tmp_path / "fifo")
    assert str(caught.value) == f"cannot read {tmp_path}/fifo: it is a FIFO, not an ordinary file or folder"
    with pytest.raises(UsageError, match="No such file"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="directory"):
        read_toml(tmp_path)
