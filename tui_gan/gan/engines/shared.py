"""The shared engine: the eager step on one process's share of the batch, moved by what all processes have found on theirs.

Every process draws the whole batch from the same stream and judges its share, as many rows that follow each other as any other
process. The losses are means over rows, so that the mean of the processes' gradients is that of the whole batch, to rounding; where
rows meet, in batch normalisation, the processes meet too.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from tui_gan.gan.engines.eager import Eager, Gradients
from tui_gan.gan.game import Game, has_dropout
from tui_gan.gan.state import State
from tui_gan.gan.values import Draws, Hyper, Program, Report, Seen


class RankLostError(Exception):
    """A process that shares the steps has gone."""


class Across(NamedTuple):
    """The processes that share the steps, to the one that is here.

    Attributes:
        rank: of this process, in 0 .. ranks - 1; `ranks` is how many there are.
        sum_: adds up a tensor over all processes, in place and on each to the same bits.

            Raises:
                RankLostError: one of them has gone.
    """

    rank: int
    ranks: int
    sum_: Callable[[Tensor], None]


class Shared(Eager):
    """Moves the players of a state that is the same in several processes.

    Attributes:
        lost: whether another process has gone; from the update on in which it went, process 0 makes updates alone, on the whole batch.
    """

    def __init__(self, game: Game, state: State, across: Across) -> None:
        super().__init__(game, state)
        self._across = across
        networks = [learner.network for learner in state.players.values()]
        self._norms = [layer for network in networks for layer in network.modules() if isinstance(layer, _BatchNorm)]
        self._buffers = [buffer for network in networks for buffer in network.buffers()]
        self._drops = any(map(has_dropout, networks))
        self.lost = False

    def update(self, draws: Draws, hyper: Hyper, program: Program) -> Report:
        """Move the players whose turn it is.

        Raises:
            RankLostError: another process has gone, and this is not process 0.
        """
        if self.lost:
            return super().update(draws, hyper, program)
        kept = [buffer.clone() for buffer in self._buffers]
        if self._drops:
            # Each leaves out other units; what the whole batch needed of the default stream has been drawn.
            torch.manual_seed(int(torch.randint(2**62, ())) + self._across.rank)
        try:
            with self._normalising_together():
                return super().update(shared(draws, self._across), hyper, program)
        except RankLostError:
            if self._across.rank:
                raise
            # No weight has moved yet in this update, and the whole of its batch is here.
            self.lost = True
            for buffer, value in zip(self._buffers, kept, strict=True):
                buffer.copy_(value)
            return super().update(draws, hyper, program)

    def agreed(self, seen: Seen, gradients: Gradients) -> tuple[Seen, Gradients]:
        """The means of the loss and of the gradients over all processes."""
        if self.lost:
            return seen, gradients
        active = [gradient for gradient in gradients if gradient is not None]
        flat = torch.cat([seen.loss.reshape(1), *(gradient.flatten() for gradient in active)])
        self._across.sum_(flat)
        flat /= self._across.ranks
        loss, *parts = torch.split(flat, [1, *(gradient.numel() for gradient in active)])
        means = iter(part.view_as(gradient) for part, gradient in zip(parts, active, strict=True))
        return seen._replace(loss=loss.reshape(())), [None if gradient is None else next(means) for gradient in gradients]

    @contextlib.contextmanager
    def _normalising_together(self) -> Iterator[None]:
        """Batch normalisation by the statistics of the whole batch, for updates alone: whoever looks at a network is one process."""
        for norm in self._norms:
            norm.forward = functools.partial(normalised, norm, self._across)  # type: ignore[method-assign]
        try:
            yield
        finally:
            for norm in self._norms:
                del norm.forward


def shared(draws: Draws, across: Across) -> Draws:
    """What a process takes of the chance of an update."""

    def part(rows: Tensor) -> Tensor:
        share = len(rows) // across.ranks
        return rows[across.rank * share : (across.rank + 1) * share]

    def maybe(rows: Tensor | None) -> Tensor | None:
        return None if rows is None else part(rows)

    return draws._replace(
        latents=part(draws.latents),
        real=maybe(draws.real),
        real_noise=maybe(draws.real_noise),
        fake_noise=maybe(draws.fake_noise),
        again=(maybe(draws.again[0]), maybe(draws.again[1])),
        code_noise=maybe(draws.code_noise),
        real_change=maybe(draws.real_change),
        fake_change=maybe(draws.fake_change),
        change_again=(maybe(draws.change_again[0]), maybe(draws.change_again[1])),
        code_change=maybe(draws.code_change),
        labelled=maybe(draws.labelled),
        labels=maybe(draws.labels),
        labelled_noise=maybe(draws.labelled_noise),
        hinted=maybe(draws.hinted),
        terms={name: part(drawn) for name, drawn in draws.terms.items()},
        # Two follow each other in one process.
        seed=None if draws.seed is None else draws.seed + 2 * across.rank,
    )


def normalised(norm: _BatchNorm, across: Across, x: Tensor) -> Tensor:
    """Batch normalisation in training, of whole packs or by slots, by the statistics of the rows of all processes.

    Args:
        x: (B, F, ...), the rows of this process.

    Returns:
        The same shape. The running mean and variance move as those of one process with all rows.
    """
    assert norm.running_mean is not None
    assert norm.running_var is not None
    assert norm.num_batches_tracked is not None
    slots = getattr(norm, "slots", 1)
    packed = x.reshape(len(x) // slots, slots * x.shape[1], *x.shape[2:]).to(norm.running_mean.dtype)
    over = [axis for axis in range(packed.dim()) if axis != 1]
    own_variance, own_mean = torch.var_mean(packed, over, correction=0)
    means, variances = _Gathered.apply(torch.stack((own_mean, own_variance)), across).unbind(1)  # type: ignore[no-untyped-call]
    mean = means.mean(0)
    variance = variances.mean(0) + (means - mean).square().mean(0)
    with torch.no_grad():
        norm.num_batches_tracked += 1
        share = 1.0 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
        count = across.ranks * packed.numel() // packed.shape[1]
        norm.running_mean.lerp_(mean.view(slots, -1).mean(0), share)
        norm.running_var.lerp_((variance * (count / (count - 1))).view(slots, -1).mean(0), share)
    shape = (1, -1, *[1] * (packed.dim() - 2))
    factor = norm.weight.repeat(slots) * (variance + norm.eps).rsqrt()
    output: Tensor = (packed - mean.view(shape)) * factor.view(shape) + norm.bias.repeat(slots).view(shape)
    return output.to(x.dtype).view_as(x)


class _Gathered(torch.autograd.Function):
    """A tensor of each process, (*X) -> (ranks, *X), by which the losses of all of them may be differentiated."""

    @staticmethod
    def forward(ctx: Any, local: Tensor, across: Across) -> Tensor:
        """Gather."""
        ctx.across = across
        every = local.new_zeros(across.ranks, *local.shape)
        every[across.rank] = local
        across.sum_(every)
        return every

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """The sum over the losses of all processes, of which the own part is taken."""
        gradient = gradient.contiguous().clone()
        ctx.across.sum_(gradient)
        return gradient[ctx.across.rank], None
