"""How the players are updated."""

from tui_gan.contract import sources
from tui_gan.ui.explain.options.option import Option, choice
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph

OPTIMISTIC = (
    "Each network moves by twice {} less the one before, which anticipates its opponent's next and damps the rotation of the two around an "
    "equilibrium."
)


def k_steps(reading: Reading) -> Paragraph | None:
    """The number of discriminator updates."""
    k = reading.snapshot.knobs.k_steps
    if reading.settings.get("coordination") == "accuracy":
        now = reading.snapshot.rules.k
        current = f" (now {now})" if now else ""
        return Paragraph(
            f"k{current} adapts to D's accuracy: one more discriminator update per step under 65%, one fewer over 80%, from 1 to {k}.",
            term="adaptive k",
        )
    if k == 1:
        return None
    return Paragraph(f"{k} discriminator updates per step.", sources.GOODFELLOW, f"k = {k}")


def generator_steps(reading: Reading) -> Paragraph | None:
    """The number of generator updates."""
    g = reading.snapshot.knobs.generator_steps
    return Paragraph(f"{g} generator updates per step.", term=f"G steps = {g}") if g > 1 else None


def lookahead(reading: Reading) -> Paragraph | None:
    """Slow weights."""
    steps, share = reading.number("optimizer.lookahead_steps"), reading.number("optimizer.lookahead_share")
    if not steps:
        return None
    way = f"{share:.3g} of the way from where they were before them to where they are then"
    text = f"After every {steps:g} steps the weights of G and D are set to {way}."
    if share < 1:
        text += " That damps the rotation of the two players around an equilibrium."
    return Paragraph(text, sources.source("optimizer.lookahead_steps"), f"lookahead, {steps:g} steps")


UPDATES: tuple[Option, ...] = (
    k_steps,
    generator_steps,
    choice(
        "updates",
        {
            "simultaneous": ("simultaneous updates", "G and D are updated at the same time, by gradients at the same weights."),
            "same_batch": ("same batch", "G is updated on the minibatch that D has just been trained on, not on a fresh one."),
            "extragradient": (
                "extragradient",
                "G and D first extrapolate by one update each, then return and take the gradients found there, on fresh samples, which "
                "damps their rotation around an equilibrium.",
            ),
        },
    ),
    choice(
        "optimizer.kind",
        {
            "optimistic_adam": ("optimistic Adam", OPTIMISTIC.format("Adam's update")),
            "optimistic_sgd": ("optimistic SGD", OPTIMISTIC.format("the update of SGD")),
        },
    ),
    lookahead,
)
