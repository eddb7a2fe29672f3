"""The step of toy1d in JAX, many of them in one `lax.scan`: what a compiler makes of it that sees the whole loop."""

from collections.abc import Callable
from typing import Any

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs

# Steps of one call.
SCANNED = 200


def version() -> str:
    """Of JAX, or "" where it is not installed."""
    try:
        import jax
    except ImportError:
        return ""
    return str(jax.__version__)


def scanned(config: Config, knobs: Knobs) -> Callable[[], int]:
    """Trains SCANNED steps a call: two layers of LeakyReLU in either network, latents in slices, R1 by differences, Adam, an average."""
    import jax
    import jax.numpy as jnp
    from jax.scipy.special import ndtri

    batch, epsilon, weight = knobs.batch_size, 0.1, config.regularizers["r1_difference"]
    (one, other), beta1, beta2 = config.generator.widths, config.optimizer.beta1, config.optimizer.beta2
    sizes = [(1, one), (one, other), (other, 1)]

    def begun(key: Any) -> Any:
        keys = jax.random.split(key, len(sizes))
        return [(jax.random.uniform(k, s, minval=-1, maxval=1) / s[0] ** 0.5, jnp.zeros(s[1])) for k, s in zip(keys, sizes, strict=True)]

    def network(weights: Any, x: Any) -> Any:
        for place, (matrix, bias) in enumerate(weights):
            x = x @ matrix + bias
            x = x if place == len(weights) - 1 else jnp.where(x > 0, x, 0.2 * x)
        return x

    def latents(key: Any) -> Any:
        within, order = jax.random.split(key)
        slices = jnp.argsort(jax.random.uniform(order, (batch, 1)), axis=0)
        return ndtri(jnp.clip((jax.random.uniform(within, (batch, 1)) + slices) / batch, 5e-7, 1 - 5e-7))

    def moved(weights: Any, gradients: Any, moments: Any, count: Any, rate: Any) -> Any:
        first, second = moments
        first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradients)
        second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, gradients)
        of_first, of_second = 1 - beta1**count, 1 - beta2**count
        after = jax.tree.map(lambda w, m, v: w - rate * (m / of_first) / (jnp.sqrt(v / of_second) + 1e-8), weights, first, second)
        return after, (first, second)

    def discriminator_loss(weights: Any, real: Any, fake: Any, shift: Any) -> Any:
        of_real = network(weights, real)
        difference = (network(weights, real + shift) - of_real) / epsilon
        loss = jax.nn.softplus(-of_real).mean() + jax.nn.softplus(network(weights, fake)).mean()
        return loss + weight * 0.5 * (difference**2).mean()

    def generator_loss(weights: Any, judge: Any, z: Any) -> Any:
        return jax.nn.softplus(-network(judge, network(weights, z))).mean()

    shift = jnp.full((batch, 1), epsilon).at[1::2].multiply(-1)

    def step(state: Any, key: Any) -> Any:
        generator, discriminator, of_generator, of_discriminator, average, count = state
        count = count + 1
        rate = knobs.generator_lr / (1 + (count - 1) / config.schedule.period)
        keys = jax.random.split(key, 3)
        real = jax.random.normal(keys[0], (batch, 1))
        fake = network(generator, latents(keys[1]))
        gradients = jax.grad(discriminator_loss)(discriminator, real, fake, shift)
        discriminator, of_discriminator = moved(discriminator, gradients, of_discriminator, count, rate)
        gradients = jax.grad(generator_loss)(generator, discriminator, latents(keys[2]))
        generator, of_generator = moved(generator, gradients, of_generator, count, rate)
        decay = jnp.minimum(config.average_decay, count / (count + 1 / config.average_share))
        average = jax.tree.map(lambda a, w: decay * a + (1 - decay) * w, average, generator)
        return (generator, discriminator, of_generator, of_discriminator, average, count), None

    key = jax.random.key(config.seed)
    generator, discriminator = begun(jax.random.fold_in(key, 1)), begun(jax.random.fold_in(key, 2))
    nothing = [jax.tree.map(jnp.zeros_like, each) for each in (generator, discriminator)]
    held = [(generator, discriminator, (nothing[0], nothing[0]), (nothing[1], nothing[1]), generator, jnp.float32(0))]
    run = jax.jit(lambda state, key: jax.lax.scan(step, state, jax.random.split(key, SCANNED))[0])
    calls = [0]

    def train() -> int:
        calls[0] += 1
        held[0] = jax.block_until_ready(run(held[0], jax.random.fold_in(key, 2 + calls[0])))
        return SCANNED

    return train
