"""`tui-gan sweep`: results, going on, and what it refuses."""

import csv
import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.program import Program
from tests.sweep.tracing import trace_once
from tui_gan.cli.asked import Asked, axes_of, members
from tui_gan.cli.summary import table
from tui_gan.session.lock import Lock
from tui_gan.sweep.results import Cell

SMALL = ("toy1d-aylien-2017-07", "--seeds", "3", "--steps", "20", "--set", "evaluate_every=10", "--metrics", "w1,sd")


@pytest.fixture(autouse=True)
def _traced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    trace_once(monkeypatch)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_it_ends_with_a_table_a_line_for_each_member_and_the_course(program: Program, tmp_path: Path) -> None:
    ended = program("sweep", *SMALL, "--generator-lr", "1e-3:1e-2:log:2", "--out", tmp_path / "sweep")
    assert ended.status == 0
    head, *lines = ended.out.splitlines()
    assert head.split() == ["generator_lr", "collapsed", "failed", "w1", "10", "%", "median", "90", "%"]
    assert [line.split()[:3] for line in lines[:2]] == [["0.001", "0/3", "0/3"], ["0.01", "0/3", "0/3"]]
    results = rows(tmp_path / "sweep" / "results.csv")
    wanted = ["member", "seed", "generator_lr", "evaluate_every", "w1", "sd", "collapsed_at", "failed_at"]
    assert [*results[0]] == wanted
    assert [(row["member"], row["seed"], row["generator_lr"]) for row in results] == [
        (str(place), str(place % 3), "0.001" if place < 3 else "0.01") for place in range(6)
    ]
    assert len({row["w1"] for row in results}) == 6
    course = rows(tmp_path / "sweep" / "course.csv")
    assert sorted((int(row["member"]), int(row["step"])) for row in course) == [(place, step) for place in range(6) for step in (10, 20)]


def test_a_value_with_a_comma_stands_in_quotes_in_what_is_asked_told_and_gone_on_with(program: Program, tmp_path: Path) -> None:
    words = ("toy1d", "--seeds", 1, "--steps", 2, "--set", "evaluate_every=2", "--set", 'discriminator="8,7",8', "--set", "data=")
    ended = program("sweep", *words, "--out", tmp_path / "sweep")
    assert ended.status == 0, ended.err
    assert [line.split()[0] for line in ended.out.splitlines()[1:3]] == ['"8,7"', "8"]
    written = (tmp_path / "sweep" / "results.csv").read_bytes()
    assert [(row["discriminator"], row["data"]) for row in rows(tmp_path / "sweep" / "results.csv")] == [('"8,7"', '""'), ("8", '""')]
    found = program("sweep", "--resume", tmp_path / "sweep", "--json").result
    assert [each["values"]["discriminator"] for each in found["combinations"]] == ["8,7", 8]
    assert (tmp_path / "sweep" / "results.csv").read_bytes() == written


def test_the_memory_that_is_told_is_that_of_every_combination() -> None:
    def told(*pairs: str, **axes: str) -> str:
        asked = Asked(preset="toy1d", axes=axes, set=[*pairs], seeds=2, steps=2, metrics=None, data=None, device="cpu")
        return members(asked, axes_of(asked)).memory

    assert told("generator=8,512x2") == told("generator=512x2,8") != told("generator=8,16")
    more = told(minibatch_discrimination="off,on", generator_lr="1e-3,1e-2")
    assert more.startswith("8 members")


def test_a_table_too_wide_breaks_the_names_of_its_columns() -> None:
    values = {"minibatch_discrimination": True, "generator_lr": 0.001}
    found = [Cell(values, 4, 1, 0, 0.5, 2.0, math.inf), Cell({**values, "generator_lr": 0.01}, 4, 0, 4, math.nan, math.nan, math.nan)]
    assert table(found, "reverse_kl", 80) == [
        "generator_lr  collapsed  failed  reverse_kl 10 %  median  90 %",
        "       0.001        1/4     0/4              0.5       2   inf",
        "        0.01        0/4     4/4                -       -     -",
    ]
    assert table(found, "reverse_kl", 60) == [
        "                               reverse_              ",
        "generator_                           kl              ",
        "        lr  collapsed  failed      10 %  median  90 %",
        "     0.001        1/4     0/4       0.5       2   inf",
        "      0.01        0/4     4/4         -       -     -",
    ]


