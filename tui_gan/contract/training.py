"""Which samples of a set a run trains on."""

from tui_gan.contract.errors import UsageError


def trained(count: int, training: int, skip: int) -> slice:
    """Which of `count` samples are trained on: `training` of them, or all that there are, after the first `skip`.

    Fewer are skipped where that would leave less than `training`.

    Raises:
        UsageError: none are left.
    """
    start = max(0, min(skip, count - training)) if training else skip
    if start >= count:
        raise UsageError(f"training_skip {skip} leaves none of {count:,} samples to train on")
    return slice(start, min(count, start + training) if training else count)
