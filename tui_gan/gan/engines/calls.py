"""Steps by calls of programs, which are made of the step elsewhere."""

from collections.abc import Callable

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.chance import Chance, Place, beside
from tui_gan.gan.engines import compiled
from tui_gan.gan.engines.captured import Captured
from tui_gan.gan.engines.compiled import Call, Given, Layout
from tui_gan.gan.game import Game
from tui_gan.gan.state import State
from tui_gan.gan.values import Program


class Calls:
    """The steps of a state by calls of programs, which find its tensors where they are."""

    def __init__(self, game: Game, now: State) -> None:
        self.game, self.now = game, now
        self._layouts: dict[bool, Layout] = {}

    def train(self, knobs: Knobs, most: int, program_of: Callable[[], Call | None]) -> int:
        """Train at most so many steps, each by a call of a program that was made for `form`.

        Args:
            program_of: of the next step; none where it is not to be trained by one.

        Returns:
            How many steps have been trained.
        """
        of_state: dict[bool, list[Tensor]] = {}
        done = 0
        while done < most and (call := program_of()):
            given, program = self._given(knobs, self.now)
            if (tensors := of_state.get(program.minibatch)) is None:
                tensors = of_state[program.minibatch] = self._layout(program).of_state()
            call([*tensors, *given.tensors])
            self.now.losses_summed += 1
            done += 1
        return done

    def form(self, knobs: Knobs) -> str:
        """What a program for the next step has to be made for; nothing changes."""
        return compiled.form(self.game, self.now, *self._given_next(knobs))

    def captured(self, knobs: Knobs) -> Call:
        """The next step as a program, captured on the GPU; nothing changes."""
        given, program = self._given_next(knobs)
        return Captured(self.game, self.now, given, self.game.hyper(knobs, self.now.steps_done), program)

    def _given_next(self, knobs: Knobs) -> tuple[Given, Program]:
        """As `_given` of the next step, drawn beside it."""
        with torch.random.fork_rng(devices=[]):
            return self._given(knobs, beside(self.now))

    def _given(self, knobs: Knobs, place: State | Place) -> tuple[Given, Program]:
        """The chance and the scalars of the next step from a place on, on the CPU, which counts as done there."""
        chance, game = Chance(self.game, place, "cpu"), self.game
        chance.stir()
        hyper, program = game.hyper(knobs, place.steps_done), game.program(knobs, place.steps_done, game.k(knobs, self.now.k))
        draws = chance.step_in_numbers(knobs, hyper, program)
        place.steps_done += 1
        return Given(draws, torch.tensor(compiled.row(game, hyper, place.steps_done))), program

    def _layout(self, program: Program) -> Layout:
        """Of the tensors of the state; each is made once."""
        if (layout := self._layouts.get(program.minibatch)) is None:
            layout = self._layouts[program.minibatch] = Layout(self.now, program)
        return layout
