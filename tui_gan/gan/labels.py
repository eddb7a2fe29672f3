"""Few labels: which samples of the data are labelled, and a classifier of these alone to compare with (Salimans et al. 2016, section 5)."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_gan.contract.config import Config, Minibatch, Optimizer
from tui_gan.contract.network import Network
from tui_gan.gan.beginning import networks
from tui_gan.gan.datasets.dataset import Dataset, Images, of_truth
from tui_gan.gan.latents import one_hot
from tui_gan.gan.metrics.pixels import of_bytes
from tui_gan.gan.networks import AnyDiscriminator
from tui_gan.gan.networks.columns import columns, limit_columns_
from tui_gan.gan.networks.discriminator import Discriminator
from tui_gan.gan.optimizers import Moments, move_
from tui_gan.gan.values import Batch

# Updates of the classifier that has the labels alone, samples of each, and its learning rate; images that are classified at once.
UPDATES, BATCH, RATE, PORTION = 1_000, 100, 1e-3, 1_000


def why_not(config: Config, dataset: Dataset) -> str:
    """Why so many labelled samples cannot be chosen of the data, or ""."""
    if dataset.classes is None:
        return "labels need the class of each sample, and this data has none: set labels to 0"
    count, each = len(dataset.classes.names), config.labels // len(dataset.classes.names)
    if dataset.rows is None:
        return "labels need a finite data set, and this one is drawn afresh for each batch: set training"
    if config.discriminator.outputs != count:
        return f"with labels D has one output for each of {count} classes: set discriminator.outputs to {count}"
    if config.labels % count:
        return f"labels is {config.labels}, and {count} classes are to have as many each: set a multiple of {count}"
    counts = torch.bincount(_classes(dataset), minlength=count)
    if each > int(counts.min()):
        return f"{each} labels of each class are more than the {int(counts.min())} samples of {dataset.classes.names[int(counts.argmin())]}"
    return ""


def chosen(config: Config, dataset: Dataset) -> Tensor:
    """The rows of the labelled samples, int64 (labels,), class by class: the first of each in an order that follows from the seed alone."""
    if not config.labels:
        return torch.empty(0, dtype=torch.int64)
    assert dataset.classes is not None, "checked before"
    count, classes, stream = len(dataset.classes.names), _classes(dataset), torch.Generator().manual_seed(config.seed)
    rows = [(classes == number).nonzero()[:, 0] for number in range(count)]
    return torch.cat([each[torch.randperm(len(each), generator=stream)][: config.labels // count] for each in rows])


def labelled(config: Config, dataset: Dataset, rows: Tensor, device: str) -> Batch:
    """These samples in training units, (B, *X), with their classes, one-hot (B, K)."""
    assert dataset.classes is not None
    assert dataset.rows is not None
    return Batch(dataset.rows(rows, device), one_hot(dataset.classes.of_rows(rows), config.discriminator.outputs).to(device))


def predicted(network: AnyDiscriminator, dataset: Dataset) -> NDArray[np.int64]:
    """The classes that a discriminator takes the test images for, int64 (M,), as they are, without noise."""
    truth = dataset.truth
    assert isinstance(truth, Images)
    assert isinstance(network, Discriminator)
    device = next(network.parameters()).device
    with torch.no_grad():
        network.eval()
        parts = [
            network.classify(_in_training_units(part, dataset).to(device)).argmax(1).cpu() for part in torch.split(truth.test, PORTION)
        ]
        network.train()
    classes: NDArray[np.int64] = torch.cat(parts).numpy()
    return classes


class Recipe(NamedTuple):
    """What a classifier of the labels alone depends on, beside the data."""

    network: Network
    minibatch: Minibatch
    optimizer: Optimizer
    noise: float
    labels: int
    seed: int


def predicted_alone(config: Config, dataset: Dataset) -> NDArray[np.int16]:
    """As `predicted`, by the discriminator's network trained on the labelled images alone; once for all that it depends on.

    From weights drawn by the run's seed, by 1,000 updates of its optimizer at a constant learning rate of .001, each on 100 labelled
    images drawn with replacement, with the instance noise of the beginning; on the CPU, so that it is the same wherever the run trains.
    """
    recipe = Recipe(config.discriminator, config.minibatch, config.optimizer, config.instance_noise.sd, config.labels, config.seed)
    return _predicted_alone(dataset, recipe)


@of_truth
def _predicted_alone(dataset: Dataset, recipe: Recipe) -> NDArray[np.int16]:
    """In few bytes, since a sweep keeps those of each of its members."""
    return predicted(alone(recipe, dataset), dataset).astype(np.int16)


def alone(recipe: Recipe, dataset: Dataset) -> Discriminator:
    """The classifier of the labels alone, trained."""
    config = Config(
        preset="",
        discriminator=recipe.network,
        minibatch=recipe.minibatch,
        optimizer=recipe.optimizer,
        labels=recipe.labels,
        seed=recipe.seed,
    )
    network = networks(config, dataset)[1]
    assert isinstance(network, Discriminator)
    moments: Moments = {}
    rows, stream = chosen(config, dataset), torch.Generator().manual_seed(recipe.seed)
    weights = [*network.body.parameters(), *network.logit.parameters()]
    limit, taking = recipe.network.column_norm, {id(weight) for weight in weights}
    limited = [(weight, axis) for weight, axis in columns(network) if id(weight) in taking] if limit else []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        for _ in range(UPDATES):
            x, y = labelled(config, dataset, rows[torch.randint(len(rows), (BATCH,), generator=stream)], "cpu")
            assert y is not None
            loss = -(torch.log_softmax(network.classify(x + recipe.noise * torch.randn_like(x)), 1) * y).sum(1).mean()
            move_(recipe.optimizer, weights, torch.autograd.grad(loss, weights), moments, RATE, recipe.optimizer.momentum)
            limit_columns_(limited, limit)
    return network


def _in_training_units(images: Tensor, dataset: Dataset) -> Tensor:
    return torch.from_numpy(((of_bytes(images).numpy() - dataset.location) / dataset.scale).astype(np.float32))


def _classes(dataset: Dataset) -> Tensor:
    assert dataset.classes is not None
    return dataset.classes.of_rows(torch.arange(dataset.count))
