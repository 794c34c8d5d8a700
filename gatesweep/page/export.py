"""The page that needs no Python: one HTML file that holds BokehJS and an engine of its own.

The page (gatesweep/page) trains in the browser what its controls ask for, or shows a finished sweep that
Python has packed into it. It makes no request, so it opens from disk, by mail or on a stick.
"""

import base64
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import xarray as xr
from bokeh.embed import json_item
from bokeh.models import Plot
from bokeh.themes import Theme

from gatesweep.app.assets import asset
from gatesweep.app.compat import spare_bokehjs
from gatesweep.app.keys import DRAWING, KEYS, MEANING, caps
from gatesweep.app.lab.plain import LINES
from gatesweep.codec import to_json
from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.lessons import COMPARISONS, LESSONS, Lesson
from gatesweep.page.figures import page_figures
from gatesweep.page.live import address_data, explorer_data, live_entries
from gatesweep.page.offline import LINK, icon, manifest, service_worker
from gatesweep.page.pack import Packer, has_path, noise_entry, run_entry
from gatesweep.page.scripts import bundle
from gatesweep.paths import local_path
from gatesweep.plots.heatmap import ramp
from gatesweep.plots.look import DARK, FONT, LIGHT, Palette, unit_hue
from gatesweep.settings import Settings

__all__ = ["MAX_BYTES", "export", "hosted", "render"]

MAX_BYTES = 4_000_000
"""A page stays small enough to mail; a larger one is refused before it is built."""

REMEDY = "Pass what gs.sweep returned"


def export(path: str | Path = "lecture.html", dataset: xr.Dataset | None = None, *, overwrite: bool = False) -> Path:
    """Write one interactive HTML file of at most MAX_BYTES that needs no server, no Python and no network.

    Args:
        path: the file to write, ending in .html.
        dataset: a finished sweep of two-input gates; its grid becomes the page's controls. None makes
            the page that trains by itself, whatever its controls say.
        overwrite: whether an existing file may be replaced.

    Returns:
        The path written.

    Raises:
        InputError: the file exists, the dataset is not a finished sweep of two-input gates, or the
            page would be larger than MAX_BYTES.

    Example:
        >>> import tempfile
        >>> import gatesweep as gs
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page = gs.export(folder + "/lecture.html")
        ...     5e5 < page.stat().st_size < 1.5e6
        True
    """
    target = local_path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise InputError("a page's file name must end in .html", str(path), "Name it lecture.html, say")
    if target.exists() and not overwrite:
        remedy = "Ask for it (overwrite=True, --overwrite), or take another name"
        raise InputError("a page must not replace a file unasked", str(path), remedy)
    page = render([] if dataset is None else [dataset])
    size = len(page.encode())
    if size > MAX_BYTES:
        raise InputError(
            f"a page must have at most {MAX_BYTES:,} bytes", f"{size:,}", "Export fewer seeds, samples or epochs"
        )
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError("a page needs a folder that can be written to", str(path), error.strerror or "") from error
    return target


def hosted() -> dict[str, tuple[Callable[[], str], str]]:
    """What a server hands out so that the page can be opened and installed: by path, who makes it and its type."""
    return {
        "/page": (partial(render, [], LINK), "text/html"),
        "/page.webmanifest": (manifest, "application/manifest+json"),
        "/page-worker.js": (service_worker, "text/javascript"),
        "/page-icon.svg": (icon, "image/svg+xml"),
    }


