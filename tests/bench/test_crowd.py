"""Many members at once as a way to train."""

import msgspec
import pytest

from tui_gan.bench.crowd import check, crowd
from tui_gan.bench.measuring import SOME
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS


@pytest.mark.slow
def test_the_steps_of_all_members_count(config: Config, knobs: Knobs) -> None:
    way = crowd(config, knobs, DATASETS["gaussian"](True), 3, "graph", lambda text: None)
    assert way.why_not == ""
    assert [way.train(), way.train()] == [3 * SOME] * 2


def test_what_cannot_be_moved_together_says_why(config: Config, knobs: Knobs) -> None:
    dropping = msgspec.structs.replace(config, generator=Network(widths=(5,), dropout=0.5))
    assert "dropout" in crowd(dropping, knobs, DATASETS["gaussian"](True), 3, "graph", lambda text: None).why_not


def test_more_than_the_memory_holds_is_refused(config: Config, knobs: Knobs) -> None:
    check(3, config, knobs, DATASETS["gaussian"](True))
    with pytest.raises(UsageError, match="memory free"):
        check(10**9, config, knobs, DATASETS["gaussian"](True))
