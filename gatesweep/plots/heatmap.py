"""A measure of a sweep over two dimensions."""

from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr

from gatesweep.plots.frames import frame_of, plain, spoken
from gatesweep.plots.look import LIGHT, with_bokeh
from gatesweep.results.measures import MEASURES
from gatesweep.results.statistics import STATISTICS

__all__ = ["heatmap"]


@with_bokeh()
def heatmap(data: xr.Dataset, **view: Any) -> hv.HeatMap | hv.NdLayout:
    """A measure over two dimensions, one picture for each value of a third.

    Args:
        data: a sweep, or a summary of one.
        view: what `gatesweep.results.statistics.summary` takes: measure, statistic, x, y, panel, at.
    """
    frame, dims = frame_of(data, view)
    *panel, y, x = dims
    measure = MEASURES[frame.attrs["measure"]]
    finite = frame["value"].values[np.isfinite(frame["value"].values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    options = {"cmap": "cividis", "clim": (low, high), "colorbar": True, "optimize_gridded": False, "tools": ["hover"]}
    if measure.kind == "gap":
        reach = max(-low, high, 1e-3)
        options |= {"cmap": [LIGHT.classes[1], LIGHT.grid, LIGHT.classes[0]], "clim": (-reach, reach)}
    options |= {"frame_width": 560 if not panel else 240, "xrotation": 45}

    def one(part: xr.Dataset, title: str) -> hv.HeatMap:
        table = [
            (str(b), str(a), float(part["value"].sel({y: a, x: b}))) for a in part[y].values for b in part[x].values
        ]
        value = hv.Dimension("value", label=measure.label)
        return hv.HeatMap(table, [hv.Dimension(x, label=spoken(x)), hv.Dimension(y, label=spoken(y))], value).opts(
            title=title, **options
        )

    if not panel:
        return one(frame, f"{measure.label}, {STATISTICS[frame.attrs['statistic']]}")
    name = panel[0]
    return hv.NdLayout({plain(v): one(frame.sel({name: v}), str(v)) for v in frame[name].values}, kdims=[name])
