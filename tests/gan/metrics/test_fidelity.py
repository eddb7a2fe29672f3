"""FID and KID: how torch-fidelity is asked, with a stand-in, and with the library itself where it is installed."""

import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import Dataset

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.metrics import measure
from tui_gan.gan.metrics.pixels import drawn

Install = Callable[[Callable[..., dict[str, float]]], None]
FOUND = {"frechet_inception_distance": 12.5, "kernel_inception_distance_mean": 0.25, "kernel_inception_distance_std": 0.1}


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a stand-in for the library in its place."""

    def install(calculate_metrics: Callable[..., dict[str, float]]) -> None:
        library = types.ModuleType("torch_fidelity")
        library.calculate_metrics = calculate_metrics  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "torch_fidelity", library)

    return install


def test_both_come_from_one_call_with_bytes_in_three_channels(install: Install, images: Any) -> None:
    calls: list[dict[str, Any]] = []

    def calculate_metrics(**asked: Any) -> dict[str, float]:
        calls.append(asked)
        return FOUND

    install(calculate_metrics)
    assert measure(images.good, images.truth, ["kid", "fid"]) == {"kid": 0.25, "fid": 12.5}
    (asked,) = calls
    fake, real = asked.pop("input1"), asked.pop("input2")
    expected = {"fid": True, "kid": True, "kid_subset_size": 200, "cuda": torch.cuda.is_available(), "save_cpu_ram": True, "verbose": False}
    assert asked == expected
    for given in (fake, real):
        assert isinstance(given, Dataset)
        assert len(given) == 200
        assert (given[0].dtype, given[0].shape) == (torch.uint8, (3, 10, 10))
    np.testing.assert_array_equal(fake[7][1], np.round(images.good[7, 0] * 255))
    np.testing.assert_array_equal(real[7][2], drawn(images.truth.train, 200)[7, 0])


def test_colour_stays_colour(install: Install) -> None:
    seen: list[torch.Tensor] = []

    def calculate_metrics(input1: Any, input2: Any, **asked: Any) -> dict[str, float]:
        seen.extend(input2[index] for index in range(len(input2)))
        return FOUND

    install(calculate_metrics)
    train = torch.arange(4 * 3 * 2 * 2, dtype=torch.uint8).reshape(4, 3, 2, 2)
    measure(np.ones((9, 3, 2, 2), np.float32), Images(train, train), ["fid"])
    assert torch.equal(torch.stack(seen), train)


def test_a_missing_library_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch, images: Any) -> None:
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    with pytest.raises(UsageError, match=r"^fid and kid need torch-fidelity, install tui-gan\[fidelity\]"):
        measure(images.good, images.truth, ["fid"])


def test_weights_that_cannot_be_had_are_one_line(install: Install, images: Any) -> None:
    def calculate_metrics(**asked: Any) -> dict[str, float]:
        raise OSError("no route to host\nand more")

    install(calculate_metrics)
    with pytest.raises(UsageError, match=r"could not load the weights that it downloads at first use: no route to host$"):
        measure(images.good, images.truth, ["kid"])


@pytest.mark.slow
def test_the_library_itself_takes_the_call(monkeypatch: pytest.MonkeyPatch, images: Any) -> None:
    try:
        library = pytest.importorskip("torch_fidelity")
    except RuntimeError as error:
        pytest.skip(f"torch-fidelity cannot be used: {error}")

    class Small(library.FeatureExtractorBase):  # type: ignore[misc, name-defined]
        """Stands in for Inception, whose weights would be downloaded: mean colours and corners."""

        def __init__(self, name: str, features_list: list[str], **options: Any) -> None:
            super().__init__(name, features_list)

        @staticmethod
        def get_provided_features_list() -> tuple[str, ...]:
            return ("2048",)

        @staticmethod
        def get_default_feature_layer_for_metric(metric: str) -> str:
            return "2048"

        def forward(self, batch: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return (batch[:, 0, ::3, ::3].flatten(1).float() / 255,)

    from torch_fidelity import registry

    monkeypatch.setitem(registry.FEATURE_EXTRACTORS_REGISTRY, "inception-v3-compat", Small)
    good, bad = (measure(samples, images.truth, ["fid", "kid"]) for samples in (images.good, images.bad))
    assert good["fid"] < bad["fid"]
    assert good["kid"] < bad["kid"]
