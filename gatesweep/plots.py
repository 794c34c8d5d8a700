"""Pictures of a sweep as HoloViews elements: pure functions, to be joined with + and *.

They take a dataset from `gatesweep.sweep`, or a summary of one (see `gatesweep.results.statistics.summary`).
"""

from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from gatesweep.errors import InputError
from gatesweep.results.measures import LIMITS, MEASURES, limit_name
from gatesweep.results.statistics import STATISTICS, summary

__all__ = ["boundary", "curves", "heatmap", "points", "surface"]

BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#6b7785"
LIMIT_STYLES = {
    "bayes_accuracy": {"color": "#009E73", "line_dash": "dashed"},
    "best_linear_accuracy": {"color": "#E69F00", "line_dash": "dashdot"},
    "population_accuracy": {"color": "#CC79A7", "line_dash": "dotdash"},
    "majority_accuracy": {"color": GREY, "line_dash": "dotted"},
}
PLANE = (-1.0, 2.0)
"""Both axes of the lecture's plane."""


def _load() -> None:
    if "bokeh" not in hv.Store.registry or hv.Store.current_backend != "bokeh":
        hv.extension("bokeh", logo=False)


def _frame(data: xr.Dataset, view: dict[str, Any]) -> tuple[xr.Dataset, list[str]]:
    """A summary of `data` at its last epoch, and its dimensions (panel,) y, x."""
    frame = data if "value" in data else summary(data, **view)
    if "epoch" in frame["value"].dims and frame["value"].dims[-1] == "epoch":
        frame = frame.isel(epoch=-1)
    return frame, list(frame["value"].dims)


def _label(name: str) -> str:
    return name.replace("_", " ")


