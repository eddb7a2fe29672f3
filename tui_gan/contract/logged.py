"""Logged: the numbers that a run logs beside its metrics, and the changes after which the newest of them are those of another game."""

from collections.abc import Sequence

from tui_gan.contract.snapshot import Event

LOSSES = ("generator_loss", "discriminator_loss")
LOGGED = (*LOSSES, "k", "information_bound", "overfitting", "augment_probability", "l2_coefficient")
# What the losses of given networks depend on, and what they are judged by; a table, such as that of instance noise, stands for all of it.
DECIDES = frozenset(
    {
        *("objective", "label_smoothing", "instance_noise", "augment", "augment_probability", "augment_target", "completion"),
        *("regularizers", "regularization", "lazy", "minibatch_discrimination", "minibatch", "packing"),
        *("latent", "latent_scale", "data", "dataset", "training", "generator", "discriminator", "encoder"),
    }
)


def decides(name: str) -> bool:
    """Whether a knob or a setting, by its name in the log, decides what the losses are."""
    return name.partition(".")[0] in DECIDES


def changes(events: Sequence[Event]) -> list[tuple[int, str]]:
    """When a knob or a setting of DECIDES was changed, and which, as events name it, the newest last."""
    made, step = [], None
    for event in reversed(events):
        # A run that goes back to an earlier step keeps what is in force, from that step on.
        step = event.step if step is None else min(step, event.step)
        name = event.text.partition(":")[0]
        if event.kind == "change" and decides(name.replace(" ", "_")):
            made.append((step, name))
    return made[::-1]
