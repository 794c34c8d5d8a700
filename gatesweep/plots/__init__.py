"""Every picture, once: HoloViews elements with their colours, markers, labels and hover.

Pure functions, to be joined with + and *. Those of a sweep take a dataset from `gatesweep.sweep`, or a summary of one
(see `gatesweep.results.statistics.summary`). `gatesweep.plots.drawn` puts one on a page and feeds it.
"""

from gatesweep.plots.boundary import boundary, points, surface
from gatesweep.plots.curves import curves
from gatesweep.plots.heatmap import heatmap

__all__ = ["boundary", "curves", "heatmap", "points", "surface"]
