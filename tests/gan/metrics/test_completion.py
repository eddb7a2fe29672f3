"""Metrics of completions: against scikit-learn's imputation, and by hand."""

import numpy as np
import pytest
import torch
from sklearn.impute import KNNImputer

from tui_gan.gan.datasets import Images
from tui_gan.gan.metrics import completion, measure
from tui_gan.gan.metrics.completion import Completed


def truth_of(count: int = 60) -> Images:
    """Images of 4x4 of two classes, one bright in the left half and one in the right."""
    stream = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % 2
    images = torch.randint(0, 60, (count, 1, 4, 4), generator=stream, dtype=torch.uint8)
    for place, label in enumerate(labels.tolist()):
        images[place, :, :, 2 * label : 2 * label + 2] += 150
    return Images(images, images[:30], labels, labels[:30], names=("left", "right"))


def completed(truth: Images, noise: float, seed: int = 0) -> Completed:
    """The real images with noise on what is hidden, the more the more is hidden."""
    stream, sets = np.random.default_rng(seed), []
    for hidden, factor in (
        (completion.parts(truth), 1.0),
        (completion.scattered(truth, completion.FEWER), 1.0),
        (completion.scattered(truth, completion.MORE), 3.0),
    ):
        shape = (completion.TIMES, *hidden.real.shape)
        sets.append(hidden.real.numpy() + noise * factor * stream.standard_normal(shape) * (1 - hidden.mask.numpy()))
    return Completed(*sets)


def test_neighbours_are_those_of_scikit_learn() -> None:
    stream = torch.Generator().manual_seed(0)
    train, x = torch.rand(50, 9, generator=stream), torch.rand(20, 9, generator=stream)
    mask = (torch.rand(20, 9, generator=stream) < 0.6).float()
    mask[:, 0] = 1
    expected = KNNImputer(n_neighbors=5).fit(train.numpy()).transform(np.where(mask > 0, x, np.nan))
    np.testing.assert_allclose(completion.by_neighbours(x, mask, train).numpy(), expected, rtol=1e-5, atol=1e-6)


def test_a_quarter_a_half_and_half_of_the_pixels_are_hidden_in_turn() -> None:
    hidden = 1 - completion.parts(truth_of()).mask.mean((1, 2, 3))
    assert (hidden[0::3] == 1 / 4).all()
    assert (hidden[1::3] == 1 / 2).all()
    assert hidden[2::3].mean().item() == pytest.approx(0.5, abs=0.1)
    for share in (0.25, 0.75):
        assert 1 - completion.scattered(truth_of(), share).mask.mean().item() == pytest.approx(share, abs=0.05)


def test_errors_are_means_over_hidden_pixels_alone_and_ratios_to_imputation() -> None:
    truth = truth_of()
    found = measure(
        np.zeros((1, 1, 4, 4)), truth, ["completion_error", "completion_to_mean", "averaged_to_knn"], {"mask": completed(truth, 0.1)}
    )
    assert found["completion_error"] == pytest.approx(0.01, rel=0.1)
    x, hidden = truth.test.double() / 255, 1 - completion.parts(truth).mask.double()
    order = torch.arange(30)
    mean = (truth.train.double() / 255).mean(0)
    by_mean = ((x[order] - mean).square() * hidden).sum() / hidden.sum()
    assert found["completion_to_mean"] == pytest.approx(found["completion_error"] / by_mean.item())
    # The mean has so much less of their variance.
    knn = completion.errors(completed(truth, 0.1), truth)
    assert found["averaged_to_knn"] == pytest.approx(knn["completion_to_knn"] / completion.TIMES, rel=0.2)


def test_the_spread_is_the_standard_deviation_of_hidden_pixels_and_grows_with_what_is_hidden() -> None:
    truth = truth_of()
    made = completed(truth, 0.1)
    assert completion.spread(made, truth) == pytest.approx(0.1 * 0.965, rel=0.05)
    assert completion.growth(made, truth) == pytest.approx(3, rel=0.1)
    one = Completed(*(each[:1].repeat(completion.TIMES, 0) for each in made))
    assert completion.spread(one, truth) == pytest.approx(0, abs=1e-12)
    assert np.isnan(completion.growth(one, truth))


def test_a_class_is_kept_where_the_completion_is_nearest_to_an_image_of_it() -> None:
    truth = truth_of()
    made = completed(truth, 0.01)
    assert completion.kept(made, truth) == 1.0
    turned = Completed(made.parts[..., ::-1].copy(), made.fewer, made.more)
    assert completion.kept(turned, truth) == 0.0
