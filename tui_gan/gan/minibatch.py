"""Minibatch discrimination (Salimans et al. 2016, arXiv:1606.03498, section 3.2)."""

from typing import Any

import torch
from torch import Tensor, nn
from torch._C._functorch import is_functorch_wrapped_tensor

# From this distance on all are equally far: the exponential of less is no normal number, and takes twenty times as long.
FAR = 80.0


def normal_(weight: Tensor, sd: float) -> None:
    """Draw a weight from N(0, sd^2); on "meta" there are no numbers, and torch would load its compiler to draw none."""
    if not weight.is_meta:
        nn.init.normal_(weight, std=sd)


class MinibatchDiscrimination(nn.Module):
    """How close each sample of a batch lies to others, as `kernels` features.

    With M = h T, `dim` numbers for each kernel b: o(h_i)_b = mean over j of exp(-|M_i,b - M_j,b|_1), where j runs over the
    others of the batch, or over the `limit` nearest in it, half of them before and half behind it in a circle, when there are more. A
    mean where the paper has a sum, so that the features keep their scale when the batch size is turned.
    """

    def __init__(self, features: int, kernels: int, dim: int, limit: int = 0) -> None:
        super().__init__()
        self.kernels, self.dim, self.limit = kernels, dim, limit
        self.projection = nn.Parameter(torch.empty(features, kernels * dim))
        normal_(self.projection, features**-0.5)

    def forward(self, hidden: Tensor, company: Tensor | None = None, batches: int = 1) -> Tensor:
        """Compute the features.

        Args:
            hidden: (B, F) hidden units of the batch, or of several of equal size that follow each other.
            company: (C, F) hidden units of a reference batch; each sample is then judged among these alone.

        Returns:
            (B, kernels), each in 0 .. 1.
        """
        projected = self._projected(hidden)
        if company is not None:
            return _mean_closeness(projected, self._projected(company)[:, :, None])
        batch = len(hidden) // batches
        others = min(self.limit or batch, batch - 1)
        if others == 0:
            return projected.new_zeros(len(hidden), self.kernels)
        # Each kernel of each batch is one of its own.
        apart = projected.reshape(self.dim, -1, batch)
        nearest = _NearestWithoutPlaces if is_functorch_wrapped_tensor(hidden) else _Nearest
        features: Tensor = nearest.apply(apart, others)[0]  # type: ignore[no-untyped-call]
        return features.reshape(self.kernels, len(hidden)).t()

    def _projected(self, hidden: Tensor) -> Tensor:
        """(B, F) -> (dim, kernels, B); samples follow each other in memory, so that loops over them can take several at once."""
        return (self.projection.t() @ hidden.t()).view(self.dim, self.kernels, -1)


def _mean_closeness(projected: Tensor, others: Tensor) -> Tensor:
    """Mean of exp(-L1 distance): (dim, kernels, B) against (dim, kernels, 1, C) -> (B, kernels)."""
    distance = sum((mine[:, :, None] - theirs).abs() for mine, theirs in zip(projected, others, strict=True))
    return torch.exp(-torch.as_tensor(distance).clamp(max=FAR)).mean(2).t()