def test_of_images_no_collapse_is_told(program: Program, tmp_path: Path) -> None:
    words = ["digits", "--seeds", "1", "--steps", "2", "--metrics", "recall", "--set", "evaluate_every=2"]
    ended = program("sweep", *words, "--out", tmp_path / "sweep")
    assert ended.status == 0
    assert ended.out.splitlines()[0].split() == ["failed", "recall", "10", "%", "median", "90", "%"]
    found = json.loads(program("sweep", "--resume", tmp_path / "sweep", "--json").out.splitlines()[-1])
    assert found["combinations"][0]["collapsed"] is None


def test_as_json_it_ends_with_one_object(program: Program, tmp_path: Path) -> None:
    found = json.loads(program("sweep", *SMALL, "--out", tmp_path / "sweep", "--json").out.splitlines()[-1])
    assert {name: found[name] for name in ("members", "step", "finished", "metric")} == {
        "members": 3,
        "step": 20,
        "finished": True,
        "metric": "w1",
    }
    assert [each["members"] for each in found["combinations"]] == [3]


@pytest.mark.slow
def test_a_sweep_that_is_stopped_by_a_signal_goes_on(program: Program, tmp_path: Path) -> None:
    words = ["sweep", *SMALL[:3], "--steps", "300", *SMALL[5:], "--engine", "graph", "--out", str(tmp_path / "sweep")]
    process = subprocess.Popen([sys.executable, "-m", "tui_gan", *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not (tmp_path / "sweep" / "sweep.json").exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGTERM, said
    assert "goes on" in said
    assert "Traceback" not in said
    ended = program("sweep", "--resume", tmp_path / "sweep", "--engine", "graph")
    assert ended.status == 0
    assert {row["step"] for row in rows(tmp_path / "sweep" / "course.csv")} == {str(step) for step in range(10, 301, 10)}


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        ((), 2, "sweep takes a preset"),
        (("nosuch",), 2, "nosuch"),
        (("toy1d", "--k-steps", "5:1:lin:3"), 2, "to a larger one"),
        (("toy1d", "--k-steps", "0"), 2, "command line: k_steps must lie between 1 and 20"),
        (("toy1d", "--k-steps", "1.5"), 2, "command line: k_steps: expected a whole number, got one with a decimal point"),
        (("toy1d", "--minibatch-discrimination", "maybe"), 2, "command line: minibatch_discrimination: expected true or false, got a text"),
        (("toy1d", "--set", "k_steps=0"), 2, "--set: k_steps must lie between 1 and 20"),
        (("toy1d", "--set", "nosuch=1,2"), 2, "nosuch"),
        (("toy1d", "--set", "seed=1,2"), 2, "--seeds"),
        (("toy1d", "--k-steps", "1,2", "--set", "k_steps=3,4"), 2, "given twice"),
        (("toy1d", "--k-steps", "1,2", "--set", "knobs.k_steps=3"), 2, "given twice"),
        (("toy1d", "--set", "knobs.device=cpu,mps"), 2, "--device says where"),
        (("toy1d", "--set", "stop.metric=w1"), 2, "trains all members to the end"),
        (("toy1d", "--set", "keep=1,2"), 2, "keep changes nothing in a sweep"),
        (("toy1d", "--set", "steps=10,20"), 2, "the same for all members"),
        (("--resume", "nowhere", "--seeds", "3"), 2, "leave the preset"),
        (("toy1d", "--seeds", "100000000"), 2, "members are more than"),
        (("toy1d", "--seeds", "9000000"), 2, "memory free"),
        (("toy1d", "--metrics", "nosuch"), 2, "nosuch"),
        (("toy1d", "--engine", "eager"), 2, "--engine takes"),
        (("toy1d", "--device", "cuda:99"), 2, "device 'cuda:99' is not there"),
        (("toy1d", "--device", "mps"), 2, "a sweep is trained on cpu, cuda, cuda:N or auto, not on 'mps'"),
        (("toy1d", "--device", "cuda", "--engine", "compiled"), 2, "--engine compiled is for the CPU"),
        (("toy1d", "--resume", "nowhere"), 2, "leave the preset"),
        (("--resume", "nowhere"), 3, "holds no sweep"),
    ],
    ids=str,
)
def test_what_it_refuses_is_one_line_and_leaves_nothing(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], status: int, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = program("sweep", *words)
    assert ended.status == status
    (line,) = ended.err.strip().splitlines()
    assert why in line
    assert [*tmp_path.iterdir()] == []


