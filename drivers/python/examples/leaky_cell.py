"""A simulated leaky cell: a state that follows tanh(V) in 0.1 s, read with noise."""
import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from twinloom_device import Input, Observable, serve

state = 0.0


def measure():
    return [state + random.gauss(0, 0.01)]


def step(inputs):
    global state
    state += 0.1 * (math.tanh(inputs[0]) - state) + random.gauss(0, 0.02 * abs(inputs[0]))
    return measure()


def reset():
    global state
    state = random.gauss(0, 0.02)
    return measure()


serve(step, reset=reset, identity="leaky cell", dt=0.01, observables=[Observable("x", "1")],
      inputs=[Input("voltage", "V", -2, 2, safe=0, max_slew=400)])
