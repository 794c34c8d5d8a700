"""gatesweep timed beside what a user would write instead: `gatesweep bench`."""

from gatesweep.bench.main import main

__all__ = ["main"]
