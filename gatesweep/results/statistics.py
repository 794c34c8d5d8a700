"""A population in a few numbers: statistics over seeds, and the run behind each of them. xarray in, xarray out."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import xarray as xr

from gatesweep.engine.solvers.protocol import runaway_loss
from gatesweep.errors import InputError
from gatesweep.results.measures import DIVERGED, MEASURES, TEST_NOISE, axes, limit_name, limits, per_model, select

__all__ = ["BAND", "STATISTICS", "drawn", "run_of", "run_seed", "summary"]

BAND = (0.1, 0.9)
"""Quantiles over seeds at the edges of the band."""
CHANCE = ("seed", "init_seed")
"""Dimensions that only draw: other rows, other first weights. Where not shown, all are summed up."""


def quantiles(values: np.ndarray, levels: tuple[float, ...]) -> list[np.ndarray]:
    """Linear quantiles along the last axis over what is not NaN; NaN where nothing is left.

    One sort for all of them: numpy's nanquantile takes minutes for a million models.
    """
    ordered = np.sort(values, axis=-1)
    last = np.maximum(np.count_nonzero(~np.isnan(values), axis=-1) - 1, 0)[..., None]

    def at(level: float) -> np.ndarray:
        place = last * level
        below = np.floor(place).astype(int)
        low, high = (np.take_along_axis(ordered, i, -1)[..., 0] for i in (below, np.minimum(below + 1, last)))
        share = (place - below)[..., 0]
        return np.where(share > 0, low + (high - low) * share, low)

    return [at(level) for level in levels]


STATISTICS: dict[str, str] = {
    "median": "median",
    "mean": "mean",
    "low": f"{BAND[0]:.0%} quantile",
    "high": f"{BAND[1]:.0%} quantile",
    "worst": "lowest",
    "best": "highest",
    "spread": f"spread ({BAND[0]:.0%} to {BAND[1]:.0%})",
}
"""Statistics over seeds by name."""


def drawn(known: Collection[str], given: Collection[str]) -> tuple[str, ...]:
    """Dimensions that a statistic is taken over: those of chance that a sweep knows and nobody has given a place."""
    return tuple(dim for dim in CHANCE if dim in known and dim not in given)


def _statistic(statistic: str, ordered: dict[str, np.ndarray], values: np.ndarray) -> np.ndarray:
    if statistic == "mean":
        counted = ~np.isnan(values)
        with np.errstate(invalid="ignore"):
            return np.where(counted, values, 0).sum(-1) / np.where(counted.any(-1), counted.sum(-1), np.nan)
    return ordered["high"] - ordered["low"] if statistic == "spread" else ordered[statistic]


def summary(
    dataset: xr.Dataset,
    measure: str = "exact_accuracy",
    statistic: str = "median",
    *,
    x: str = "noise_level",
    y: str = "gate",
    panel: str | None = None,
    at: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """What a heatmap and its curves show.

    Args:
        dataset: what `gatesweep.sweep` returned.
        measure: a name in MEASURES.
        statistic: a name in STATISTICS, taken over seeds and, where they are swept and neither shown nor in `at`,
            init_seeds (a share always by its mean).
        x, y, panel: the dimensions shown: across, down, and one small picture each.
        at: the values of other dimensions; the first one where it says nothing.

    Returns:
        Dataset with dims (panel,) y, x (, epoch): `value` the statistic, `low`, `median`, `high`
        the quantiles 0.1, 0.5, 0.9 over seeds, `diverged` the share of seeds whose fit diverged,
        up to the epoch, and the limits in LIMITS where the measure has them, on its scale and named for it
        (`bayes_accuracy`, and for a gap `bayes_gap_to_best_line`).

    Raises:
        InputError: unknown measure, statistic or dimension, or one dimension shown twice.

    Example:
        >>> import gatesweep as gs
        >>> ds = gs.sweep(noise_level=[0.0, 0.3], seed=range(20))
        >>> shown = gs.summaries.summary(ds, "gap_to_bayes", "worst")
        >>> shown["value"].sel(gate="AND").values.round(2) + 0
        array([ 0.  , -0.04])
    """
    shown = (panel, y, x) if panel else (y, x)
    known = axes(dataset, measure)
    if len(set(shown)) < len(shown) or not set(shown) <= set(known):
        raise InputError(
            "x, y and panel must be different dimensions of the sweep", shown, f"Known: {', '.join(known)}"
        )
    if statistic not in STATISTICS:
        raise InputError("a statistic must be one that gatesweep knows", statistic, f"Known: {', '.join(STATISTICS)}")
    over = drawn(known, {*shown, *(at or {})})
    kept = {*shown, *over, "epoch"}
    rest = {d: _values(dataset, d)[0] for d in known if d not in kept} | dict(at or {})
    rest = {d: value for d, value in rest.items() if d not in kept and d in known}
    values = per_model(dataset, measure, rest)
    dims = (*shown, "epoch") if "epoch" in values.dims and "epoch" not in shown else shown
    array = np.asarray(values.transpose(*dims, *over).values, dtype=float)
    array = array.reshape(*array.shape[: len(dims)], -1)
    low, median, high, worst, best = quantiles(array, (BAND[0], 0.5, BAND[1], 0, 1))
    ordered = {"low": low, "median": median, "high": high, "worst": worst, "best": best}
    is_share = MEASURES[measure].kind == "share"
    value = _statistic("mean" if is_share else statistic, ordered, array)
    coords = {d: values.coords[d] for d in dims}
    bands = {"value": value} | ({} if is_share else {"low": low, "median": median, "high": high})
    frame = xr.Dataset({name: (dims, numbers) for name, numbers in bands.items()}, coords)
    frame["diverged"] = _share_diverged(dataset, rest, dims, over)
    for name, limit in limits(dataset, measure, rest).items():
        frame[limit_name(name, measure)] = limit.drop_vars([c for c in limit.coords if c not in limit.dims])
    frame.attrs = {"measure": measure, "statistic": "mean" if is_share else statistic} | {
        k: _text(v) for k, v in rest.items()
    }
    return frame


def _values(dataset: xr.Dataset, dim: str) -> np.ndarray:
    return dataset["noise_level" if dim == TEST_NOISE else dim].values


def _text(value: Any) -> str | float | int:
    return value.item() if isinstance(value, np.generic) else value


def _share_diverged(
    dataset: xr.Dataset, rest: Mapping[str, Any], dims: tuple[str, ...], over: tuple[str, ...]
) -> xr.DataArray:
    """The share of fits that ran away; epoch by epoch, by when they had."""
    part = select(dataset, {k: v for k, v in rest.items() if k in dataset["status"].dims})
    gone = part["status"] == DIVERGED
    if "epoch" in dims and "train_loss_history" in part and gone.any():
        loss, epoch = part["train_loss_history"], part["epoch"]
        limit = runaway_loss(loss.isel(epoch=0, drop=True))
        gone = gone & ((loss > limit) | (epoch > part["n_iter"]) | (epoch == epoch[-1]))
    share = gone.mean(over)
    return share.astype(float).drop_vars([c for c in share.coords if c not in share.dims])


def run_of(dataset: xr.Dataset, measure: str = "exact_accuracy", run: str = "median", **cell: Any) -> dict[str, int]:
    """The median, best or worst run in a cell, by its values of what the cell leaves to chance; the lowest such seed
    where runs tie.

    Args:
        cell: one value for every dimension but the seed, and the init_seed if it is swept.

    Raises:
        InputError: `run` is not median, best or worst; unknown dimension or value.
    """
    values = per_model(dataset, measure, cell)
    values = values.isel(epoch=-1) if "epoch" in values.dims else values
    over = drawn(values.dims, cell)
    numbers = values.transpose(*over).values.astype(float)
    quantile = {"worst": 0, "median": 0.5, "best": 1}
    if run not in quantile:
        raise InputError("a run must be median, best or worst", run, "The default is median")
    flat = numbers.ravel()
    kept, chosen = np.flatnonzero(~np.isnan(flat)), 0
    if len(kept):
        flip = -1 if MEASURES[measure].lower_is_better else 1
        order = kept[np.argsort(flip * flat[kept], kind="stable")]
        target = flat[order[int(quantile[run] * (len(order) - 1))]]
        chosen = int(np.flatnonzero(flat == target)[0])
    place = np.unravel_index(chosen, numbers.shape)
    return {dim: int(values[dim].values[i]) for dim, i in zip(over, place, strict=True)}


def run_seed(dataset: xr.Dataset, measure: str = "exact_accuracy", run: str = "median", **cell: Any) -> int:
    """The seed of the median, best or worst run in a cell; the lowest such seed where runs tie.

    Args:
        cell: one value for every dimension but the seed.

    Raises:
        InputError: `run` is not median, best or worst; unknown dimension or value.

    Example:
        >>> import gatesweep as gs
        >>> ds = gs.sweep(noise_level=0.3, seed=range(20))
        >>> worst = gs.summaries.run_seed(ds, run="worst", gate="XOR", noise_level=0.3)
        >>> bool(ds.exact_accuracy.sel(gate="XOR", seed=worst) == ds.exact_accuracy.sel(gate="XOR").min())
        True
    """
    return run_of(dataset, measure, run, **cell)["seed"]
