"""The state of a trainer as named tensors: all that the next step depends on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.errors import choose
from tui_gan.gan.networks import build
from tui_gan.gan.regularizers import REGULARIZERS

if TYPE_CHECKING:
    from tui_gan.gan.trainer import Trainer

State = dict[str, Tensor]
# Moments of a weight, of its own shape, by the kind of optimiser; beside them a number.
MOMENTS = {**dict.fromkeys(("adam", "adam_hat"), ("exp_avg", "exp_avg_sq")), "sgd": ("momentum_buffer",)}
NUMBERS = {**dict.fromkeys(("adam", "adam_hat"), ("step",)), "sgd": ()}
COUNTS = 4

# Type and shape.
Form = tuple[torch.dtype, tuple[int, ...]]


def tensors(trainer: "Trainer") -> Iterator[tuple[str, Tensor]]:
    """Every tensor of a trainer's state by its name, uncopied."""
    for name, module in _modules(trainer):
        for key, value in module.state_dict().items():
            yield f"{name}.{key}", value
    for name, optimizer in _optimizers(trainer):
        for index, moments in optimizer.state_dict()["state"].items():
            for key, value in moments.items():
                if isinstance(value, Tensor):
                    yield f"{name}.{index}.{key}", value
    for name, means in _means(trainer):
        for index, mean in enumerate(means):
            yield f"{name}.{index}", mean
    yield from {f"coefficients.{name}": coefficient for name, coefficient in trainer.coefficients.items()}.items()
    yield "stream", trainer.stream.get_state()
    yield "fixed_latents", trainer.fixed_latents
    yield "loss_sums", trainer.loss_sums
    yield "accuracy_sum", trainer.accuracy_sum
    yield "counts", torch.tensor([trainer.steps_done, trainer.losses_summed, trainer.pretrained, trainer.k])
    yield from _drawn(trainer)


def load(trainer: "Trainer", state: State) -> None:
    """Put a state into a trainer of the same configuration.

    Raises:
        KeyError, RuntimeError: a tensor is missing or has another shape.
    """
    for name, module in _modules(trainer):
        prefix = name + "."
        module.load_state_dict({key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)})
    for name, optimizer in _optimizers(trainer):
        _load_optimizer(optimizer, name, state)
    for name, means in _means(trainer):
        for index, mean in enumerate(means):
            mean.copy_(state[f"{name}.{index}"])
    for name in trainer.coefficients:
        trainer.coefficients[name] = state[f"coefficients.{name}"].to(trainer.device, copy=True)
    trainer.stream.set_state(state["stream"])
    trainer.fixed_latents = state["fixed_latents"].clone()
    trainer.loss_sums = state["loss_sums"].to(trainer.device, copy=True)
    trainer.accuracy_sum = state["accuracy_sum"].to(trainer.device, copy=True)
    counts = state["counts"].tolist()
    trainer.steps_done, trainer.losses_summed, trainer.pretrained, trainer.k = counts
    trainer.drawn = int(state["drawn"]) if trainer.config.sampling == "epochs" else 0


def carried(old: "Trainer", new: "Trainer") -> State:
    """Copy the state of a trainer for one of another configuration, whose networks have the same weights.

    Weights are carried over in their order, since a layer of dropout moves the names of those behind it. Coefficients of which the
    configuration says something else, and fixed latents of another distribution, are those that the new trainer begins with; a
    gradient that is held of other regularizers is taken anew.

    Raises:
        ValueError: the networks have another number of tensors.
    """
    state, fresh = old.state(), dict(tensors(new))
    found = {name: value for name, value in state.items() if name.partition(".")[0] not in dict(_modules(old))}
    for (name, module), (_, other) in zip(_modules(old), _modules(new), strict=True):
        found |= {f"{name}.{its}": state[f"{name}.{mine}"] for mine, its in zip(module.state_dict(), other.state_dict(), strict=True)}
    weights, wanted = old.config.regularizers, new.config.regularizers
    kept = {f"coefficients.{name}" for name in new.coefficients if weights.get(name) == wanted[name]}
    found |= {name: value for name, value in fresh.items() if name.startswith("coefficients.") and name not in kept}
    if old.config.sampling != new.config.sampling:
        found |= {"drawn": fresh["drawn"]} if "drawn" in fresh else {}
    if _latents(old.config) != _latents(new.config):
        found["fixed_latents"] = fresh["fixed_latents"]
    return found


