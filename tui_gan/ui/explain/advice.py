"""Advice: what can be changed against what goes wrong, in one table; only what changes something in this run is named."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tui_gan.contract.knobs import KNOBS
from tui_gan.ui.draw.scale import short
from tui_gan.ui.explain.reading import Reading

# Settings by their TOML keys, knobs by "knobs." and their names, and what they are to become.
Change = Mapping[str, float | bool | str]
# How many cures are named at once.
NAMED = 2
# The weight of gradient penalties that is advised, and that for the Wasserstein objective (Gulrajani et al. 2017).
PENALTY, LIPSCHITZ = 1.0, 10.0
NOISE = 0.3
# Where the schedule has lowered the learning rates below this share, no change acts in the time that is left.
SLOW = 0.2
# Under this share of G's learning rate that of D is the first thing to raise.
BEHIND = 0.3
# Zero-centred gradient penalties, of which one of the first two stands for R1.
R1, R2 = ("regularizers.r1", "regularizers.r1_difference"), "regularizers.r2"
# The one-sided penalty: the two-sided one has a second minimum with gradients of the wrong sign.
ONE_SIDED = "regularizers.lipschitz_penalty"
SATURATING = ("minimax", "zero_sum", "clamped")


class Cure(NamedTuple):
    """A change against what goes wrong.

    Attributes:
        change: what it sets in this run; empty where it changes nothing or cannot be done.
        words: what is to be done, as the end of a sentence that begins with "Try".
        anew: whether it heals a run only from its beginning.
    """

    change: Callable[[Reading], Change]
    words: Callable[[Reading], str]
    anew: bool = False


def penalised(reading: Reading) -> bool:
    """Whether any regularizer of D is on, without which the factor on them multiplies nothing."""
    return any(reading.number(key) for key in reading.settings if key.startswith("regularizers."))


def slow(reading: Reading) -> bool:
    """Whether the schedule has brought the learning rates so low that no change acts."""
    return reading.snapshot.rules.schedule < SLOW


def _gradient_penalties(reading: Reading) -> Change:
    # With batch normalisation a logit is no function of one sample; W1 needs another penalty; and with plain gradient descent they have
    # been seen to hold G back and to heal nothing.
    if reading.settings.get("discriminator.norm") == "batch" or reading.objective == "wasserstein" or _plain_descent(reading):
        return {}
    factor = reading.snapshot.knobs.regularization
    change: dict[str, float | bool | str] = {}
    if max(reading.number(key) for key in R1) * factor < PENALTY:
        change[R1[0]] = PENALTY
    if reading.number(R2) * factor < PENALTY:
        change[R2] = PENALTY
    return change | ({"knobs.regularization": 1.0} if change and factor != 1.0 else {})


def _plain_descent(reading: Reading) -> bool:
    return str(reading.settings.get("optimizer.kind")).endswith("sgd")


def _stronger_penalty(reading: Reading) -> Change:
    now = reading.snapshot.knobs.regularization
    most = KNOBS["regularization"].high or now
    return {"knobs.regularization": min(most, now * 10)} if penalised(reading) and now < most else {}


def _lipschitz(reading: Reading) -> Change:
    rules = reading.snapshot.rules
    needless = reading.objective != "wasserstein" or rules.bound or rules.spectral
    return {} if needless or reading.settings.get("discriminator.norm") == "batch" else {ONE_SIDED: LIPSCHITZ}


def _instance_noise(reading: Reading) -> Change:
    lasting = reading.number("instance_noise.sd") and not reading.number("instance_noise.steps")
    return {} if lasting or _plain_descent(reading) else {"instance_noise.sd": NOISE, "instance_noise.steps": 0}


def _minibatch(reading: Reading) -> Change:
    return {} if reading.snapshot.knobs.minibatch_discrimination else {"knobs.minibatch_discrimination": True}


def _heuristic(reading: Reading) -> Change:
    return {"objective": "non_saturating"} if reading.objective in SATURATING else {}


def _knob(name: str, factor: float) -> Callable[[Reading], Change]:
    """A knob times a factor, within its range; nothing where it is at its end."""

    def change(reading: Reading) -> Change:
        how, now = KNOBS[name], getattr(reading.snapshot.knobs, name)
        value = type(now)(min(how.high or now, max(how.low or now, now * factor)))
        return {} if value == now else {f"knobs.{name}": value}

    return change


def _as_fast_as_g(reading: Reading) -> Change:
    """D's learning rate, where it is far below that of G."""
    knobs = reading.snapshot.knobs
    return {"knobs.discriminator_lr": knobs.generator_lr} if knobs.discriminator_lr < BEHIND * knobs.generator_lr else {}


def _usual_penalty(reading: Reading) -> Change:
    """The penalties at their own weights, where the factor has raised them."""
    return {"knobs.regularization": 1.0} if penalised(reading) and reading.snapshot.knobs.regularization > 1.0 else {}


def _named(reading: Reading, *keys: str) -> str:
    """Settings, and where they are changed."""
    return f"({' and '.join(keys)}, in the knobs view, {reading.key('knobs')})"


