"""What steps take, eagerly and by programs, and whether a program pays."""

import dataclasses

from tui_gan.gan.state import State

# Steps of each kind that are timed before anything is concluded from them; the first ones warm up.
ENOUGH, WARM_UP = 50, 10
# Seconds that a program takes to be made, as long as the run trains eagerly beside that, and that a capture takes.
COST = {"compiled": 60.0, "graph": 3.0}
# What is saved has to be so many times the cost.
WORTH = 2.0
# Products and sums a second that a core of any machine makes of small networks, and the share of an eager step that remains at least.
RATE, REST = 20e9, 0.2


@dataclasses.dataclass
class Mean:
    """The mean seconds of a step."""

    steps: int = 0
    seconds: float = 0.0

    def add(self, seconds: float, steps: int = 1) -> None:
        """Of so many steps."""
        self.steps += steps
        if self.steps > WARM_UP:
            self.seconds += seconds

    @property
    def enough(self) -> bool:
        """Whether it is the mean of enough of them."""
        return self.steps >= ENOUGH

    @property
    def value(self) -> float:
        """Seconds a step."""
        return self.seconds / max(1, self.steps - WARM_UP)

    @property
    def text(self) -> str:
        """In words."""
        return f"{1000 * self.value:.3g} ms"


@dataclasses.dataclass
class Timing:
    """Of one trainer."""

    eager: Mean = dataclasses.field(default_factory=Mean)
    by_program: Mean = dataclasses.field(default_factory=Mean)

    def pays(self, state: State, updates: int, samples: int, left: int, engine: str) -> bool:
        """Whether the steps that are left would be shorter by a program by much more than it takes to make it.

        Args:
            updates: of a step; `samples` of each.
        """
        if not self.eager.enough:
            return False
        weights = sum(weight.numel() for learner in state.players.values() for weight in learner.weights)
        # Forwards and twice as much backwards, a product and a sum each; on a GPU it is the launches that take the time.
        arithmetic = 6.0 * weights * updates * samples / RATE if engine == "compiled" else 0.0
        saved = self.eager.value - max(arithmetic, REST * self.eager.value)
        return saved * left > WORTH * COST[engine]

    @property
    def loses(self) -> bool:
        """Whether steps by programs have turned out to be no shorter."""
        return self.eager.enough and self.by_program.enough and self.by_program.value >= self.eager.value

    @property
    def compared(self) -> str:
        """Both, in words."""
        return f"{self.eager.text} a step; by a program it takes {self.by_program.text}"