def render(datasets: list[xr.Dataset], head: str = "") -> str:
    """The page of these sweeps, as HTML, with `head` in its head; without any, the page that trains by itself."""
    datasets = [_dimensioned(dataset) for dataset in datasets]
    experiments = [_experiment(dataset) for dataset in datasets]
    _check_size_and_state(datasets, experiments)
    packer = Packer()
    figures, looks = page_figures()
    runs = [run_entry(d, e, packer) for d, e in zip(datasets, experiments, strict=True)]
    data = {
        "live": [] if runs else live_entries(),
        "runs": runs,
        "noise": noise_entry(experiments, packer) if runs else None,
        "palettes": {"light": _colours(LIGHT), "dark": _colours(DARK)},
        "lessons": [_texts(lesson) | {"hide": lesson.hide} for lesson in LESSONS],
        "comparisons": [{"name": name} | _texts(lesson) for name, lesson in COMPARISONS.items()],
        "explorer": explorer_data(),
        "keys": [(caps(keys), words) for keys, words in MEANING],
        "known": KEYS,
        "drawing_keys": DRAWING,
        "plain": LINES,
        "figures": {name: _item(figure) for name, figure in figures.items()},
        "looks": looks,
    } | address_data()
    parts = {
        "head": head,
        "css": _css() + _static("page.css"),
        "bokeh": base64.b64encode(zlib.compress(spare_bokehjs().encode(), 9)).decode(),
        "save": asset("save.js"),
        "script": bundle("start.js"),
        "data": json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "bytes": base64.b64encode(packer.bytes()).decode(),
    }
    # One pass over the template, so that nothing inside a part is taken for a placeholder.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _static("page.html"))


def _texts(lesson: Lesson) -> dict[str, Any]:
    """A lesson's words and settings, as JSON."""
    words = {name: getattr(lesson, name) for name in ("title", "question", "hint", "answer")}
    return words | {"settings": {name: to_json(value) for name, value in lesson.settings.items()}}


def _colours(palette: Palette) -> dict[str, Any]:
    """A palette with the scales of the surface and of heatmaps, and the hue of each hidden neuron."""
    units = [unit_hue(place, palette) for place in range(Settings.param["hidden_units"].bounds[1])]
    ramps = {name: ramp(is_diverging, palette)[0] for name, is_diverging in (("plain", False), ("diverging", True))}
    return asdict(palette) | {"surface": palette.surface, "units": units, "ramps": ramps}


def _static(name: str) -> str:
    return (files("gatesweep") / "page" / name).read_text(encoding="utf-8")


def _item(plot: Plot) -> dict[str, Any]:
    """A figure as JSON, whatever theme and model classes this process has loaded besides."""
    item = json_item(plot, theme=Theme(json={}))
    item["doc"].pop("defs", None)
    return _without_defaults(item)


def _without_defaults(part: Any) -> Any:
    """Without what BokehJS makes by itself for each layer: who selects, and which rows are on view."""
    if isinstance(part, list):
        return list(map(_without_defaults, part))
    if not isinstance(part, dict):
        return part
    own = {"selected", "selection_policy", "view", "tags"}
    return {name: _without_defaults(value) for name, value in part.items() if name not in own}


def _css() -> str:
    """The palettes as CSS variables: light, dark by the system's wish, and either by choice."""
    rules = []
    for mode, palette in (("light", LIGHT), ("dark", DARK)):
        colours = {k.replace("_", "-"): v for k, v in asdict(palette).items() if k != "classes"}
        colours |= {"class-0": palette.classes[0], "class-1": palette.classes[1]}
        text = f"color-scheme:{mode};--font:{FONT};" + "".join(f"--{name}:{value};" for name, value in colours.items())
        rules.append(f":root[data-theme={mode}]{{{text}}}")
    return "\n".join(rules) + "\n"


def _dimensioned(dataset: xr.Dataset) -> xr.Dataset:
    """With a dimension again, of length one, for each value that `dataset.sel(gate="AND")` and the like have chosen."""
    if not isinstance(dataset, xr.Dataset):
        raise InputError("a page is made of a sweep's dataset", type(dataset).__name__, REMEDY)
    experiment = _named(dataset)
    chosen = {name for name in experiment.swept if name in dataset.coords and dataset[name].ndim == 0}
    if not chosen:
        return dataset
    columns = {
        name: dataset[name].drop_vars(chosen.difference(dims)).expand_dims([dim for dim in dims if dim in chosen])
        for name, dims in _needed(dataset, experiment).items()
        if name in dataset
    }
    return xr.Dataset(columns, attrs=dataset.attrs)


