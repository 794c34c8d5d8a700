"""Results in a few numbers: statistics over the seeds of a sweep, and the coefficients of a table's models."""

from gatesweep.results.statistics import *  # noqa: F403
from gatesweep.results.statistics import __all__ as _statistics
from gatesweep.tables.estimates import coefficients

__all__ = [*_statistics, "coefficients"]
