"""What steps of many draw from torch's default stream is what each would draw there alone."""

from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch.utils._pytree import tree_leaves

from tests.gan.test_meta import narrow
from tests.stand_in import stand_in
from tui_gan.contract.config import Config, Network, Noise
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import DATASETS, fixed
from tui_gan.gan.engines import many, members, stirring, words
from tui_gan.gan.engines.many import Many
from tui_gan.gan.engines.members import Member
from tui_gan.gan.engines.twister import WORDS
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS

COUNT, STEPS = 3, 4
NOISE = Noise(sd=0.5, steps=10, end=0.1)
KINDS: dict[str, dict[str, Any]] = {
    "noise": {"instance_noise": NOISE, "feature_matching": 0.5, "updates": "simultaneous"},
    "objective of both": {"instance_noise": NOISE, "objective": "relativistic"},
    "shares": {"packing": 2, "objective": "wasserstein", "regularizers": {"gradient_penalty": 0.5}},
    "directions, now and then": {"regularizers": {"r1_difference": 0.5}, "lazy": 2, "instance_noise": NOISE},
    "classes": {"classes": 8, "instance_noise": NOISE},
    "epochs": {"training": 64, "sampling": "epochs", "instance_noise": NOISE},
    "encoder": {"inference": "gaussian", "encoder": Network(widths=(4,)), "discriminator": Network(widths=(4,), condition="concat")},
}
# The others are among the longer checks.
QUICK = ("digits-bigan",)


def population(config: Config, knobs: Knobs, dataset: Any) -> Many:
    return Many([(Trainer(msgspec.structs.replace(config, seed=seed), dataset, "cpu"), knobs) for seed in range(COUNT)], COUNT)


def check(them: Many) -> None:
    """Held against each member's own draws, a step at a time, over changes of case."""
    while them.steps_done < STEPS:
        alone = [
            Member(member.game, member.knobs, many.beside(them.trainer(place, Trainer(member.config, member.game.dataset, "cpu")).now))
            for place, member in enumerate(them.members)
        ]
        count = them.alike(STEPS - them.steps_done)
        for step in them._given(count):
            expected = []
            for member in alone:
                with torch.random.fork_rng(devices=[]):
                    expected.append(members.given(member, "cpu"))
                member.place.steps_done += 1
            for found, *each in zip(tree_leaves(step), *map(tree_leaves, expected), strict=True):
                if isinstance(found, torch.Tensor):
                    torch.testing.assert_close(found, torch.stack(each), rtol=1e-5, atol=1e-5)
                else:
                    assert all(found == other for other in each)
        for member in them.members:
            member.place.steps_done += count
        them._done += count


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["of words", "a few at once", "by PyTorch"])
def test_each_draws_what_it_would_draw_alone(config: Config, knobs: Knobs, kind: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = msgspec.structs.replace(config, metrics=("sliced_w1",), metric="sliced_w1", **KINDS[kind])
    dataset = DATASETS["ring"](True)
    them = population(config, knobs, fixed(dataset, config.training, 0) if config.training else dataset)
    assert them.members[0].game.stirs
    by_pytorch = []
    one_by_one = stirring._one_by_one
    monkeypatch.setattr(stirring, "_one_by_one", lambda *args: by_pytorch.append(args) or one_by_one(*args))
    if way == "by PyTorch":
        monkeypatch.setattr(words, "as_pytorch", lambda: False)
    elif way == "a few at once":
        monkeypatch.setattr(stirring, "ON_CPU", 2 * WORDS)
    before = torch.get_rng_state()
    check(them)
    assert bool(by_pytorch) == (way == "by PyTorch")
    assert torch.get_rng_state().equal(before)


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in PRESETS])
def test_so_do_the_presets(name: str) -> None:
    config, knobs = PRESETS[name].config, PRESETS[name].knobs
    config = msgspec.structs.replace(config, generator=narrow(config.generator), discriminator=narrow(config.discriminator))
    dataset = stand_in(config)
    if not many.why_not(Trainer(config, dataset, "cpu"), knobs):
        check(population(config, knobs, dataset))


@pytest.mark.parametrize("pretrained", [0, 7, 2**32 - 1])
@pytest.mark.parametrize("run", [(0, 1, 2**32 - 1), (5, 2**32, 2**40 + 3)], ids=["of a word", "of two"])
def test_seeds_are_those_of_a_step(run: tuple[int, ...], pretrained: int) -> None:
    found = stirring.seeds(run, 100, pretrained, 3)
    for step, row in enumerate(found):
        for seed, each in zip(run, row, strict=True):
            assert each == np.random.SeedSequence([seed, 100 + step, pretrained]).generate_state(1, np.uint64)[0] >> np.uint64(1)


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_the_first_number_of_an_entropy_is_that_of_numpy(length: int) -> None:
    entropy = np.random.default_rng(0).integers(0, 2**32, (50, length), dtype=np.uint32)
    expected = [np.random.SeedSequence(row.tolist()).generate_state(1, np.uint64)[0] for row in entropy]
    assert stirring.sequenced(entropy).tolist() == expected


def test_something_else_that_is_drawn_there_is_left_to_pytorch() -> None:
    before = torch.get_rng_state()
    with pytest.raises(words.UnlikeError, match="something else"):
        words.drawn(lambda _: [torch.rand(2), torch.bernoulli(torch.full((3,), 0.5))], words.of_seeds([0]), 1, default=True)
    assert torch.get_rng_state().equal(before)
