"""Steps by programs for the run as it stands: found in the cache, or made aside while the run trains eagerly."""

import time
from collections.abc import Callable
from typing import NamedTuple

import torch

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.engines import compiled
from tui_gan.gan.trainer import Trainer
from tui_gan.session import programs
from tui_gan.session.making import Request

# Seconds for which steps follow each other before anything else is looked after.
AT_ONCE = 0.02


class Case(NamedTuple):
    """What a program is looked up by, without asking what it has to be made for; another trainer is another case."""

    trainer: int
    batch: int
    k: int
    minibatch: bool
    noise: bool
    due: bool


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
        self._told: set[str] = set()
        self._trainer: Trainer | None = None
        self._why = ""

    def train(self, trainer: Trainer, knobs: Knobs, most: int) -> int:
        """Train by programs, at most so many steps, and no longer than AT_ONCE; returns how many, 0 where one has to be eager (yet)."""
        if trainer is not self._trainer:
            # A live change has made another; programs of the one before are found in the cache again.
            self._trainer, self._found = trainer, {}
            self._why = compiled.why_not(trainer.game, trainer.now, trainer.device)
        if self._why:
            self._tell(f"the step is not compiled: {self._why}; it trains eagerly")
            return 0
        end = time.perf_counter() + AT_ONCE
        return trainer.calls(knobs, most, lambda: self._next(trainer, knobs) if time.perf_counter() < end else None)

    def close(self) -> None:
        """Make nothing any longer."""
        if self._making:
            self._making[1].close()
            self._making = None

    def _next(self, trainer: Trainer, knobs: Knobs) -> compiled.Call | None:
        """The program of the next step, if there is one (yet)."""
        config, step = trainer.config, trainer.steps_done
        noise = config.instance_noise.sd > 0 and bool(trainer.game.hyper(knobs, step).noise_sd)
        due = step % config.lazy == 0
        case = Case(id(trainer), knobs.batch_size, trainer.k_steps(knobs), knobs.minibatch_discrimination, noise, due)
        if case not in self._found:
            program = trainer.game.program(knobs, step, case.k)
            if not compiled.is_ready(trainer.game, trainer.now, trainer.game.hyper(knobs, step), program):
                # An eager step makes what is kept of the weights.
                return None
            self._found[case] = None
        return self._found[case] or self._program(case, trainer, knobs)

    def _program(self, case: Case, trainer: Trainer, knobs: Knobs) -> compiled.Call | None:
        """The program of a case, if it is there by now."""
        if self._making:
            made_for, making = self._making
            if not making.over:
                return None
            self._making = None
            failed = making.failed
            making.close()
            if failed:
                self._refuse(made_for, failed)
        if repr(case) in self._refused:
            return None
        request = Request(
            config=trainer.config,
            knobs=knobs,
            shape=tuple(trainer.dataset.shape),
            step=trainer.steps_done,
            k=case.k,
            threads=torch.get_num_threads(),
            form=trainer.form(knobs),
        )
        try:
            path = programs.place(request)
            call = programs.load(path)
            if call is None:
                self._making = (case, programs.Making(request, path))
        except (OSError, RuntimeError) as error:
            self._refuse(case, str(error))
            return None
        # With lazy regularization a step has two programs, of which one is told.
        either = repr(case._replace(due=False))
        if call is None:
            self._tell("the step is compiled at the lowest priority, which takes a minute or more; until then it trains eagerly", either)
            return None
        self._found[case] = call
        self._tell(f"the compiled step is in use from step {trainer.steps_done:,} on", f"in use {either}")
        return call

    def _refuse(self, case: Case, why: str) -> None:
        self._refused.add(repr(case))
        self._tell(f"the step cannot be compiled ({why}); it trains eagerly")

    def _tell(self, text: str, of: str = "") -> None:
        """Say something once, or once of each of several things."""
        if (of or text) not in self._told:
            self._told.add(of or text)
            self._note(text)