def forms(config: Config, shape: tuple[int, ...]) -> tuple[dict[str, Form], dict[str, Form]]:
    """Forms of the tensors that the state of a configuration must have, and of those that its optimisers may; nothing is allocated.

    Args:
        shape: of one sample.

    Raises:
        UsageError: a network or a regularizer that is not in the tables, or a network that does not go with the shape.
    """
    with torch.device("meta"):
        generator, discriminator = build(config, shape)
    networks: dict[str, nn.Module] = {"generator": generator, "discriminator": discriminator}
    must = {f"{name}.{key}": _form(value) for name, network in networks.items() for key, value in network.state_dict().items()}
    must |= {f"generator_average.{key}": _form(value) for key, value in generator.state_dict().items()}
    must |= {
        f"coefficients.{name}": (torch.float32, ())
        for name, weight in config.regularizers.items()
        if choose(REGULARIZERS, name, "regularizer").adapt and weight
    }
    must |= {"stream": _form(torch.Generator().get_state()), "fixed_latents": (torch.float32, (config.fixed_latents, config.latent_dim))}
    must |= {"drawn": (torch.int64, ())} if config.sampling == "epochs" else {}
    must |= {"loss_sums": (torch.float32, (2,)), "accuracy_sum": (torch.float32, ()), "counts": (torch.int64, (COUNTS,))}
    may: dict[str, Form] = {}
    for name, network in networks.items():
        for index, weight in enumerate(network.parameters()):
            if config.historical_averaging:
                must[f"{name}_means.{index}"] = _form(weight)
            prefix = f"{name}_optimizer.{index}."
            may |= {prefix + moment: _form(weight) for moment in MOMENTS.get(config.optimizer.kind, ())}
            may |= {prefix + number: (torch.float32, ()) for number in NUMBERS.get(config.optimizer.kind, ())}
    return must, may


def size(config: Config, shape: tuple[int, ...]) -> int:
    """Bytes of a whole state, which is what a checkpoint takes on the disk."""
    must, may = forms(config, shape)
    return sum(dtype.itemsize * torch.Size(form).numel() for dtype, form in (*must.values(), *may.values()))


def _latents(config: Config) -> tuple[object, ...]:
    """What the fixed latents are drawn by, beside the seed."""
    return config.latent, config.latent_scale, config.stratified


def _form(tensor: Tensor) -> Form:
    return tensor.dtype, tuple(tensor.shape)


def _modules(trainer: "Trainer") -> tuple[tuple[str, nn.Module], ...]:
    return (
        ("generator", trainer.generator),
        ("discriminator", trainer.discriminator),
        ("generator_average", trainer.generator_average),
    )


def _optimizers(trainer: "Trainer") -> tuple[tuple[str, torch.optim.Optimizer], ...]:
    return ("generator_optimizer", trainer.generator_optimizer), ("discriminator_optimizer", trainer.discriminator_optimizer)


def _drawn(trainer: "Trainer") -> Iterator[tuple[str, Tensor]]:
    if trainer.config.sampling == "epochs":
        yield "drawn", torch.tensor(trainer.drawn)


def _means(trainer: "Trainer") -> tuple[tuple[str, list[Tensor]], ...]:
    return ("generator_means", trainer.generator_means), ("discriminator_means", trainer.discriminator_means)


def _load_optimizer(optimizer: torch.optim.Optimizer, name: str, state: State) -> None:
    moments: dict[int, dict[str, Any]] = {}
    for key, value in state.items():
        if key.startswith(name + "."):
            _, index, moment = key.split(".")
            moments.setdefault(int(index), {})[moment] = value.clone()
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
