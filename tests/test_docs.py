"""What the documents say of the code: the files and names in them are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("CONTRIBUTING.md", "README.md", "SECURITY.md", "docs/interface.md", "docs/scaling.md")
ROOMS = "contract|data|gan|sweep|session|wire|ui|serve|bench|cli|presets|tests|benchmarks|docs|assets"


def found(path: str) -> Path | None:
    """A file or folder, named from the package or from the root."""
    return next((each for each in (ROOT / "tui_gan" / path, ROOT / path) if each.exists()), None)


def text_of(path: Path) -> str:
    return path.read_text() if path.is_file() else "".join(each.read_text() for each in path.rglob("*.py"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_files_and_the_names_that_it_finds_in_them_are_there(document: str) -> None:
    text = (ROOT / document).read_text().replace("\n", " ")
    paths = {*re.findall(rf"\b((?:{ROOMS})/[\w/.-]+\.\w+)\b", text)}
    assert [path for path in sorted(paths) if found(path) is None] == []
    named = [
        (name, path)
        for names, path in re.findall(r"((?:`[\w.]+`(?:,| and| or)? ?)+)\(([\w/]+(?:\.py|/))", text)
        for name in re.findall(r"`([\w.]+)`", names)
    ]
    assert document != "CONTRIBUTING.md" or len(named) > 30
    assert [(name, path) for name, path in named if name.split(".")[-1] not in text_of(found(path) or ROOT / path)] == []