class _Nearest(torch.autograd.Function):
    """The mean closeness of each sample to the J nearest in its batch; its derivative is written out, autograd's takes three times as long.

    Each pair is computed once, as a sample and one that follows it by 1 .. J / 2 places in a circle; where J is odd those that follow by
    (J + 1) / 2 count for the first of the pair alone. own (dim, kernels, B), J -> (kernels, B), and the closenesses (kernels, rows, B).
    """

    @staticmethod
    def forward(projected: Tensor, others: int) -> tuple[Tensor, Tensor]:
        """Both; of the closenesses no gradient is taken."""
        following = _following(projected, (others + 1) // 2)
        closeness = torch.sub(projected[0, :, None], following[0]).abs_()
        apart = torch.empty_like(closeness)
        for mine, theirs in zip(projected[1:], following[1:], strict=True):
            closeness.add_(torch.sub(mine[:, None], theirs, out=apart).abs_())
        closeness.neg_().clamp_(min=-FAR).exp_()
        both = closeness[:, : others // 2]
        columns, sheared = _columns(both)
        sheared.copy_(both)
        return (closeness.sum(1) + _folded(columns, projected.shape[2])).div_(others), closeness

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, int], output: tuple[Tensor, Tensor]) -> None:
        """Keep what the derivative reads."""
        ctx.others = inputs[1]
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(inputs[0], output[1])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, _: Tensor) -> tuple[Tensor, None]:
        """By the first of each pair -e sign(M_i - M_n) for each mean that it counts in, and by the other as much with the other sign."""
        projected, closeness = ctx.saved_tensors
        share = gradient / ctx.others
        if torch.is_grad_enabled():
            return _slopes_of_pairs(projected, share, ctx.others), None
        # Of a pair that counts for both, both means.
        shares = share[:, None] + _following(share[None], closeness.shape[1])[0]
        if ctx.others % 2:
            shares[:, -1] = share
        return _slopes(projected, shares.mul_(closeness)), None


def _following(projected: Tensor, rows: int) -> Tensor:
    """(dim, kernels, B) -> (dim, kernels, rows, B), where [..., j, i] is sample i + j + 1 of the batch, taken in a circle."""
    return torch.cat((projected, projected), 2).unfold(2, projected.shape[2], 1)[:, :, 1 : rows + 1]


def _columns(each: Tensor) -> tuple[Tensor, Tensor]:
    """A column of zeros for each sample that follows, and a view of them as `each` is, (kernels, rows, B), [:, j, i] in i + j + 1."""
    kernels, rows, batch = each.shape
    width = batch + rows + 1
    columns = each.new_zeros(kernels, rows, width)
    return columns, columns.as_strided((kernels, rows, batch), (rows * width, width + 1, 1), 1)


def _folded(columns: Tensor, batch: int) -> Tensor:
    """The sums of columns, those beyond the end of the batch being its first ones again: (kernels, B)."""
    total = columns.sum(1)
    total[:, : columns.shape[2] - batch] += total[:, batch:]
    return total[:, :batch]


def _slopes(projected: Tensor, weights: Tensor) -> Tensor:
    """The derivative by `projected`, (dim, kernels, B), of pairs that weigh so much, (kernels, rows, B)."""
    signs, slopes = torch.empty_like(weights), torch.empty_like(projected)
    columns, sheared = _columns(weights)
    for mine, theirs, slope in zip(projected, _following(projected, weights.shape[1]), slopes, strict=True):
        torch.sub(mine[:, None], theirs, out=signs).sgn_()
        torch.mul(signs, weights, out=sheared)
        torch.sub(_folded(columns, projected.shape[2]), sheared.sum(1), out=slope)
    return slopes


