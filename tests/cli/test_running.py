"""`run`, `resume`, `runs`, `presets` and `doctor`: what they print and leave behind."""

import dataclasses
import re
import shlex
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.logs import log_of
from tests.program import Program
from tests.stand_in import ALIKE
from tui_gan import __version__
from tui_gan.cli.listing import REMARKS
from tui_gan.cli.running import report, summary
from tui_gan.cli.settings import laid_over
from tui_gan.contract.knobs import KNOBS, Knobs
from tui_gan.contract.settings import leaves, why_not
from tui_gan.contract.toml import read_toml
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.presets import PRESETS
from tui_gan.session import checkpoint
from tui_gan.session.plan import Outcome, Plan
from tui_gan.session.rundir import RunDirectory

RESULT = ["run", "status", "step", "seconds", "steps_per_second", "metrics"]
# One of each kind of data and of networks; the others are run in `make check-slow`.
QUICK = ("toy1d", "ring2d", "digits", "images", "mnist-dcgan", "nips2016")
SHORT = ("run", "toy1d", "--headless", "--json", "--batch-size", 16)


def same(one: Path, other: Path) -> bool:
    first, second = load_file(one), load_file(other)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def step_file(run: str | Path, step: int) -> Path:
    return checkpoint.step_path(Path(run) / "checkpoints", step)


def small(preset: str) -> list[str]:
    """Options that make the networks of a preset small and its evaluations short."""
    config = PRESETS[preset].config
    networks = {"generator": config.generator, "discriminator": config.discriminator}
    widths = [f"{name}.widths={[min(width, 4) for width in network.widths]}" for name, network in networks.items()]
    return [word for pair in (*widths, "evaluated=200") for word in ("--set", pair)]


@pytest.mark.parametrize("preset", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in PRESETS])
def test_a_run_ends_with_one_json_object_and_a_directory_that_holds_it(preset: str, program: Program, sets: Path, pictures: Path) -> None:
    config = PRESETS[preset].config
    data = ["--data", pictures] if config.dataset == "images" else []
    done = program("run", preset, "--headless", "--json", "--steps", 6, "--batch-size", 8, "--out", "new", *data, *small(preset))
    assert done.status == 0, done.err
    assert len(done.out.splitlines()) == 1
    assert list(done.result) == RESULT
    assert tuple(done.result["metrics"]) == config.metrics
    assert (done.result["run"], done.result["status"], done.result["step"]) == ("new", "finished", 6)
    assert {path.name for path in Path("new").iterdir()} == {
        "config.toml",
        "log.jsonl",
        "journal.jsonl",
        "lock.json",
        "checkpoints",
        "previews",
    }
    assert step_file("new", 6).is_file()
    assert "finished at step 6" in done.err


def test_without_json_stdout_is_empty(program: Program) -> None:
    done = program("run", "toy1d", "--headless", "--steps", 3)
    assert (done.status, done.out) == (0, "")
    (run,) = Path("runs").iterdir()
    # The line that is left in the terminal says what to type next, and that is true.
    assert done.err.splitlines()[-1].endswith(f"; `tui-gan resume {run} --steps N` goes on with it")
    assert "finished at step 5" in program("resume", run, "--steps", 2, "--headless").err


def test_equal_seeds_give_equal_runs_and_others_do_not(program: Program) -> None:
    one, same_seed, other = (
        program(*SHORT, "--steps", 20, "--seed", seed, "--out", out).result for seed, out in ((3, "a"), (3, "b"), (4, "c"))
    )
    assert one["metrics"] == same_seed["metrics"] != other["metrics"]
    assert same(step_file("a", 20), step_file("b", 20))
    assert not same(step_file("a", 20), step_file("c", 20))


def test_eval_prints_the_metrics_of_the_run(program: Program) -> None:
    ran = program(*SHORT, "--steps", 20, "--out", "new").result
    for what in ("new", step_file("new", 20)):
        done = program("eval", what, "--json")
        assert done.status == 0
        assert done.result["metrics"] == ran["metrics"]
    named = program("eval", "new", "--json", "--metrics", "sd,w1").result["metrics"]
    assert list(named) == ["sd", "w1"]
    assert named["w1"] == ran["metrics"]["w1"]
    assert f"{ran['metrics']['w1']:.6g}" in program("eval", "new").out


