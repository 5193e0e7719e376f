"""The losses of the four steps in PyTorch, from METHOD; compare nado.js and the *-step.js files.

T steps, B paths. weights: name -> tensor; data: the arrays of problem.js; c: the configuration.
"""

import math

import torch
from torch.nn import functional

PENALTY_WEIGHT = 10
SMALLEST_NORM = 1e-12
SMALLEST_VARIANCE = 1e-8


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


def runge_kutta(method, y, increment):
    """One step of nado-rk2 or nado-rk4: y a tuple, increment(y) = K(y)."""
    ahead = lambda k, factor: tuple(value + factor * more for value, more in zip(y, k))
    if method == "nado-rk2":
        k1 = increment(y)
        k2 = increment(ahead(k1, 1))
        return tuple(value + (p + q) / 2 for value, p, q in zip(y, k1, k2))
    k1 = increment(y)
    k2 = increment(ahead(k1, 0.5))
    k3 = increment(ahead(k2, 0.5))
    k4 = increment(ahead(k3, 1))
    return tuple(v + (p + 2 * q + 2 * r + s) / 6 for v, p, q, r, s in zip(y, k1, k2, k3, k4))


def drift_path(c, weights, data):
    """x after every step of the noise-free path, [T, B, states]."""
    drift = layers(weights, "drift")
    x = data["state"]
    path = []
    for s in data["drive"].unbind():
        increment = lambda y: (c["dt"] * perceptron(drift, torch.cat([y[0], s], 1)),)
        (x,) = runge_kutta(c["method"], (x,), increment)
        path.append(x)
    return torch.stack(path)


def noisy_path(c, weights, data, normals):
    """x after every step of the noisy paths from a = 0, [T, B, states]; normals [2, T, B, N_a]."""
    drift, diffusion = layers(weights, "drift"), layers(weights, "diffusion")
    count = c["auxiliaries"]
    # The force acts on the observables, the first columns of x.
    mixing = count * torch.softmax(weights["mixing"], 1)
    mixing = functional.pad(mixing, (0, 0, 0, c["states"] - c["observables"]))
    decay = -c["dt"] * weights["rate"]
    x = data["state"]
    y = (x, x.new_zeros(x.shape[0], count))
    path = []
    for s, n1, n2 in zip(data["drive"].unbind(), *(math.sqrt(c["dt"]) * normals)):

        def increment(y):
            x, a = y
            seen = torch.cat([x, s], 1)
            g = perceptron(diffusion, seen)
            decayed = decay * a
            noise = g[:, :count] * n1 + g[:, count : 2 * count] * n2
            return c["dt"] * perceptron(drift, seen) + decayed @ mixing.T, decayed + noise

        y = runge_kutta(c["method"], y, increment)
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
    norm = torch.sqrt(slope.square().sum(1) + SMALLEST_NORM)
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
    return torch.sqrt(x.var(0) + SMALLEST_VARIANCE)


def network_loss(c, weights, data, normals, groups=1):
    twin = layers(weights, "drift")
    outside = functional.linear(data["task"], weights["inputMask"], weights["bias"][0])
    y = outside.new_zeros(c["batch"], c["nodes"])
    path = []
    for given, fresh in zip(outside.unbind(), c["sigma"] * normals[0]):
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
