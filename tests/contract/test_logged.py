"""What is logged beside metrics, and which changes make the newest of it that of another game."""

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.logged import DECIDES, LOGGED, changes, decides
from tui_gan.contract.settings import leaves
from tui_gan.contract.snapshot import Event
from tui_gan.gan.augment import PROBABILITY
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.session.scalars import series_of


def test_what_decides_is_there() -> None:
    names = {*KNOBS, *(name.partition(".")[0] for name in leaves(Config(preset="toy1d", regularizers={"r1": 1.0})))}
    assert names >= DECIDES
    assert decides("regularizers.r1")
    assert not decides("optimizer.beta1")
    assert not decides("generator_lr")


def test_every_coefficient_that_adapts_is_logged() -> None:
    assert {PROBABILITY, *(series_of(name) for name, term in REGULARIZERS.items() if term.adapt)} <= {*LOGGED}


def test_changes_of_before_a_return_to_an_earlier_step_count_from_there() -> None:
    events = [
        Event(100, "label_smoothing: 0.1 (was 0)", "change"),
        Event(340, "objective: hinge (was wasserstein) (asked by me)", "change"),
        Event(340, "minibatch discrimination: on (was off)", "change"),
        Event(340, "k steps: 2 (was 1)", "change"),
        Event(250, "back at step 250", "warning"),
        Event(260, "objective: a note of somebody", "note"),
    ]
    assert changes(events) == [(100, "label_smoothing"), (250, "objective"), (250, "minibatch discrimination")]
    assert changes([]) == []