@pytest.mark.parametrize("half", [7, pytest.param(20, marks=pytest.mark.slow)])
def test_a_run_that_was_stopped_and_resumed_is_the_run_of_one_go(half: int, program: Program) -> None:
    turned = ("--minibatch-discrimination", "--k-steps", 2, "--checkpoint-every", 100)
    whole = program(*SHORT, *turned, "--steps", 40, "--out", "whole").result
    program(*SHORT, *turned, "--steps", half, "--out", "halves")
    resumed = program("resume", "halves", "--headless", "--json", "--steps", 40 - half)
    assert resumed.status == 0
    assert resumed.result["metrics"] == whole["metrics"]
    assert (resumed.result["step"], resumed.result["run"]) == (40, "halves")
    assert same(step_file("whole", 40), step_file("halves", 40))
    steps = [entry["step"] for entry in log_of(Path("halves/log.jsonl"))]
    assert steps == sorted(steps)


def test_resume_goes_to_the_runs_own_number_without_steps(a_run: Path, program: Program) -> None:
    done = program("resume", "mine", "--headless", "--json", "--steps", 5)
    assert done.result["step"] == 35
    again = program("resume", "mine", "--headless", "--json")
    assert (again.status, again.result["status"], again.result["step"]) == (0, "finished", 35)


def test_a_configuration_is_laid_between_preset_and_command_line(program: Program) -> None:
    Path("c.toml").write_text("steps = 9\nseed = 7\n[knobs]\nk_steps = 3\nbatch_size = 32\n[generator]\nwidths = [4]\n")
    done = program("run", "toy1d", "--headless", "--json", "--config", "c.toml", "--seed", 8, "--batch-size", 16, "--out", "new")
    table = read_toml(Path("new/config.toml"))
    assert done.result["step"] == table["steps"] == 9
    assert table["seed"] == 8
    assert (table["knobs"]["k_steps"], table["knobs"]["batch_size"]) == (3, 16)
    assert table["generator"]["widths"] == [4]
    assert table["generator"]["activation"] == PRESETS["toy1d"].config.generator.activation


@pytest.mark.parametrize("name", KNOBS)
def test_every_knob_is_an_option(name: str, program: Program) -> None:
    how = KNOBS[name]
    words = {"switch": [how.option], "choice": [how.option, "cpu"]}.get(how.turning, [how.option, "2" if how.turning != "ladder" else "1"])
    done = program("run", "toy1d", "--headless", "--steps", 2, "--out", "new", *words)
    assert done.status == 0
    expected = {"switch": True, "choice": "cpu", "ladder": 1}.get(how.turning, 2)
    assert read_toml(Path("new/config.toml"))["knobs"][name] == expected


@pytest.mark.parametrize(
    ("words", "pace", "until"),
    [
        ([], 40.0, 400),
        (["--pace", 20], 20.0, 0),
        (["--pace", 0], 0.0, 0),
        (["--set", "pace=20"], 20.0, 0),
        (["--set", "knobs.pace=20", "--set", "pace_until=50"], 20.0, 50),
        (["--set", "pace_until=50"], 40.0, 50),
        (["--json"], 0.0, 400),
        (["--json", "--pace", 20], 20.0, 0),
    ],
)
def test_a_pace_that_the_user_sets_is_kept_and_that_of_a_preset_ends(
    words: list[object], pace: float, until: int, program: Program
) -> None:
    assert program("run", "toy1d", "--headless", "--steps", 2, "--device", "cpu", "--out", "new", *words).status == 0
    table = read_toml(Path("new/config.toml"))
    assert (table["knobs"]["pace"], table["pace_until"]) == (pace, until)


@pytest.mark.parametrize(
    ("pace_until", "pairs", "pace", "until"),
    [(400, [], 40.0, 400), (400, ["seed=3"], 40.0, 400), (400, ["pace=5"], 5.0, 0), (0, ["seed=3"], 0.0, 0)],
)
def test_a_new_run_from_the_screen_begins_at_the_pace_of_its_preset_again(
    pace_until: int, pairs: list[str], pace: float, until: int
) -> None:
    left = msgspec.structs.replace(PRESETS["toy1d"].config, pace_until=pace_until)
    config, knobs = laid_over(left, dataclasses.replace(PRESETS["toy1d"].knobs, pace=0.0), pairs)
    assert (knobs.pace, config.pace_until) == (pace, until)


def test_nobody_waits_for_the_pace_of_a_run_that_nobody_watches(program: Program) -> None:
    # At this pace the run would take a minute and a half.
    assert program("run", "toy1d", "--headless", "--steps", 10, "--device", "cpu", "--pace", 0.1, "--out", "new").status == 0
    assert program("resume", "new", "--headless", "--steps", 10).status == 0
    assert program("run", "toy1d", "--plain", "--steps", 10, "--device", "cpu", "--pace", 0.1, "--out", "other").status == 0


