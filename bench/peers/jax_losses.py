"""The losses of the four steps in JAX, from METHOD; compare nado.js and the *-step.js files.

T steps, B paths. weights: name -> array; data: the arrays of problem.js; c: the configuration.
"""

import math

import jax
from jax import lax, nn
from jax import numpy as np

PENALTY_WEIGHT = 10
SMALLEST_SQUARE = 1e-20
"""Keeps the derivative of a square root finite."""


def layers(weights, name):
    count = sum(key.startswith(f"{name}.") and key.endswith(".weight") for key in weights)
    return [(weights[f"{name}.{i}.weight"], weights[f"{name}.{i}.bias"]) for i in range(count)]


def linear(layer, x):
    weight, bias = layer
    return x @ weight.T + bias


def features(network, x, activation=nn.relu):
    """The last hidden layer."""
    for layer in network[:-1]:
        x = activation(linear(layer, x))
    return x


def perceptron(network, x, activation=nn.relu):
    return linear(network[-1], features(network, x, activation))


def runge_kutta(method, dt, y, slope):
    """One step of nado-rk2 or nado-rk4.

    y is a tuple of states, slope(y) for each of them its drift F and its noise G n, or None. The half
    steps of nado-rk4 take the noise of half a step, sqrt(dt/2) G n.
    """
    ahead = lambda k, share: move(y, k, share * dt, math.sqrt(share * dt))
    k1 = slope(y)
    if method == "nado-rk2":
        k2 = slope(ahead(k1, 1))
        return move(y, add(k1, k2), dt / 2, math.sqrt(dt) / 2)
    k2 = slope(ahead(k1, 1 / 2))
    k3 = slope(ahead(k2, 1 / 2))
    k4 = slope(ahead(k3, 1))
    total = add(add(k1, k4), add(k2, k3), 2)
    return move(y, total, dt / 6, math.sqrt(dt) / 6)


def move(y, k, drift, noise):
    """y + drift F + noise G n, state by state."""
    return tuple(
        value + drift * f if g is None else value + drift * f + noise * g
        for value, (f, g) in zip(y, k)
    )


def add(k, other, factor=1):
    """k + factor other, state by state."""
    plus = lambda a, b: a + b if factor == 1 else a + factor * b
    return [(plus(f, p), None if g is None else plus(g, q)) for (f, g), (p, q) in zip(k, other)]


def columns_of_noise(c, normals):
    """Both columns for the auxiliaries, each [T, B, N_a]; the noise of x is masked.

    normals: [T, B, 2 (states + N_a)], for each column those of x, then those of a.
    """
    states, count = c["states"], c["auxiliaries"]
    starts = (states, 2 * states + count)
    return [normals[:, :, start : start + count] for start in starts]


def drift_path(c, weights, data):
    """x after every step of the noise-free path, [T, B, states]."""
    drift = layers(weights, "drift")

    def step(x, s):
        slope = lambda y: [(perceptron(drift, np.concatenate([y[0], s], 1)), None)]
        (x,) = runge_kutta(c["method"], c["dt"], (x,), slope)
        return x, x

    return lax.scan(step, data["state"], data["drive"])[1]


def noisy_path(c, weights, data, normals):
    """x after every step of the noisy paths from a = 0, [T, B, states]."""
    drift, diffusion = layers(weights, "drift"), layers(weights, "diffusion")
    count = c["auxiliaries"]
    # The force acts on the observables, the first columns of x.
    mixing = count * nn.softmax(weights["mixing"], 1)
    mixing = np.pad(mixing, ((0, c["states"] - c["observables"]), (0, 0)))

    def step(y, given):
        s, n1, n2 = given

        def slope(y):
            x, a = y
            seen = np.concatenate([x, s], 1)
            g = perceptron(diffusion, seen)
            decay = -weights["rate"] * a
            noise = g[:, :count] * n1 + g[:, count : 2 * count] * n2
            return [(perceptron(drift, seen) + decay @ mixing.T, None), (decay, noise)]

        y = runge_kutta(c["method"], c["dt"], y, slope)
        return y, y[0]

    x = data["state"]
    start = (x, np.zeros((x.shape[0], count)))
    return lax.scan(step, start, (data["drive"], *columns_of_noise(c, normals)))[1]


def window(c, path, drive):
    """[B, (observables + inputs) T]: every observable's course, then that of every input."""
    courses = path[:, :, : c["observables"]].transpose(1, 2, 0)
    return np.concatenate([courses.reshape(len(drive), -1), drive], 1)


def drift_loss(c, weights, data, normals, groups=1):
    return np.square(drift_path(c, weights, data) - data["target"]).mean()


def critic_loss(c, weights, data, normals, groups=1):
    critic = layers(weights, "critic")
    fake = window(c, noisy_path(c, weights, data, normals), data["driveWindow"])
    real = np.concatenate([data["real"], data["driveWindow"]], 1)
    of_fake, of_real = np.split(perceptron(critic, np.concatenate([fake, real])), 2)

    mixed = fake + data["mix"] * (real - fake)
    slope = jax.grad(lambda w: perceptron(critic, w).sum())(mixed)
    norm = np.sqrt(np.maximum(np.square(slope).sum(1), SMALLEST_SQUARE))
    return of_fake.mean() - of_real.mean() + PENALTY_WEIGHT * np.square(norm - 1).mean()


def generator_loss(c, weights, data, normals, groups=1):
    critic = layers(weights, "critic")
    fake = features(critic, window(c, noisy_path(c, weights, data, normals), data["driveWindow"]))
    real = features(critic, np.concatenate([data["real"], data["driveWindow"]], 1))
    loss = -linear(critic[-1], fake).mean()
    for f, r in zip(np.split(fake, groups), np.split(real, groups)):
        means = f.mean(0) - r.mean(0)
        deviations = deviation(f) - deviation(r)
        loss += (np.square(means).mean() + np.square(deviations).mean()) / groups
    return loss


def deviation(x):
    return np.sqrt(np.maximum(x.var(0, ddof=1), SMALLEST_SQUARE))


def network_loss(c, weights, data, normals, groups=1):
    twin = layers(weights, "drift")
    outside = data["task"] @ weights["inputMask"].T + weights["bias"]

    def step(y, given):
        fixed, fresh = given
        s = np.tanh(fixed + y @ weights["couplings"].T)
        moved = perceptron(twin, np.stack([y, s], 2), np.tanh)
        y = y + moved[..., 0] + fresh
        return y, y

    start = np.zeros((c["batch"], c["nodes"]))
    path = lax.scan(step, start, (outside, c["sigma"] * normals))[1]
    said = path @ weights["readout"].T + weights["readoutBias"]
    return np.square(said - data["target"]).mean()


LOSSES = {
    "drift": drift_loss,
    "critic": critic_loss,
    "generator": generator_loss,
    "training": network_loss,
}

TRAINED = {
    "drift": ("drift.",),
    "critic": ("critic.",),
    "generator": ("diffusion.", "mixing", "rate"),
    "training": ("inputMask", "couplings", "bias", "readout"),
}
"""Prefixes of the weights that a step trains."""