def _factor(reading: Reading, direction: str) -> str:
    """The factor on all penalties, the key that turns it, and where it stands."""
    return f"its factor, {reading.key(f'regularization_{direction}')}, now {short(reading.snapshot.knobs.regularization)}"


def _gradient_words(reading: Reading) -> str:
    wanted = [key for key in _gradient_penalties(reading) if key.startswith("regularizers.")]
    names = {R1[0]: "R1", R2: "R2"}
    penalties = "gradient penalties" if len(wanted) > 1 else "gradient penalty"
    return f"the {penalties} {' and '.join(names[key] for key in wanted)} with weight {PENALTY:g} {_named(reading, *wanted)}"


CURES: dict[str, Cure] = {
    "gradient penalties": Cure(_gradient_penalties, _gradient_words),
    "stronger penalty": Cure(_stronger_penalty, lambda reading: f"a stronger penalty on D ({_factor(reading, 'raise')})"),
    "Lipschitz": Cure(
        _lipschitz,
        lambda reading: f"a new run with the one-sided gradient penalty of weight {LIPSCHITZ:g} (--set {ONE_SIDED}={LIPSCHITZ:g})",
        # A critic that has grown without bound does not come back in time.
        anew=True,
    ),
    "instance noise": Cure(
        _instance_noise,
        lambda reading: f"instance noise of standard deviation {NOISE:g} {_named(reading, *_instance_noise(reading))}",
    ),
    "minibatch": Cure(_minibatch, lambda reading: f"minibatch discrimination ({reading.key('minibatch_discrimination')})"),
    "non-saturating": Cure(_heuristic, lambda reading: f"the non-saturating objective {_named(reading, 'objective')}"),
    "fewer k": Cure(
        _knob("k_steps", 1 / 3), lambda reading: f"fewer discriminator updates per generator update ({reading.key('k_steps_lower')})"
    ),
    "more k": Cure(
        _knob("k_steps", 3), lambda reading: f"more discriminator updates per generator update ({reading.key('k_steps_raise')})"
    ),
    "lower D rate": Cure(
        _knob("discriminator_lr", 0.2), lambda reading: f"a lower learning rate of D ({reading.key('discriminator_lr_lower')})"
    ),
    "higher D rate": Cure(
        _knob("discriminator_lr", 5.0), lambda reading: f"a higher learning rate of D ({reading.key('discriminator_lr_raise')})"
    ),
    "as fast as G": Cure(
        _as_fast_as_g,
        lambda reading: (
            f"a learning rate of D as high as G's, {short(reading.snapshot.knobs.generator_lr)} ({reading.key('discriminator_lr_raise')})"
        ),
    ),
    "usual penalty": Cure(_usual_penalty, lambda reading: f"the penalty on D without its factor ({_factor(reading, 'lower')})"),
    "lower G rate": Cure(_knob("generator_lr", 0.2), lambda reading: f"a lower learning rate of G ({reading.key('generator_lr_lower')})"),
}

# The cures of what goes wrong, the likeliest first, as benchmarks/cures.py finds it by trying.
AILMENTS: dict[str, tuple[str, ...]] = {
    "collapse": ("Lipschitz", "gradient penalties", "instance noise", "stronger penalty", "minibatch"),
    "missing": ("Lipschitz", "gradient penalties", "stronger penalty", "minibatch", "instance noise"),
    "narrow": ("minibatch", "Lipschitz", "gradient penalties", "lower G rate"),
    "apart": ("Lipschitz", "gradient penalties", "instance noise"),
    "too strong": ("non-saturating", "gradient penalties", "fewer k", "instance noise", "stronger penalty", "lower D rate"),
    "too weak": ("as fast as G", "usual penalty", "more k", "higher D rate"),
    "swing": ("Lipschitz", "gradient penalties", "stronger penalty", "lower G rate", "lower D rate"),
    "steep": ("Lipschitz",),
}


def cures(reading: Reading, ailment: str) -> list[Cure]:
    """Those that change something in this run, the likeliest first."""
    return [CURES[name] for name in AILMENTS[ailment] if CURES[name].change(reading)]


def prescription(cure: Cure, reading: Reading) -> Change:
    """All that a cure sets, with a constant schedule where that of the run leaves no rate to learn with; empty where it changes nothing."""
    change = cure.change(reading)
    return {**change, "schedule.kind": "constant"} if change and slow(reading) and not cure.anew else change


def advice(reading: Reading, ailment: str) -> str:
    """What to try, as a sentence; "" where nothing is known to help."""
    named = [cure.words(reading) for cure in cures(reading, ailment)[:NAMED]]
    if not named:
        return ""
    first = f"Try {', or '.join(named)}."
    idle = ailment in ("collapse", "too strong", "swing") and not penalised(reading)
    if slow(reading) and not all(cure.anew for cure in cures(reading, ailment)[:NAMED]):
        rate = reading.snapshot.rules.schedule
        first += f" The schedule has lowered the learning rates to {rate:.1%}, so set schedule.kind to constant too, or little will change."
    return first + (
        f" The penalty factor ({reading.key('regularization_raise')}) changes nothing while every penalty is 0." if idle else ""
    )
