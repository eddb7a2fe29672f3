"""A small trainer on the CPU."""

from collections.abc import Callable

import msgspec
import pytest
import torch

from tui_gan.contract.config import Config
from tui_gan.gan.datasets import DATASETS, Dataset
from tui_gan.gan.trainer import Trainer

State = dict[str, torch.Tensor]


@pytest.fixture
def dataset() -> Dataset:
    return DATASETS["gaussian"](True)


@pytest.fixture
def build_trainer(config: Config, dataset: Dataset) -> Callable[..., Trainer]:
    """Make a trainer of the small configuration with the changes given."""

    def build(**changes: object) -> Trainer:
        return Trainer(msgspec.structs.replace(config, **changes), dataset, "cpu")

    return build


@pytest.fixture
def trainer(build_trainer: Callable[..., Trainer]) -> Trainer:
    return build_trainer()


@pytest.fixture
def differing() -> Callable[[State, State], set[str]]:
    """The names under which two states differ in any bit."""

    def differing(one: State, other: State) -> set[str]:
        names = one.keys() | other.keys()
        return {name for name in names if name not in one or name not in other or not torch.equal(one[name], other[name])}

    return differing
