"""PyTorch on the CPU as a worker: python torch_worker.py THREADS [compile]."""

import sys

import torch
from serve import serve
from torch_losses import LOSSES, TRAINED

threads = int(sys.argv[1])
compiled = "compile" in sys.argv[2:]
torch.set_num_threads(threads)
torch.set_flush_denormal(True)


def prepare(problem, configuration, step, update, groups):
    torch._dynamo.reset()
    arrays = {name: torch.from_numpy(value) for name, value in problem.items()}
    normals = arrays.pop("normals")
    trained = {}
    for name, value in arrays.items():
        if name.startswith(TRAINED[step]):
            trained[name] = value.requires_grad_()
    optimiser = torch.optim.Adam(
        trained.values(),
        lr=update["learningRate"],
        betas=(float(update["beta1"]), float(update["beta2"])),
        fused=True,
    )
    loss_of = LOSSES[step]
    if compiled:
        loss_of = torch.compile(loss_of, fullgraph=True, dynamic=False)

    def backward(noise, groups=1):
        optimiser.zero_grad()
        loss = loss_of(configuration, arrays, arrays, noise, groups)
        loss.backward()
        return loss

    loss = backward(normals, groups)
    gradients = [value.grad.flatten() for value in trained.values() if value.grad is not None]
    check = {"loss": loss.item(), "gradientNorm": torch.cat(gradients).norm().item()}

    def run():
        noise = normals if step == "drift" else torch.randn(normals.shape)
        loss = backward(noise)
        optimiser.step()
        return loss.item()

    return check, run


serve(prepare)
