"""Steps by programs for the run as it stands: captured on the GPU, found in the cache, or compiled aside while the run trains eagerly."""

import time
from collections.abc import Callable
from typing import NamedTuple

import torch

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.engines import captured, compiled
from tui_gan.gan.engines.compiled import Call
from tui_gan.gan.trainer import Trainer
from tui_gan.session import programs
from tui_gan.session.making import Request
from tui_gan.session.timing import Timing

# Seconds for which steps follow each other before anything else is looked after.
AT_ONCE = 0.02
WHY_NOT = {"compiled": compiled.why_not, "graph": captured.why_not}
# What has become of a step, by the engine.
DONE = {"compiled": "compiled", "graph": "captured"}


class Case(NamedTuple):
    """What a program is looked up by, without asking what it has to be made for; another trainer is another case."""

    trainer: int
    batch: int
    k: int
    g: int
    minibatch: bool
    noise: bool
    due: bool


class Compiling:
    """The programs of one run.

    Args:
        note: tells what becomes of them.

    Attributes:
        timing: of eager steps and of those by programs, where the engine is chosen by it.
    """

    def __init__(self, note: Callable[[str], object]) -> None:
        self._note = note
        self._programs: dict[Case, Call | None] = {}
        self._making: tuple[Case, programs.Making] | None = None
        self._refused: set[str] = set()
        self._reported: set[str] = set()
        self._of: tuple[Trainer, str, int] | None = None
        self._engine, self._why = "", ""
        self.timing = Timing()

    def train(self, trainer: Trainer, knobs: Knobs, most: int, left: int) -> int:
        """Train by programs, at most so many steps, and no longer than AT_ONCE.

        Args:
            left: steps until the run ends.

        Returns:
            How many steps have been trained, 0 where the next has to be eager (yet).
        """
        wanted = trainer.config.engine
        if self._of != (trainer, wanted, trainer.loads):
            # A live change has made another, or a state put into it may lack moments; programs are found in the cache again.
            self._of, self._programs, self.timing = (trainer, wanted, trainer.loads), {}, Timing()
            self._engine = ("compiled" if trainer.device == "cpu" else "graph") if wanted == "auto" else wanted
            self._why = WHY_NOT[self._engine](trainer.game, trainer.now, trainer.device)
        if self._why:
            self._tell(f"the step is not {DONE[self._engine]}: {self._why}; it trains eagerly")
            return 0
        if wanted == "auto" and not self._pays(trainer, knobs, left):
            return 0
        begun = time.perf_counter()
        done = trainer.calls(knobs, most, lambda: self._next(trainer, knobs) if time.perf_counter() < begun + AT_ONCE else None)
        if done:
            self.timing.by_program.add(time.perf_counter() - begun, done)
        return done

    def close(self) -> None:
        """Make nothing any longer."""
        if self._making:
            self._making[1].close()
            self._making = None

    def _pays(self, trainer: Trainer, knobs: Knobs, left: int) -> bool:
        """Whether programs are worth their making for the steps that are left, and worth their use now that they are made."""
        timing = self.timing
        if timing.loses:
            self._tell(f"auto: it trains eagerly, {timing.compared}", f"loses {id(trainer)}")
            return False
        if any(self._programs.values()) or self._making:
            return True
        if not timing.pays(
            trainer.now, trainer.k_steps(knobs) + knobs.generator_steps, knobs.batch_size * trainer.config.packing, left, self._engine
        ):
            return False
        self._tell(f"auto: {self._engine}, since {left:,} steps are left, of {timing.eager.text} each")
        return True

    def _next(self, trainer: Trainer, knobs: Knobs) -> Call | None:
        """The program of the next step, if there is one (yet)."""
        config, step = trainer.config, trainer.steps_done
        noise = config.instance_noise.sd > 0 and bool(trainer.game.hyper(knobs, step).noise_sd)
        due = step % config.lazy == 0
        k, g = trainer.k_steps(knobs), knobs.generator_steps
        case = Case(id(trainer), knobs.batch_size, k, g, knobs.minibatch_discrimination, noise, due)
        if case not in self._programs:
            program = trainer.game.program(knobs, step, case.k)
            if not compiled.is_ready(trainer.game, trainer.now, program):
                # An eager step makes what is kept of the weights.
                return None
            self._programs[case] = None
        if (call := self._programs[case]) or repr(case) in self._refused:
            return call
        try:
            call = self._programs[case] = (
                trainer.called.captured(knobs) if self._engine == "graph" else self._compiled(case, trainer, knobs)
            )
        except (OSError, RuntimeError) as error:
            self._refuse(case, str(error))
            return None
        if call:
            self._tell(
                f"the {DONE[self._engine]} step is in use from step {step:,} on; it equals the eager one to rounding",
                f"in use {_either(case)}",
            )
        return call

    def _compiled(self, case: Case, trainer: Trainer, knobs: Knobs) -> Call | None:
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
                if made_for == case:
                    return None
        request = Request(
            config=trainer.config,
            knobs=knobs,
            shape=tuple(trainer.dataset.shape),
            step=trainer.steps_done,
            k=case.k,
            threads=torch.get_num_threads(),
            form=trainer.called.form(knobs),
        )
        path = programs.place(request)
        call = programs.load(path)
        if call is None:
            self._making = (case, programs.Making(request, path))
            said = "the step is compiled at the lowest priority, which takes a minute or more; until then it trains eagerly"
            self._tell(said, _either(case))
        return call

    def _refuse(self, case: Case, why: str) -> None:
        self._refused.add(repr(case))
        self._tell(f"the step cannot be {DONE[self._engine]} ({why}); it trains eagerly")

    def _tell(self, text: str, of: str = "") -> None:
        """Say something once, or once of each of several things."""
        if (of or text) not in self._reported:
            self._reported.add(of or text)
            self._note(text)


def _either(case: Case) -> str:
    """With lazy regularization a step has two programs, of which one is told."""
    return repr(case._replace(due=False))
