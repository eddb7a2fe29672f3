"""The programs of steps of many: graphs at once, and compiled ones when they have been made and as long as they pay."""

import threading
import time
from collections.abc import Callable

import torch
from torch import Tensor

from tui_gan.gan.engines.captured import Replayed
from tui_gan.gan.engines.compiled import Call
from tui_gan.gan.engines.many import Case, Many
from tui_gan.session import programs
from tui_gan.session.making import Request
from tui_gan.session.programs import Making
from tui_gan.sweep.plan import Spec

# Seconds of training that must be left for a program to be made: it takes a core for a minute.
PAYS = 90.0
# Seconds of tracing after which it is told.
SLOW = 3.0
# What a program of many is looked up by: their form, how many they are, and what their next step is.
Key = tuple[str, int, Case]


class Programs:
    """The programs of a sweep. On a GPU the operations of a step are captured as a CUDA graph, for each chunk one.

    Args:
        engine: "graph" calls PyTorch operation by operation; "compiled" has programs made; "auto" where the time that is left pays for it.
        note: tells what becomes of them.

    Attributes:
        left: how many seconds of training are left, as far as that is known.
    """

    def __init__(self, engine: str, note: Callable[[str], object]) -> None:
        self.engine, self.note = engine, note
        self.left = 0.0
        self._graphs: dict[Key, torch.nn.Module] = {}
        self._compiled: dict[Key, Call | None] = {}
        self._making: dict[Key, tuple[Making, Request]] = {}
        self._replayed: dict[tuple[int, Case], Call] = {}

    def call_of(self, many: Many, specs: list[Spec], group: str) -> Callable[[Case], Call]:
        """The call for the next step of many, looked up by its case."""

        def call(case: Case) -> Call:
            key = (group, len(specs), case)
            return self._of(key, many, specs) if many.device == "cpu" else self._replay(key, many)

        return call

    def compiled(self, group: str, count: int) -> bool:
        """Whether all that has been wanted of a group is compiled, so that several may be called at once."""
        keys = [key for key in (*self._graphs, *self._compiled) if key[:2] == (group, count)]
        return bool(keys) and all(self._compiled.get(key) for key in keys)

    def wait(self, seconds: float) -> None:
        """Wait for what is being made, at most so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(not making.over for making, _ in self._making.values()):
            time.sleep(0.1)

    def close(self) -> None:
        """Make none any longer."""
        for making, _ in self._making.values():
            making.close()

    def _of(self, key: Key, many: Many, specs: list[Spec]) -> Call:
        # Whichever is wanted now: one that has come to its end must not keep the next from being made.
        for each in [*self._making]:
            self._made(each)
        if key not in self._compiled and self._wanted and not self._making:
            self._make(key, many, specs)
        if (call := self._compiled.get(key)) is not None:
            return call
        return _calling(self._graph(key, many))

    def _graph(self, key: Key, many: Many) -> torch.nn.Module:
        if key not in self._graphs:
            # A second for most games, and twenty for a large k with penalties.
            telling = threading.Timer(SLOW, self.note, ["tracing the step, once for all members that differ in numbers alone"])
            telling.daemon = True
            began = time.monotonic()
            telling.start()
            try:
                self._graphs[key] = many.traced()
            finally:
                telling.cancel()
                telling.join()
            if time.monotonic() - began > SLOW:
                self.note("the step is traced")
        return self._graphs[key]

    def _replay(self, key: Key, many: Many) -> Call:
        """The captured step of one chunk, which is made at its first call, from what that is given."""
        place, operations = (id(many), key[-1]), self._graph(key, many)
        captures = many.device.startswith("cuda")

        def first(tensors: list[Tensor]) -> None:
            if place not in self._replayed:
                count = len(many.tensors)
                self._replayed[place] = Replayed(operations, tensors, count) if captures else _calling(operations)
            self._replayed[place](tensors)

        return self._replayed.get(place, first)

    @property
    def _wanted(self) -> bool:
        return self.engine == "compiled" or (self.engine == "auto" and self.left > PAYS)

    def _make(self, key: Key, many: Many, specs: list[Spec]) -> None:
        request = self._request(many, specs)
        place = programs.place(request)
        self._compiled[key] = programs.load(place)
        if self._compiled[key] is None:
            self.note("compiling the step, a minute or two; until then it is trained as a graph")
            self._making[key] = Making(request, place), request

    def _made(self, key: Key) -> None:
        making, request = self._making[key]
        if not making.over:
            return
        del self._making[key]
        making.close()
        self._compiled[key] = programs.load(programs.place(request)) if not making.failed else None
        self.note(f"the step is not compiled: {making.failed}" if making.failed else "the compiled step is in use")

    def _request(self, many: Many, specs: list[Spec]) -> Request:
        spec, shape = specs[0], tuple(many.first.dataset.shape)
        return Request(
            spec.config, spec.knobs, shape, many.steps_done, spec.knobs.k_steps, torch.get_num_threads(), many.form(), len(specs)
        )


def _calling(graph: torch.nn.Module) -> Call:
    def call(tensors: list[Tensor]) -> None:
        graph(*tensors)

    return call
