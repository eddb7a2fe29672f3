"""The script of the extensions on a GPU, in its smallest form on a CPU."""

from benchmarks.gpu_extensions import SYSTEMS, row
from tui_gan.gan.metrics import METRICS
from tui_gan.presets import PRESETS


def test_every_system_that_is_there_has_metrics_of_which_less_or_more_is_better_first() -> None:
    there = [system for system in SYSTEMS if system.preset in PRESETS]
    assert len(there) >= 7
    for system in there:
        assert METRICS[system.metrics[0]].better, system.preset
        assert {*system.metrics} <= METRICS.keys()


def test_a_system_is_trained_and_told_beside_its_source() -> None:
    system = next(each for each in SYSTEMS if each.preset == "mnist-stacked-words")._replace(metrics=("class_accuracy",))
    found = row(system, "cpu", 0.0, noise=True)
    assert found.trained.startswith("1 of 200,000 steps")
    assert "eager (CUDA graphs need an NVIDIA GPU)" in found.trained
    assert found.figures.startswith("class_accuracy 0.")
    assert found.source == system.source


def test_without_files_the_row_says_what_is_missing(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("TUI_GAN_DATA", str(tmp_path))
    found = row(SYSTEMS[0], "cpu", 0.0, noise=False)
    assert found.trained == "not trained"
    assert "mnist" in found.figures.lower()