class _NearestWithoutPlaces(torch.autograd.Function):
    """As `_Nearest`, without places to write to, so that it can be compiled, differentiated again, and computed for many at once."""

    generate_vmap_rule = True

    @staticmethod
    def forward(projected: Tensor, others: int) -> tuple[Tensor]:
        """(dim, kernels, B) -> (kernels, B)."""
        by_first, by_second = _by_both(_closeness(projected, others))
        return ((by_first.sum(1) + by_second[:, : others // 2].sum(1)) / others,)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, int], output: tuple[Tensor]) -> None:
        """Keep what the derivative reads."""
        ctx.others = inputs[1]
        ctx.save_for_backward(inputs[0])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """As that of `_Nearest`."""
        (projected,) = ctx.saved_tensors
        return _slopes_of_pairs(projected, gradient / ctx.others, ctx.others), None


def _slopes_of_pairs(projected: Tensor, share: Tensor, others: int) -> Tensor:
    """The derivative by `projected`, (dim, kernels, B), where the mean of each sample has the gradient (kernels, B), shared among J."""
    batch, rows = projected.shape[2], (others + 1) // 2
    first, second = _pairs(share, rows)
    if others % 2:
        second = torch.cat((second[:, :-1], torch.zeros_like(second[:, -1:])), 1)
    by_first, by_second = _by_both(_closeness(projected, others) * (first + second))
    around = _windows(_around(projected, rows), batch)
    before, behind = around[:, :, :rows].flip(2), around[:, :, rows + 1 :]
    # Each sign anew on both sides of a pair, which is cheaper than to write it down.
    return ((before - projected[:, :, None]).sgn() * by_second - (projected[:, :, None] - behind).sgn() * by_first).sum(2)


def _closeness(projected: Tensor, others: int) -> Tensor:
    """Of each pair, (kernels, rows, rows + B)."""
    first, second = _pairs(projected, (others + 1) // 2)
    return (first - second).abs().sum(0).clamp(max=FAR).neg().exp()


def _around(each: Tensor, rows: int) -> Tensor:
    """(..., B) -> (..., rows + B + rows), going on in a circle at both ends."""
    batch = each.shape[-1]
    return torch.cat((each[..., batch - rows :], each, each[..., :rows]), -1)


def _pairs(each: Tensor, rows: int) -> tuple[Tensor, Tensor]:
    """(..., B) -> of pairs [j, i] the first, i - rows, (..., 1, rows + B), and the second, j + 1 behind it, (..., rows, rows + B)."""
    around = _around(each, rows)
    width = each.shape[-1] + rows
    return around[..., None, :width], _windows(around, width)[..., 1:, :]


def _by_both(pairs: Tensor) -> tuple[Tensor, Tensor]:
    """(kernels, rows, rows + B) -> the pairs in which each sample is the first, and those in which it is the second, (kernels, rows, B)."""
    return pairs[:, :, pairs.shape[1] :], _sheared(pairs)


def _windows(each: Tensor, width: int) -> Tensor:
    """All windows of a width: (..., N) -> (..., N - width + 1, width)."""
    windows: Tensor = _Windows.apply(each, width)  # type: ignore[no-untyped-call]
    return windows


def _sheared(pairs: Tensor) -> Tensor:
    """(kernels, rows, rows + B) -> (kernels, rows, B), where [:, j, i] is that at rows - 1 - j + i."""
    sheared: Tensor = _Sheared.apply(pairs)  # type: ignore[no-untyped-call]
    return sheared


class _Windows(torch.autograd.Function):
    """A view of all windows; PyTorch's own derivative of it cannot be computed for many at once."""

    generate_vmap_rule = True

    @staticmethod
    def forward(each: Tensor, width: int) -> Tensor:
        """(..., N) -> (..., windows, width)."""
        return each.unfold(-1, width, 1)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, int], output: Tensor) -> None:
        """Nothing is kept."""

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """The sums over the windows that hold each place: row j moves right by j, as a row that is read in shorter ones does."""
        windows, width = gradient.shape[-2:]
        long = width + windows - 1
        flat = torch.nn.functional.pad(gradient, (0, windows)).flatten(-2)
        return flat[..., : windows * long].reshape(*flat.shape[:-1], windows, long).sum(-2), None


class _Sheared(torch.autograd.Function):
    """A view in which each row begins one place before that of the row above it; its derivative as that of `_Windows`."""

    generate_vmap_rule = True

    @staticmethod
    def forward(pairs: Tensor) -> Tensor:
        """(kernels, rows, rows + B) -> (kernels, rows, B)."""
        kernels, rows, width = pairs.shape
        return pairs.contiguous().as_strided((kernels, rows, width - rows), (rows * width, width - 1, 1), rows - 1)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        """Nothing is kept."""

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Each row back to where it was, among zeros: row j begins at rows - 1 - j, that is rows - 1 + j (width - 1) of all in a line."""
        rows, batch = gradient.shape[-2:]
        width = rows + batch
        line = torch.nn.functional.pad(gradient, (0, rows - 1)).flatten(-2)
        return torch.nn.functional.pad(line, (rows - 1, 1)).reshape(-1, rows, width)
