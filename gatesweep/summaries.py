"""Statistics over the seeds of a sweep: the public name of `gatesweep.results.statistics`."""

from gatesweep.results.statistics import *  # noqa: F403
from gatesweep.results.statistics import __all__  # noqa: F401
