"""What the pictures of a sweep start from: a summary, its dimensions, and how names and values are written."""

from typing import Any

import numpy as np
import xarray as xr

from gatesweep.results.statistics import summary

__all__ = ["frame_of", "plain", "spoken"]


def frame_of(data: xr.Dataset, view: dict[str, Any]) -> tuple[xr.Dataset, list[str]]:
    """A summary of `data` at its last epoch, and its dimensions (panel,) y, x."""
    frame = data if "value" in data else summary(data, **view)
    if "epoch" in frame["value"].dims and frame["value"].dims[-1] == "epoch":
        frame = frame.isel(epoch=-1)
    return frame, list(frame["value"].dims)


def spoken(name: str) -> str:
    """A dimension's name as the screen writes it."""
    return name.replace("_", " ")


def plain(value: Any) -> Any:
    """A NumPy scalar as Python's own; anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value
