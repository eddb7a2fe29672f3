"""One player moved between two steps: what it draws, and what it leaves as it is."""

from collections.abc import Callable

import pytest
import torch

from tui_gan.contract.config import Noise
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Batch, Player

Build = Callable[..., Trainer]
Tensor = torch.Tensor
SD = 0.7


def fixed_to(trainer: Trainer, bias: float) -> None:
    """Let the discriminator say the same of everything."""
    for weight in trainer.discriminator.parameters():
        weight.data.zero_()
    trainer.discriminator.logit.bias.data.fill_(bias)


def test_the_accuracy_that_sets_k_is_that_of_whole_steps(build_trainer: Build, knobs: Knobs) -> None:
    """D is right on the real half of each step; in the updates between, on the generated half, which does not count."""
    trainer = build_trainer(coordination="accuracy")
    still = set_knob(set_knob(knobs, "generator_lr", 1e-7), "discriminator_lr", 1e-7)
    for _ in range(3):
        fixed_to(trainer, 1.0)
        trainer.step(still)
        fixed_to(trainer, -1.0)
        trainer.alone("D", still)
        trainer.alone("G", still)
    assert trainer.now.losses_summed == 3
    assert float(trainer.now.accuracy_sum) / trainer.now.losses_summed == 0.5


def noise_of(trainer: Trainer, player: Player, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> Tensor:
    """What an update of one player adds to samples that are 0 everywhere, in the order in which they are shown."""
    seen: list[Tensor] = []
    monkeypatch.setattr(trainer.chance, "batch", lambda knobs: Batch(torch.zeros(knobs.batch_size, 1)))
    with torch.no_grad():
        for weight in trainer.generator.parameters():
            weight.zero_()
    hook = trainer.discriminator.register_forward_pre_hook(lambda _, given: seen.append(given[0].detach().clone()))
    trainer.alone(player, knobs)
    hook.remove()
    return torch.cat(seen)


@pytest.mark.parametrize("player", ["D", "G"])
def test_each_update_draws_its_own_noise_seeded_from_the_stream_that_is_saved(
    build_trainer: Build, knobs: Knobs, player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = build_trainer(instance_noise=Noise(sd=SD))
    found = []
    for _ in range(2):
        stream = torch.Generator().set_state(trainer.now.stream.get_state())
        found.append(noise_of(trainer, player, knobs, monkeypatch))
        own = torch.Generator().manual_seed(int(torch.randint(2**62, (), generator=stream)))
        batches = [torch.randn(knobs.batch_size, 1, generator=own) for _ in range(2 if player == "D" else 1)]
        torch.testing.assert_close(found[-1], SD * torch.cat(batches))
        # Whoever else draws in between changes nothing.
        torch.rand(5)
    assert not torch.equal(*found)


@pytest.mark.parametrize("player", ["D", "G"])
def test_an_update_alone_counts_for_no_step_and_for_no_mean_loss(build_trainer: Build, knobs: Knobs, player: Player) -> None:
    trainer = build_trainer(historical_averaging=0.5)
    trainer.step(knobs)
    before = trainer.mean_losses().tolist(), trainer.now.losses_summed, trainer.steps_done
    means = [mean.clone() for mean in (*trainer.now.players["G"].means, *trainer.now.players["D"].means)]
    trainer.alone(player, knobs)
    assert (trainer.mean_losses().tolist(), trainer.now.losses_summed, trainer.steps_done) == before
    # The means over the run are those of its steps.
    assert all(torch.equal(*pair) for pair in zip(means, (*trainer.now.players["G"].means, *trainer.now.players["D"].means), strict=True))
