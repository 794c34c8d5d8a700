"""A measure of a sweep against one dimension, with its band over seeds and its limits."""

from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr

from gatesweep.plots.frames import frame_of, plain, spoken
from gatesweep.plots.look import LIGHT, LIMIT_STYLES, with_bokeh
from gatesweep.results.measures import LIMITS, MEASURES, limit_name

__all__ = ["curves"]


@with_bokeh()
def curves(data: xr.Dataset, **view: Any) -> hv.NdLayout:
    """The median of a measure against a dimension with its band over seeds and its limits, one picture for each row.

    Args:
        data: a sweep, or a summary of one.
        view: what `gatesweep.results.statistics.summary` takes; with `panel`, there is one picture for each panel.
    """
    frame, dims = frame_of(data, view)
    *panel, y, x = dims
    if panel:
        pictures = {
            plain(v): hv.Overlay([_median(frame.sel({panel[0]: v, y: row}), x, str(row)) for row in frame[y].values])
            for v in frame[panel[0]].values
        }
        return hv.NdLayout(pictures, kdims=[panel[0]])
    return hv.NdLayout({plain(v): _with_band(frame.sel({y: v}), x, str(v)) for v in frame[y].values}, kdims=[y])


def _median(row: xr.Dataset, x: str, label: str) -> hv.Curve:
    measure = MEASURES[row.attrs["measure"]]
    name = "median" if "median" in row else "value"
    across = hv.Dimension(x, label=spoken(x))
    return hv.Curve((row[x].values, row[name].values), across, hv.Dimension("value", label=measure.label), label=label)


def _with_band(row: xr.Dataset, x: str, title: str) -> hv.Overlay:
    parts: list[hv.Element] = []
    if "low" in row:
        edges = (row[x].values, row["low"].values, row["high"].values)
        parts.append(
            hv.Area(edges, x, ["value", "high"], label="10 to 90 % of seeds").opts(
                alpha=0.25, color=LIGHT.classes[0], line_alpha=0
            )
        )
    for name, (colour, dash, width) in LIMIT_STYLES.items():
        column = limit_name(name, row.attrs["measure"])
        if column in row:
            # At one noise level a limit is one number, whatever runs across.
            limit = np.broadcast_to(row[column].values, row[x].shape)
            parts.append(
                hv.Curve((row[x].values, limit), x, "value", label=LIMITS[name]).opts(
                    color=getattr(LIGHT, colour), line_dash=dash, line_width=width
                )
            )
    parts.append(_median(row, x, "median").opts(color=LIGHT.classes[0], line_width=2.5))
    return hv.Overlay(parts).opts(title=title, frame_width=260, frame_height=200, legend_position="bottom")
