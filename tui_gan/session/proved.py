"""The states that a run can go back to when a loss is no finite number."""

from typing import NamedTuple

from tui_gan.gan.state import Tensors
from tui_gan.gan.trainer import Trainer
from tui_gan.session.undo import InForce


class Point(NamedTuple):
    """A state to go back to, and what was in force there."""

    state: Tensors
    in_force: InForce
    streak: int


class Proved:
    """The last two states at which the losses before were finite.

    Losses that are finite vouch for the weights before them, not after: the state of one interval earlier is good.
    """

    def __init__(self, point: Point) -> None:
        self.good = self._newest = point

    def add(self, point: Point) -> None:
        """Take a state; the one before has proved good."""
        self.good, self._newest = self._newest, point

    def forget(self) -> None:
        """Take back the newest: what came of it was not finite."""
        self._newest = self.good


def back_to(good: Point, trainer: Trainer, now: InForce) -> Trainer:
    """A trainer taken back to a good state of its own configuration, under what is in force now.

    Raises:
        RuntimeError: its device has died.
    """
    trainer.load_state(good.state)
    same = now.config == trainer.config and now.dataset is trainer.dataset
    return trainer if same else trainer.under(now.config, now.dataset)
