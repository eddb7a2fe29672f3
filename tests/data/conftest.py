"""What tests of data share: a cache of their own, and the real sets where they are."""

import os
from pathlib import Path

import pytest

import tui_gan
from tui_gan.data import places


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache in place of the user's, and no folder of data."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(places.platformdirs, "user_cache_path", lambda name: folder / name)
    monkeypatch.delenv(places.VARIABLE, raising=False)
    return folder / "tui-gan"


# The variable as it was before any test changed it.
REAL = Path(os.environ.get(places.VARIABLE) or Path(tui_gan.__file__).parents[2] / "shared" / "data")


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the real sets."""
    if not (REAL / "mnist").is_dir():
        pytest.skip(f"no real sets of images here; {places.VARIABLE} names their folder")
    monkeypatch.setenv(places.VARIABLE, str(REAL))
    return REAL
