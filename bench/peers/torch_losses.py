"""The losses of the four steps in PyTorch, from METHOD; compare nado.js and the *-step.js files.

T steps, B paths. weights: name -> tensor; data: the arrays of problem.js; c: the configuration.
"""

import math

import torch
from torch.nn import functional

PENALTY_WEIGHT = 10
SMALLEST_SQUARE = 1e-20
"""Keeps the derivative of a square root finite."""


def layers(weights, name):
    count = sum(key.startswith(f"{name}.") and key.endswith(".weight") for key in weights)
    return [(weights[f"{name}.{i}.weight"], weights[f"{name}.{i}.bias"][0]) for i in range(count)]


def perceptron(network, x, activation=torch.relu):
    for weight, bias in network[:-1]:
        x = activation(functional.linear(x, weight, bias))
    return functional.linear(x, *network[-1])


def features(network, x):
    """The last hidden layer."""
    for weight, bias in network[:-1]:
        x = torch.relu(functional.linear(x, weight, bias))
    return x


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
    x = data["state"]
    path = []
    for s in data["drive"].unbind():
        slope = lambda y: [(perceptron(drift, torch.cat([y[0], s], 1)), None)]
        (x,) = runge_kutta(c["method"], c["dt"], (x,), slope)
        path.append(x)
    return torch.stack(path)


def noisy_path(c, weights, data, normals):
    """x after every step of the noisy paths from a = 0, [T, B, states]."""
    drift, diffusion = layers(weights, "drift"), layers(weights, "diffusion")
    count = c["auxiliaries"]
    # The force acts on the observables, the first columns of x.
    mixing = count * torch.softmax(weights["mixing"], 1)
    mixing = functional.pad(mixing, (0, 0, 0, c["states"] - c["observables"]))
    x = data["state"]
    y = (x, x.new_zeros(x.shape[0], count))
    path = []
    for s, n1, n2 in zip(data["drive"].unbind(), *columns_of_noise(c, normals)):

        def slope(y):
            x, a = y
            seen = torch.cat([x, s], 1)
            g = perceptron(diffusion, seen)
            decay = -weights["rate"] * a
            noise = g[:, :count] * n1 + g[:, count : 2 * count] * n2
            return [(perceptron(drift, seen) + decay @ mixing.T, None), (decay, noise)]

        y = runge_kutta(c["method"], c["dt"], y, slope)
        path.append(y[0])
    return torch.stack(path)


def window(c, path, drive):
    """[B, (observables + inputs) T]: every observable's course, then that of every input."""
    courses = path[:, :, : c["observables"]].permute(1, 2, 0)
    return torch.cat([courses.flatten(1), drive], 1)


def drift_loss(c, weights, data, normals, groups=1):
    return functional.mse_loss(drift_path(c, weights, data), data["target"])


def critic_loss(c, weights, data, normals, groups=1):
    critic = layers(weights, "critic")
    with torch.no_grad():
        fake = window(c, noisy_path(c, weights, data, normals), data["driveWindow"])
    real = torch.cat([data["real"], data["driveWindow"]], 1)
    of_fake, of_real = perceptron(critic, torch.cat([fake, real])).chunk(2)

    mixed = fake + data["mix"] * (real - fake)
    slope = torch.func.grad(lambda w: perceptron(critic, w).sum())(mixed)
    norm = slope.square().sum(1).clamp(min=SMALLEST_SQUARE).sqrt()
    return of_fake.mean() - of_real.mean() + PENALTY_WEIGHT * (norm - 1).square().mean()


def generator_loss(c, weights, data, normals, groups=1):
    critic = layers(weights, "critic")
    fake = features(critic, window(c, noisy_path(c, weights, data, normals), data["driveWindow"]))
    real = features(critic, torch.cat([data["real"], data["driveWindow"]], 1))
    loss = -functional.linear(fake, *critic[-1]).mean()
    for f, r in zip(fake.chunk(groups), real.chunk(groups)):
        means = f.mean(0) - r.mean(0)
        deviations = deviation(f) - deviation(r)
        loss = loss + (means.square().mean() + deviations.square().mean()) / groups
    return loss


def deviation(x):
    return x.var(0).clamp(min=SMALLEST_SQUARE).sqrt()


def network_loss(c, weights, data, normals, groups=1):
    twin = layers(weights, "drift")
    outside = functional.linear(data["task"], weights["inputMask"], weights["bias"][0])
    y = outside.new_zeros(c["batch"], c["nodes"])
    path = []
    for given, fresh in zip(outside.unbind(), c["sigma"] * normals):
        s = torch.tanh(given + y @ weights["couplings"].T)
        moved = perceptron(twin, torch.stack([y, s], 2), torch.tanh)
        y = y + moved.squeeze(2) + fresh
        path.append(y)
    said = functional.linear(torch.stack(path), weights["readout"], weights["readoutBias"][0])
    return functional.mse_loss(said, data["target"])


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