def heatmap(data: xr.Dataset, **view: Any) -> hv.HeatMap | hv.NdLayout:
    """A measure over two dimensions, one picture for each value of a third.

    Args:
        data: a sweep, or a summary of one.
        view: what `gatesweep.results.statistics.summary` takes: measure, statistic, x, y, panel, at.
    """
    _load()
    frame, dims = _frame(data, view)
    *panel, y, x = dims
    measure = MEASURES[frame.attrs["measure"]]
    finite = frame["value"].values[np.isfinite(frame["value"].values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    options = {"cmap": "cividis", "clim": (low, high), "colorbar": True, "optimize_gridded": False, "tools": ["hover"]}
    if measure.kind == "gap":
        reach = max(-low, high, 1e-3)
        options |= {"cmap": [VERMILION, "#e6eaef", BLUE], "clim": (-reach, reach)}
    options |= {"frame_width": 560 if not panel else 240, "xrotation": 45}

    def one(part: xr.Dataset, title: str) -> hv.HeatMap:
        table = [
            (str(b), str(a), float(part["value"].sel({y: a, x: b}))) for a in part[y].values for b in part[x].values
        ]
        value = hv.Dimension("value", label=measure.label)
        return hv.HeatMap(table, [hv.Dimension(x, label=_label(x)), hv.Dimension(y, label=_label(y))], value).opts(
            title=title, **options
        )

    if not panel:
        return one(frame, f"{measure.label}, {STATISTICS[frame.attrs['statistic']]}")
    name = panel[0]
    return hv.NdLayout({_plain(v): one(frame.sel({name: v}), str(v)) for v in frame[name].values}, kdims=[name])


def curves(data: xr.Dataset, **view: Any) -> hv.NdLayout:
    """The median of a measure against a dimension with its band over seeds and its limits, one picture for each row.

    Args:
        data: a sweep, or a summary of one.
        view: what `gatesweep.results.statistics.summary` takes; with `panel`, there is one picture for each panel.
    """
    _load()
    frame, dims = _frame(data, view)
    *panel, y, x = dims
    if panel:
        pictures = {
            _plain(v): hv.Overlay([_median(frame.sel({panel[0]: v, y: row}), x, str(row)) for row in frame[y].values])
            for v in frame[panel[0]].values
        }
        return hv.NdLayout(pictures, kdims=[panel[0]])
    return hv.NdLayout({_plain(v): _with_band(frame.sel({y: v}), x, str(v)) for v in frame[y].values}, kdims=[y])


def _median(row: xr.Dataset, x: str, label: str) -> hv.Curve:
    measure = MEASURES[row.attrs["measure"]]
    name = "median" if "median" in row else "value"
    across = hv.Dimension(x, label=_label(x))
    return hv.Curve((row[x].values, row[name].values), across, hv.Dimension("value", label=measure.label), label=label)


def _with_band(row: xr.Dataset, x: str, title: str) -> hv.Overlay:
    parts: list[hv.Element] = []
    if "low" in row:
        edges = (row[x].values, row["low"].values, row["high"].values)
        parts.append(
            hv.Area(edges, x, ["value", "high"], label="10 to 90 % of seeds").opts(alpha=0.25, color=BLUE, line_alpha=0)
        )
    for name, style in LIMIT_STYLES.items():
        column = limit_name(name, row.attrs["measure"])
        if column in row:
            # At one noise level a limit is one number, whatever runs across.
            limit = np.broadcast_to(row[column].values, row[x].shape)
            parts.append(hv.Curve((row[x].values, limit), x, "value", label=LIMITS[name]).opts(**style))
    parts.append(_median(row, x, "median").opts(color=BLUE, line_width=2.5))
    return hv.Overlay(parts).opts(title=title, frame_width=260, frame_height=200, legend_position="bottom")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def points(X: ArrayLike, y: ArrayLike) -> hv.Overlay:
    """Rows X (n, 2) in the plane, labels y (n,) by colour and marker."""
    _load()
    rows, labels = np.asarray(X), np.asarray(y)
    if rows.ndim != 2 or rows.shape[1] != 2 or len(rows) != len(labels):
        raise InputError("points takes X of shape (n, 2) and y of shape (n,)", (rows.shape, labels.shape), "Check both")
    styles = {0: {"color": BLUE, "marker": "circle"}, 1: {"color": VERMILION, "marker": "square"}}
    return hv.Overlay(
        [
            hv.Points(rows[labels == label], ["x1", "x2"], label=f"class {label}").opts(size=5, alpha=0.7, **style)
            for label, style in styles.items()
        ]
    ).opts(xlim=PLANE, ylim=PLANE, frame_width=400, frame_height=400)


def _logit(weight: ArrayLike, intercept: ArrayLike, side: np.ndarray) -> np.ndarray:
    """Logits on the square of `side`: (x2, x1)."""
    w = np.asarray(weight, dtype=float).ravel()
    if len(w) not in (2, 3):
        raise InputError("a surface needs the weights of x1 and x2, and of x1*x2 if there is one", w, "Pick one model")
    x1, x2 = np.meshgrid(side, side)
    return w[0] * x1 + w[1] * x2 + (w[2] * x1 * x2 if len(w) == 3 else 0) + float(np.asarray(intercept))


def surface(weight: ArrayLike, intercept: ArrayLike, size: int = 150) -> hv.Image:
    """Probability of class 1 over the plane for one model: weight (2,) or (3,), intercept a number."""
    _load()
    side = np.linspace(*PLANE, 2 * size + 1)[1::2]
    probability = 0.5 * (1 + np.tanh(0.5 * _logit(weight, intercept, side)))
    return hv.Image((side, side, probability), ["x1", "x2"], "probability").opts(
        cmap=[BLUE, "#ffffff", VERMILION], clim=(0, 1), alpha=0.6, colorbar=True, frame_width=400, frame_height=400
    )


def boundary(weight: ArrayLike, intercept: ArrayLike, size: int = 201) -> hv.Contours:
    """Where one model's probability is 0.5: weight (2,) or (3,), intercept a number; may be empty."""
    _load()
    side = np.linspace(*PLANE, size)
    image = hv.Image((side, side, _logit(weight, intercept, side)), ["x1", "x2"], "logit")
    return hv.operation.contours(image, levels=[0]).opts(color="black", line_width=2, cmap=["black"], show_legend=False)
