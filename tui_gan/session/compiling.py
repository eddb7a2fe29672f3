"""Several steps a call, by a program for the run as it stands: found in the cache, or made aside while the run trains eagerly."""

from collections.abc import Callable
from typing import NamedTuple

import torch

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.engines import compiled
from tui_gan.gan.trainer import Trainer
from tui_gan.session import programs
from tui_gan.session.making import Request

# Steps of a call at most: each takes some ten seconds more to compile.
MOST = 8


class Case(NamedTuple):
    """What a program is looked up by, without asking what it has to be made for; another trainer is another case."""

    trainer: int
    batch: int
    k: int
    minibatch: bool
    noise: bool


class Compiling:
    """The programs of one run.

    Args:
        note: tells what becomes of them.
    """

    def __init__(self, note: Callable[[str], object]) -> None:
        self._note = note
        self._found: dict[Case, compiled.Call | None] = {}
        self._making: tuple[Case, programs.Making] | None = None
        self._refused: set[str] = set()
        self._trainer: Trainer | None = None
        self._why, self._steps = "", 1

    def train(self, trainer: Trainer, knobs: Knobs, most: int) -> int:
        """Train by a program, at most so many steps; returns how many, 0 where there is none (yet) or where a step has to be eager."""
        if trainer is not self._trainer:
            # A live change has made another; programs of the one before are found in the cache again.
            self._trainer, self._found = trainer, {}
            self._why, self._steps = compiled.why_not(trainer.game, trainer.now, trainer.device), call_of(trainer.config.log_every)
        steps = self._steps
        case = self._case(trainer, knobs, steps)
        if case is None:
            return 0
        if case not in self._found:
            program = trainer.game.program(knobs, trainer.steps_done, case.k)
            if not compiled.is_ready(trainer.game, trainer.now, trainer.game.hyper(knobs, trainer.steps_done), program):
                # An eager step makes what is kept of the weights.
                return 0
            self._found[case] = None
        call = self._found[case] or self._program(case, trainer, knobs, steps)
        if call is None or steps > most or trainer.steps_done % steps:
            return 0
        trainer.call(knobs, steps, call)
        return steps

    def close(self) -> None:
        """Make nothing any longer."""
        if self._making:
            self._making[1].close()
            self._making = None

    def _case(self, trainer: Trainer, knobs: Knobs, steps: int) -> Case | None:
        if self._why:
            if self._why not in self._refused:
                self._refused.add(self._why)
                self._note(f"the step is not compiled: {self._why}; it trains eagerly")
            return None
        noise = trainer.config.instance_noise.sd > 0
        if noise:
            # Where it ends within a call, the steps are not of one form.
            noise, last = (bool(trainer.game.hyper(knobs, trainer.steps_done + each).noise_sd) for each in (0, steps - 1))
            if noise != last:
                return None
        return Case(id(trainer), knobs.batch_size, trainer.k_steps(knobs), knobs.minibatch_discrimination, noise)

    def _program(self, case: Case, trainer: Trainer, knobs: Knobs, steps: int) -> compiled.Call | None:
        """The program of a case, if it is there by now."""
        if self._making:
            made_for, making = self._making
            if not making.over:
                return None
            self._making = None
            failed = making.failed
            making.close()
            if failed:
                self._refused.add(repr(made_for))
                self._note(f"the step cannot be compiled ({failed}); it trains eagerly")
        if repr(case) in self._refused:
            return None
        form, threads = trainer.form(knobs, steps), torch.get_num_threads()
        request = Request(trainer.config, knobs, tuple(trainer.dataset.shape), trainer.steps_done, case.k, steps, threads, form)
        try:
            path = programs.place(request)
            call = programs.load(path)
            if call is None:
                self._making = (case, programs.Making(request, path))
        except (OSError, RuntimeError) as error:
            self._refused.add(repr(case))
            self._note(f"the step cannot be compiled ({error}); it trains eagerly")
            return None
        if call is None:
            self._note("the step is compiled at the lowest priority, which takes a minute or more; until then it trains eagerly")
            return None
        self._found[case] = call
        self._note(f"the compiled step is in use: {steps} steps a call from step {trainer.steps_done:,} on")
        return call


def call_of(log_every: int) -> int:
    """Steps of a call: the most that fill an interval of the log without a rest, up to MOST."""
    return max(each for each in range(1, MOST + 1) if log_every % each == 0)
