"""JAX on the CPU as a worker: python jax_worker.py THREADS."""

import os
import sys

threads = int(sys.argv[1])
# XLA makes its pool of threads when it starts, and only then.
os.environ["PJRT_NPROC"] = str(threads)
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
from jax import numpy as np  # noqa: E402
from jax_losses import LOSSES, TRAINED  # noqa: E402
from serve import serve  # noqa: E402

EPSILON = 1e-8


def adam(update, count, weights, gradients, first, second):
    """One step of Adam (Kingma and Ba 2015) on trees of arrays."""
    beta1, beta2 = update["beta1"], update["beta2"]
    map = jax.tree.map
    first = map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradients)
    second = map(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, gradients)
    rate = update["learningRate"] / (1 - beta1**count)
    scale = 1 / np.sqrt(1 - beta2**count)
    move = lambda w, m, v: w - rate * m / (np.sqrt(v) * scale + EPSILON)
    return map(move, weights, first, second), first, second


def prepare(problem, configuration, step, update, groups):
    arrays = {name: np.asarray(value) for name, value in problem.items()}
    normals = arrays.pop("normals")
    trained = {k: v for k, v in arrays.items() if k.startswith(TRAINED[step])}
    given = {k: v for k, v in arrays.items() if k not in trained}

    def loss_of(trained, given, noise, groups):
        return LOSSES[step](configuration, trained | given, given, noise, groups)

    gradient_of = jax.value_and_grad(loss_of)
    loss, gradients = jax.jit(gradient_of, static_argnums=3)(trained, given, normals, groups)
    norm = np.sqrt(sum(np.square(g).sum() for g in gradients.values()))
    check = {"loss": float(loss), "gradientNorm": float(norm)}

    def whole_step(state, given):
        weights, first, second, count, key = state
        key, fresh = jax.random.split(key)
        noise = jax.random.normal(fresh, normals.shape)
        loss, gradients = gradient_of(weights, given, noise, 1)
        count = count + 1
        weights, first, second = adam(update, count, weights, gradients, first, second)
        return (weights, first, second, count, key), loss

    # The old weights and moments give their memory to the new ones.
    do_step = jax.jit(whole_step, donate_argnums=0)
    zeros = jax.tree.map(np.zeros_like, trained)
    # Copies, for the state is given away.
    state = (trained, zeros, jax.tree.map(np.copy, zeros), np.float32(0), jax.random.key(1))

    def run():
        nonlocal state
        state, loss = do_step(state, given)
        return loss.block_until_ready()

    return check, run


serve(prepare)
