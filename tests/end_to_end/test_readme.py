"""What the README shows is run."""

import re
import subprocess
import sys
from pathlib import Path

from tests.program import Program

ROOT = Path(__file__).parents[2]


def test_the_ten_lines_of_plain_pytorch_load_and_sample_an_export(tmp_path: Path, program: Program) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert "tui_gan import" not in code
    assert program("run", "toy1d", "--headless", "--steps", 1000, "--out", tmp_path / "run").status == 0
    written = tmp_path / "generator.safetensors"
    assert program("export", tmp_path / "run", "--to", "safetensors", "--out", written).status == 0
    shown = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True, timeout=120).stdout
    found = re.fullmatch(r"mean ([\d.]+), sd ([\d.]+)\n", shown)
    assert found
    assert abs(float(found[1]) - 4) < 0.1
    assert abs(float(found[2]) - 0.5) < 0.05


def test_the_readme_names_every_key_and_command() -> None:
    from tui_gan.contract.knobs import KNOBS

    text = (ROOT / "README.md").read_text()
    table = " ".join(re.findall(r"^\| (.*?) \|", text, re.MULTILINE))
    for knob in KNOBS.values():
        assert knob.keys in table, knob.name
    for command in ("run", "resume", "runs", "presets", "sample", "eval", "export", "doctor"):
        assert f"tui-gan {command}" in text
