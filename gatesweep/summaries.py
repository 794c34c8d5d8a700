"""Results in a few numbers: statistics over the seeds of a sweep, and the coefficients of a table's models."""

from gatesweep.results.statistics import BAND, STATISTICS, run_seed, summary
from gatesweep.tables.estimates import coefficients

__all__ = ["BAND", "STATISTICS", "coefficients", "run_seed", "summary"]
