"""Answers every drive with itself: what is timed is the way there and back."""
import os
import resource
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "drivers", "python"))
from twinloom_device import Input, Observable, serve


class Echo:
    identity = "echo"
    dt = 1e-9
    inputs = [Input("a", "V", -1, 1, safe=0)]
    observables = [Observable("a", "V"), ]

    def step(self, inputs):
        return inputs

    def run(self, drive):
        return drive

    def reset(self):
        # The most memory that this process ever had, kB.
        return [float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)]


serve(Echo())
