"""What the README shows is run."""

import re
import subprocess
import sys
from pathlib import Path

from tests.terminal import PROGRAM

ROOT = Path(__file__).parents[2]


def run(*command: str, cwd: Path) -> str:
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, env=environment, timeout=120).stdout


def test_the_ten_lines_of_plain_pytorch_load_and_sample_an_export(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert "tui_gan import" not in code
    run(*PROGRAM, "run", "toy1d", "--headless", "--steps", "1000", "--out", "run", cwd=tmp_path)
    run(*PROGRAM, "export", "run", "--to", "safetensors", "--out", "generator.safetensors", cwd=tmp_path)
    found = re.fullmatch(r"mean ([\d.]+), sd ([\d.]+)\n", run(sys.executable, "-c", code, cwd=tmp_path))
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
