"""The lecture's own code, the oracle of the parity tests: one copy, which `gatesweep bench` times."""

from gatesweep.bench.lecture import *  # noqa: F403
