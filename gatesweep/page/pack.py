"""A sweep as the page reads it: packed arrays, and the JSON that says where each of them lies."""

import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from gatesweep.codec import to_json
from gatesweep.experiment import SWEPT, Experiment
from gatesweep.lecture import draw, n_rows, split_rows
from gatesweep.settings import Settings

__all__ = ["Packer", "dimension", "has_path", "noise_entry", "run_entry"]

LABELS = {
    "noise_level": "Noise level",
    "num_samples": "Rows",
    "C": "C (inverse penalty)",
    "learning_rate": "Learning rate",
    "batch_size": "Batch size",
    "init": "First weights",
    "init_seed": "Init seed",
}


class Packer:
    """Arrays one after the other, each with its bytes sorted by significance (which compresses better)."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def add(self, array: np.ndarray, dtype: str) -> dict[str, Any]:
        """Keep an array; what the page needs to know to read it back."""
        plain = np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<"))
        planes = plain.reshape(-1, 1).view(np.uint8).T
        packed = zlib.compress(planes.tobytes(), 9)
        entry = {"at": sum(map(len, self.parts)), "length": len(packed), "dtype": dtype, "shape": plain.shape}
        self.parts.append(packed)
        return entry

    def bytes(self) -> bytes:
        return b"".join(self.parts)


def has_path(dataset: xr.Dataset) -> bool:
    """Whether the sweep kept every model at every epoch."""
    return "weight_history" in dataset


def run_entry(dataset: xr.Dataset, experiment: Experiment, packer: Packer) -> dict[str, Any]:
    """One sweep for the page: its dimensions, its constants and where its arrays lie."""
    suffix, epoch = ("_history", ("epoch",)) if has_path(dataset) else ("", ())
    order = (*experiment.swept, *epoch)
    weight = dataset[f"weight{suffix}"].transpose(*order, "feature").values
    intercept = dataset[f"intercept{suffix}"].transpose(*order).values
    parts = np.array([[len(p) for p in _split(experiment, n)] for n in experiment.grid["num_samples"]])
    arrays = {
        "models": packer.add(np.concatenate([weight, intercept[..., None]], -1), "f4"),
        "train": packer.add(_counts(dataset[f"train_accuracy{suffix}"], experiment, order, parts[:, 0]), "u4"),
        "test": packer.add(_counts(dataset[f"test_accuracy{suffix}"], experiment, order, parts[:, 1]), "u4"),
        "status": packer.add(dataset["status"].transpose(*experiment.swept).values, "i1"),
        "test_rows": packer.add(_test_rows(experiment), "u1"),
        "limits": packer.add(_limits(dataset), "f8"),
    }
    if weight.shape[-1] > 2:
        arrays["exact"] = packer.add(dataset[f"exact_accuracy{suffix}"].transpose(*order).values, "f4")
    constants = {n: v for n, v in experiment.to_dict().items() if n not in experiment.swept}
    return {
        "label": _label(experiment, has_path(dataset)),
        "remedy": experiment.solver.remedy,
        "unit": experiment.solver.unit,
        "dims": [dimension(name, experiment.grid[name]) for name in SWEPT if name in experiment.swept],
        "constants": constants | {"n_models": experiment.n_models},
        "test_counts": parts[:, 1].tolist(),
        "truths": [gate.truth for gate in experiment.gates],
        "epochs": dataset.sizes["epoch"] if has_path(dataset) else 0,
        "arrays": arrays,
    }


def _label(experiment: Experiment, has_path: bool) -> str:
    solver = experiment.solver
    name = f"{solver.label}, {solver.unit} by {solver.unit}" if has_path else solver.label
    return name + " with x₁x₂" if experiment.grid["features"] == ("interaction",) else name


def dimension(name: str, values: Iterable) -> dict[str, Any]:
    """A control of the page: a parameter and the values that it offers."""
    return {
        "name": name,
        "label": LABELS.get(name, name.capitalize()),
        "doc": Settings.param[name].doc,
        "values": [to_json(value) for value in values],
    }


def _split(experiment: Experiment, num_samples: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    corner = draw(seed, num_samples).corner
    return split_rows(corner, experiment.split, experiment.fixed["train_seed"])


def _counts(accuracy: xr.DataArray, experiment: Experiment, order: tuple, rows: np.ndarray) -> np.ndarray:
    """Correct rows of each model: whole numbers, from which the page's scores follow exactly."""
    values = accuracy.transpose(*order).values.astype(float)
    if "num_samples" in order:
        shape = [-1 if name == "num_samples" else 1 for name in order]
        rows = rows.reshape(shape)
    return np.rint(np.nan_to_num(values) * rows)


def _noise_stream(seed: int, n: int) -> np.ndarray:
    """A seed's draws before the rows are shuffled: fewer samples take the first of them."""
    return np.random.RandomState(seed).normal(0, 1, (n, 2))


def noise_entry(experiments: list[Experiment], packer: Packer) -> dict[str, Any]:
    """The noise draws of every seed of the page, float64 of shape (seed, n, 2), in the order drawn."""
    seeds = sorted({seed for e in experiments for seed in e.grid["seed"]})
    n = max(n_rows(size) for e in experiments for size in e.grid["num_samples"])
    return {"seeds": seeds, "eps": packer.add(np.array([_noise_stream(seed, n) for seed in seeds]), "f8")}


def _test_rows(experiment: Experiment) -> np.ndarray:
    """For each num_samples and seed a bit for each draw, in the order drawn: whether it is a test row.

    uint8 of shape (num_samples, seed, bytes). The order drawn keeps a row's corner implicit, so the
    shuffle itself need not be shipped.
    """
    sizes = [n_rows(size) for size in experiment.grid["num_samples"]]
    bits = np.zeros((len(sizes), len(experiment.grid["seed"]), max(sizes)), dtype=bool)
    for i, n in enumerate(sizes):
        for j, seed in enumerate(experiment.grid["seed"]):
            test = _split(experiment, n, seed)[1]
            bits[i, j, :n] = np.isin(_noise_stream(seed, n)[:, 0], draw(seed, n).eps[test, 0])
    return np.packbits(bits, axis=-1, bitorder="little")


def _limits(dataset: xr.Dataset) -> np.ndarray:
    """(gate, noise_level, 3): Bayes, best linear and majority accuracy."""
    accuracies = [dataset[f"{name}_accuracy"].transpose("gate", "noise_level") for name in ("bayes", "best_linear")]
    majority = dataset["majority_accuracy"].broadcast_like(accuracies[0]).transpose("gate", "noise_level")
    return np.stack([*accuracies, majority], -1)