BENT = (
    ("sweep.json", "nothing"),
    ("sweep.json", '{"preset": "toy1d", "axes": {}, "set": [], "seeds": 0, "steps": 5, "metrics": null, "data": null}'),
    ("sweep.json", '{"preset": 1}'),
    ("state-0.safetensors", "nothing"),
    ("course.csv", "member\n0\n"),
)


def test_what_was_bent_in_the_directory_is_one_line(program: Program, tmp_path: Path) -> None:
    assert program("sweep", *SMALL, "--out", tmp_path / "sweep").status == 0
    for name, content in BENT:
        path = tmp_path / "sweep" / name
        whole = path.read_bytes()
        path.write_text(content)
        ended = program("sweep", "--resume", tmp_path / "sweep")
        assert ended.status == 3, content
        assert ended.err.strip().splitlines()[-1].startswith("tui-gan: "), content
        path.write_bytes(whole)


def test_members_do_not_go_on_under_other_values(program: Program, tmp_path: Path) -> None:
    words = (*SMALL, "--set", "generator_lr=1e-3,1e-2", "--out", tmp_path / "sweep")
    assert program("sweep", *words).status == 0
    asked, results = tmp_path / "sweep" / "sweep.json", tmp_path / "sweep" / "results.csv"
    before = results.read_bytes()
    asked.write_text(asked.read_text().replace("1e-2", "1e-4"))
    ended = program("sweep", "--resume", tmp_path / "sweep")
    assert (ended.status, "is of members of other values than" in ended.err) == (3, True)
    assert results.read_bytes() == before


def test_a_directory_is_trained_in_by_one_process(program: Program, tmp_path: Path) -> None:
    assert program("sweep", *SMALL, "--out", tmp_path / "sweep").status == 0
    held = Lock(tmp_path / "sweep")
    try:
        refused = program("sweep", "--resume", tmp_path / "sweep")
        assert (refused.status, "is in use by process" in refused.line, "attach" in refused.line) == (2, True, False)
    finally:
        held.release()
    assert program("sweep", "--resume", tmp_path / "sweep").status == 0


def test_own_data_is_swept_and_must_stay_what_it_was(program: Program, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("\n".join(str(number % 7) for number in range(200)))
    for number, words in enumerate((("--data", own), ("--set", f"data={own}"))):
        ended = program("sweep", *SMALL, *words, "--out", tmp_path / str(number))
        assert ended.status == 0, ended.err
    own.write_text("\n".join(str(number % 5) for number in range(200)))
    refused = program("sweep", "--resume", tmp_path / "0")
    assert (refused.status, "own.csv" in refused.line, "checksum differs" in refused.line) == (3, True, True)
    own.unlink()
    refused = program("sweep", "--resume", tmp_path / "0")
    assert (refused.status, refused.line.endswith("No such file or directory; put it back")) == (3, True), refused.line


def test_a_directory_that_holds_something_is_left_alone(program: Program, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    ended = program("sweep", *SMALL, "--out", tmp_path)
    assert ended.status == 2
    assert ended.line.endswith("is not empty; name another --out")
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]