def test_metrics_that_could_not_be_measured_at_the_end_say_of_which_step_they_are() -> None:
    plan = Plan(RunDirectory(Path("runs/x")), PRESETS["toy1d"].config, Knobs(), 100)
    old = Outcome("failed", 90, 2.0, 50.0, {"w1": 0.5}, measured=50)
    assert report(plan, old)["metrics_step"] == 50
    assert "(w1 0.5 at step 50)" in summary(plan, old)
    now = Outcome("finished", 90, 2.0, 50.0, {"w1": 0.5}, measured=90)
    assert list(report(plan, now)) == RESULT
    assert "(w1 0.5)" in summary(plan, now)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_run_learns_the_users_own_numbers_at_any_scale_and_keeps_a_copy(scale: float, program: Program, here: Path) -> None:
    numbers = np.random.default_rng(0).gamma(2, scale, 500)
    (here / "mine.csv").write_text("height\n" + "".join(f"{number!r}\n" for number in numbers.tolist()))
    ran = program(*SHORT, "--steps", 20, "--data", "mine.csv", "--out", "new").result
    assert (here / "new/data.csv").read_bytes() == (here / "mine.csv").read_bytes()
    assert all(value is not None for value in ran["metrics"].values())
    assert 0 < ran["metrics"]["w1"] < 20 * scale
    (here / "mine.csv").unlink()
    assert program("eval", "new", "--json").result["metrics"] == ran["metrics"]
    assert program("resume", "new", "--headless", "--steps", 2).status == 0


@pytest.mark.parametrize("with_data", [False, True])
def test_the_configuration_of_a_run_makes_the_same_run_again_from_anywhere(
    with_data: bool, program: Program, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(here / "mine.npy", np.random.default_rng(0).normal(size=100))
    data = ("--data", "mine.npy") if with_data else ()
    program(*SHORT, "--steps", 15, "--seed", 5, "--minibatch-discrimination", *data, "--out", "a/first")
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    done = program("run", "toy1d", "--headless", "--config", "../a/first/config.toml", "--out", "again")
    assert done.status == 0
    assert same(step_file(here / "a/first", 15), step_file("again", 15))


@pytest.mark.parametrize("with_data", [False, True])
def test_a_run_that_was_killed_before_its_first_checkpoint_is_begun_anew_by_the_command_that_is_named(
    with_data: bool, program: Program, here: Path
) -> None:
    np.save(here / "mine.npy", np.random.default_rng(0).normal(size=100))
    data = ("--data", "mine.npy") if with_data else ()
    program(*SHORT, "--steps", 15, "--seed", 5, *data, "--out", "my runs/it's")
    (here / "my runs/it's/checkpoints/step-00000015.safetensors").rename(here / "kept.safetensors")
    (here / "my runs/it's-2").mkdir()
    resumed, begun = program("resume", "my runs/it's", "--headless"), program(*SHORT, "--out", "my runs/it's")
    assert (resumed.status, begun.status) == (3, 2)
    assert "holds no checkpoint to go on from" in resumed.line
    assert "already holds a run, with no checkpoint to go on from" in begun.line
    for done in (resumed, begun):
        _, command, rest = done.line.split("`")
        assert rest == " begins it anew"
    name, *words = shlex.split(command)
    assert (name, words[-1]) == ("tui-gan", "my runs/it's-3")
    assert program(*words, "--headless").status == 0
    assert same(here / "kept.safetensors", step_file("my runs/it's-3", 15))


@pytest.mark.parametrize("name", ["config.toml", "log.jsonl", "checkpoints"])
def test_a_part_of_a_run_that_cannot_be_begun_anew_asks_for_another_place(name: str, program: Program, here: Path) -> None:
    (here / "new").mkdir()
    (here / "new" / name).write_text("[")
    done = program(*SHORT, "--out", "new")
    assert done.status == 2
    assert done.line.endswith("new already holds a run, with no checkpoint to go on from; name another --out")


def test_runs_lists_what_there_is_and_what_is_wrong_with_it(a_run: Path, program: Program) -> None:
    for name, content in (("empty", 'preset = "toy1d"'), ("torn", "=")):
        (a_run.parent / name).mkdir()
        (a_run.parent / name / "config.toml").write_text(content)
    rows = {row["run"]: row for row in program("runs", "--json").result["runs"]}
    assert list(rows) == ["runs/empty", "runs/mine", "runs/torn"]
    assert (rows["runs/mine"]["step"], rows["runs/mine"]["problem"]) == (30, None)
    assert rows["runs/mine"]["value"] == program("eval", "mine", "--json", "--metrics", "w1").result["metrics"]["w1"]
    assert rows["runs/empty"]["problem"] == "no checkpoint"
    assert "not TOML" in rows["runs/torn"]["problem"]
    done = program("runs")
    assert done.status == 0
    assert len(done.out.splitlines()) == 3


def test_without_runs_it_says_how_to_begin(program: Program) -> None:
    assert "tui-gan run toy1d" in program("runs").out
    assert program("runs", "--json").result == {"runs": []}


def test_presets_lists_all(program: Program) -> None:
    rows = program("presets", "--json").result["presets"]
    assert [row["name"] for row in rows] == list(PRESETS)
    assert all(list(row) == ["name", "summary", "source"] for row in rows)
    lines = program("presets").out.splitlines()
    for name, preset in PRESETS.items():
        at = lines.index(name)
        assert lines[at + 1 : at + 3] == [f"    {preset.summary}", f"    Source: {preset.source}."]


@pytest.mark.parametrize("name", ALIKE.values())
def test_a_preset_is_shown_whole(name: str, program: Program) -> None:
    facts = program("presets", name, "--json").result
    assert {"summary", "source", "settings", "knobs", "parameters"} <= facts.keys()
    assert list(facts["knobs"]) == list(KNOBS)
    counts = facts["parameters"]
    assert list(counts) == ["generator", "discriminator", "discriminator_with_minibatch"]
    assert counts["discriminator"] < counts["discriminator_with_minibatch"]
    text = program("presets", name).out
    assert all(how.option in text for how in KNOBS.values())
    assert f"{counts['generator']:,}" in text
    # Each setting stands under what is true of it, as in the knobs view; a table stands under both with what belongs there.
    live, fixed = (text.partition(title)[2].partition("\n\n")[0] for title in ("may change while it trains", "fixed for a run"))
    for key, value in leaves(PRESETS[name].config).items():
        part, other = (fixed, live) if why_not(key, value, value) else (live, fixed)
        table, _, last = key.rpartition(".")
        line = next(line for line in part.splitlines() if line.split()[0] == (table or key))
        named = re.compile(rf"(?<!\w){last} = ")
        assert named.search(line) or not table
        assert not any(named.search(line) for line in other.splitlines() if table and line.split()[0] == table)
    assert "regularizers" in live
    for field, heading in REMARKS.items():
        remark = getattr(PRESETS[name], field)
        assert facts[field] == remark
        assert text.count(f"\n{heading}: {remark}.\n" if remark else f"\n{heading}:") == bool(remark)


def test_doctor_finds_python_torch_and_devices(program: Program) -> None:
    done = program("doctor")
    assert done.status == 0
    assert torch.__version__ in done.out
    assert "cpu" in done.out


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("run", "--help")], ids=str)
def test_help_is_shown(words: tuple[str, ...], program: Program) -> None:
    done = program(*words)
    assert done.status == 0
    assert "Usage" in done.out