def _named(dataset: xr.Dataset) -> Experiment:
    """The experiment that a dataset says it is."""
    try:
        return Experiment.from_json(dataset.attrs["experiment"])
    except InputError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError("a dataset must carry its experiment", dataset.attrs.get("experiment"), REMEDY) from error


def _experiment(dataset: xr.Dataset) -> Experiment:
    """The experiment of a dataset, checked against what the dataset holds."""
    experiment = _named(dataset)
    if experiment.n_inputs != 2:
        raise InputError("a page shows gates of two inputs", experiment.grid["gate"], "Export a sweep of such gates")
    if any(experiment.grid["hidden_units"]):
        raise InputError("a page shows models without hidden_units", experiment.grid["hidden_units"], "Export others")
    experiment = _part(experiment, dataset)
    for name, dims in _needed(dataset, experiment).items():
        if name not in dataset or set(dataset[name].dims) != set(dims) or dataset[name].dtype.kind not in "fiu":
            raise InputError(f"{name} must hold numbers over {', '.join(dims)}", list(dataset.data_vars), REMEDY)
        if "accuracy" in name and not (dataset[name].fillna(0).min() >= 0 and dataset[name].fillna(0).max() <= 1):
            raise InputError(f"{name} must lie between 0 and 1", float(dataset[name].max()), REMEDY)
    if dataset.sizes["feature"] != 2 + ("interaction" in experiment.grid["features"]):
        raise InputError("there must be a weight for each feature", dataset.sizes["feature"], REMEDY)
    return experiment


def _part(experiment: Experiment, dataset: xr.Dataset) -> Experiment:
    """The experiment of the values that are left after `dataset.sel(gate=["AND"])` and the like."""
    left = {}
    for name in experiment.swept:
        left[name] = tuple(dataset[name].values.ravel().tolist()) if name in dataset else ()
        if (
            not left[name]
            or not set(left[name]) <= set(experiment.grid[name])
            or len(set(left[name])) < len(left[name])
        ):
            raise InputError(f"{name} must have values of the experiment, each once", dict(dataset.sizes), REMEDY)
    return replace(experiment, grid=experiment.grid | left)


def _needed(dataset: xr.Dataset, experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """The dimensions of every variable that a page reads."""
    grid, limits = experiment.swept, ("gate", "noise_level")
    names = ["weight", "intercept", "train_accuracy", "test_accuracy", "exact_accuracy"]
    needed = {"status": grid} | dict.fromkeys(("bayes_accuracy", "best_linear_accuracy", "majority_accuracy"), limits)
    if has_path(dataset):
        needed |= {f"{name}_history": (*grid, "epoch") for name in names}
        needed["weight_history"] += ("feature",)
    else:
        needed |= dict.fromkeys(names, grid)
        needed["weight"] += ("feature",)
    return needed


def _check_size_and_state(datasets: list[xr.Dataset], experiments: list[Experiment]) -> None:
    """Random digits do not compress below about half, so a hopeless page is refused before it is read."""
    models = sum(e.n_models * d.sizes.get("epoch", 1) for d, e in zip(datasets, experiments, strict=True))
    rows = sum(len(e.grid["seed"]) * max(e.grid["num_samples"]) for e in experiments)
    least = (models * 12 + rows * 16) // 2
    if least > MAX_BYTES:
        raise InputError(
            f"a page must have at most {MAX_BYTES:,} bytes",
            f"{models:,} models and epochs, which take {least:,} at least",
            "Export fewer seeds, noise levels, samples or epochs",
        )
    for dataset in datasets:
        if (dataset["status"] < 0).any():
            raise InputError("a page needs a finished sweep", "models not yet fitted", "Resume the sweep first")
