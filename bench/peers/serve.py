"""The loop of a worker: commands in as lines of JSON, answers out, and nothing done in between."""

import json
import os
import sys
import time

import numpy as np


def serve(prepare):
    """Answer the driver until it says `quit`.

    prepare(problem, configuration, step, update, groups) reads the arrays of a step and returns
    (check, run): the loss and the norm of its gradient at the shared weights and noise, and a
    function that does one step with fresh noise, waits for its result and returns the loss.
    """
    # Libraries print what they like; only answers may reach the driver.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    run = None
    for line in sys.stdin:
        command = json.loads(line)
        try:
            if command["do"] == "prepare":
                problem = dict(np.load(command["problem"]))
                arguments = [command[key] for key in ("configuration", "step", "update", "groups")]
                check, run = prepare(problem, *arguments)
                answer = check
            elif command["do"] == "run":
                answer = time_steps(run, command["steps"])
            else:
                break
        except Exception as error:  # Whatever it is, the driver names the engine and the step.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


def time_steps(run, steps):
    """Wall and CPU time per step, ms, and the loss of the last."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(steps):
        loss = run()
    ms = 1e3 * (time.perf_counter() - wall) / steps
    return {"ms": ms, "cpuMs": 1e3 * (time.process_time() - cpu) / steps, "loss": float(loss)}