def test_to_begin_paused_and_to_go_on_paused_are_told_apart(program: Program) -> None:
    run, resume = (" ".join(program(command, "--help").out.replace("│", "").split()) for command in ("run", "resume"))
    assert ("Begin paused, to look at step 0" in run, "Go on paused at the step of the checkpoint" in run) == (True, False)
    assert ("Begin paused" in resume, "Go on paused at the step of the checkpoint" in resume) == (False, True)


def test_the_version_is_shown(program: Program) -> None:
    assert program("--version").out == f"tui-gan {__version__}\n"


def test_a_run_that_fails_reports_what_it_went_back_to_and_exits_with_1(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = OBJECTIVES["non_saturating"]._replace(discriminator_loss=lambda real, fake: (real * torch.nan).mean())
    monkeypatch.setitem(OBJECTIVES, "non_saturating", broken)
    done = program(*SHORT, "--steps", 300, "--out", "new")
    assert done.status == 1
    assert (done.result["status"], done.result["step"]) == ("failed", 0)
    assert "non-finite" in done.err.splitlines()[-1]
    assert all(value is not None for value in done.result["metrics"].values())
    monkeypatch.undo()
    assert step_file(done.result["run"], 0).name == "step-00000000.safetensors"


def test_the_engine_is_chosen_on_the_command_line(program: Program) -> None:
    assert program("run", "toy1d", "--headless", "--steps", 3, "--engine", "compiled", "--out", "x").status == 0
    assert 'engine = "compiled"' in Path("x/config.toml").read_text()
    refused = program("run", "toy1d", "--headless", "--engine", "quick", "--out", "y")
    assert refused.status == 2
    assert refused.line == "tui-gan: command line: engine: 'quick' is none of eager, compiled, graph, auto"
    for typed, said in (
        ("sampling=epoch", "'epoch' is none of replacement, epochs; did you mean 'epochs'?"),
        ("discriminator.norm=b", "'b' is none of none,"),
    ):
        assert said in program("run", "toy1d", "--headless", "--set", typed).line
