"""A sweep on disk: a plain Zarr v3 folder, one chunk a task, written so that a kill at any moment is safe.

Order of writing: the variables of a chunk, then its `status`, then a line in the journal. A chunk
counts as done when its files have the digests that some journal line names.
"""

import hashlib
import shutil
import tempfile
import warnings
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.codecs import ZstdCodec

from gatesweep.engine.solvers.protocol import Status
from gatesweep.experiment import Experiment
from gatesweep.grids.plan import Chunk, plan
from gatesweep.results import schema
from gatesweep.store import journal

__all__ = ["DIVERGED", "PENDING", "STORE_VERSION", "Receipt", "Store", "digest"]

STORE_VERSION = 1
PENDING = -1
"""`status` of a model that is not computed yet."""
DIVERGED = int(Status.diverged)
CODEC = ZstdCodec(level=3, checksum=True)
"""Without the checksum, 199 of 200 flipped bits would come back as wrong numbers."""


@dataclass(frozen=True)
class Receipt:
    """One finished chunk, as the journal keeps it."""

    chunk: int
    models: int
    """Models in the chunk that were fitted for this receipt."""
    missing: int
    """Models in the chunk that are still pending."""
    failed: int
    """Models in the chunk that diverged."""
    seconds: float
    digests: dict[str, str]
    """Digest of the chunk's file of each variable."""


class Store:
    """A store that is there, and is sound as far as its metadata goes (see `gatesweep.store.reading`)."""

    def __init__(self, path: Path, experiment: Experiment) -> None:
        self.path, self.experiment = path, experiment
        self.chunks = plan(experiment)
        self.variables = schema.variables(experiment)
        self._sizes = schema.sizes(experiment)
        lengths = {dim: part.stop - part.start for dim, part in self.chunks[0].region.items()}
        self._chunk_sizes = self._sizes | lengths

    @classmethod
    def create(cls, path: Path, experiment: Experiment, attrs: dict[str, Any]) -> "Store":
        """An empty store; it appears under `path` complete or not at all.

        Args:
            attrs: the dataset's attributes, with `store_version`.

        Raises:
            OSError: the folder cannot be written, or something lies at `path`.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        building.chmod(0o755)
        try:
            cls(building, experiment)._lay_out(attrs)
            building.rename(path)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        return cls(path, experiment)

    def _lay_out(self, attrs: dict[str, Any]) -> None:
        # An array of one number stands for each variable that fitting fills: no memory, however many models.
        empty = {name: np.broadcast_to(np.zeros((), v.dtype), self.shape(name)) for name, v in self.variables.items()}
        frame = schema.to_dataset(self.experiment, empty, "cpu").drop_vars(list(empty)).assign_attrs(attrs)
        # The string type that Zarr v3 specifies; xarray writes NumPy's own otherwise.
        frame = frame.assign_coords({n: c.astype(object) for n, c in frame.coords.items() if c.dtype.kind == "U"})
        encoding = {name: {"compressors": [CODEC]} for name in frame.variables}
        frame.to_zarr(self.path, mode="a", zarr_format=3, consolidated=False, encoding=encoding)
        group = zarr.open_group(self.path, mode="r+")
        for name, variable in self.variables.items():
            group.create_array(
                name,
                shape=self.shape(name),
                chunks=[self._chunk_sizes[dim] for dim in variable.dims],
                dtype=variable.dtype,
                fill_value=_fill_value(variable.dtype),
                compressors=[CODEC],
                dimension_names=variable.dims,
                attributes=variable.attrs,
            )
        with warnings.catch_warnings():
            # With it, xarray opens the store without listing the folder, where the journal lies too.
            warnings.filterwarnings("ignore", "Consolidated metadata")
            zarr.consolidate_metadata(self.path)
        files = [path for path in self.path.rglob("*") if path.is_file()]
        digests = {path.relative_to(self.path).as_posix(): digest(path) for path in files}
        journal.append(self.path / "journal.jsonl", {"frame": digests, "attrs": attrs})

    @cached_property
    def _arrays(self) -> dict[str, zarr.Array]:
        group = zarr.open_group(self.path, mode="r+", use_consolidated=False)
        return {name: group[name].with_config({"write_empty_chunks": True}) for name in self.variables}

    def shape(self, name: str) -> tuple[int, ...]:
        """Lengths of a variable's dimensions."""
        return tuple(self._sizes[dim] for dim in self.variables[name].dims)

    def files(self, chunk: Chunk) -> dict[str, Path]:
        """The one file of each variable that holds this chunk, `status` last."""
        return {name: self.path / name / self._key(chunk, v.dims) for name, v in self.variables.items()}

    def _key(self, chunk: Chunk, dims: tuple[str, ...]) -> str:
        places = [chunk.region[dim].start // self._chunk_sizes[dim] if dim in chunk.region else 0 for dim in dims]
        return "/".join(["c", *map(str, places)])

    def _index(self, chunk: Chunk, name: str) -> tuple[slice, ...]:
        return tuple(chunk.region.get(dim, slice(None)) for dim in self.variables[name].dims)

    def write(self, chunk: Chunk, values: dict[str, np.ndarray]) -> None:
        """All variables of a chunk, `status` last."""
        for name in self.variables:
            self._arrays[name][self._index(chunk, name)] = values[name]

    def read(self, chunk: Chunk, name: str) -> np.ndarray:
        """One variable's values in a chunk; NaN or -1 where nothing is written yet."""
        return np.asarray(self._arrays[name][self._index(chunk, name)])

    def take(self, name: str, places: list[Any]) -> np.ndarray:
        """One variable's values at some indices of each dimension."""
        return np.asarray(self._arrays[name].oindex[tuple(np.asarray(p, dtype=np.intp) for p in places)])

    def blank(self, chunk: Chunk) -> dict[str, np.ndarray]:
        """A chunk of models that are all pending."""
        shapes = {name: [len(range(n)[part]) for n, part in self._parts(chunk, name)] for name in self.variables}
        return {name: np.full(shapes[name], _fill_value(v.dtype), v.dtype) for name, v in self.variables.items()}

    def _parts(self, chunk: Chunk, name: str) -> list[tuple[int, slice]]:
        return list(zip(self.shape(name), self._index(chunk, name), strict=True))

    def forget(self, chunk: Chunk) -> None:
        """Make a chunk pending again."""
        for path in reversed(self.files(chunk).values()):
            path.unlink(missing_ok=True)

    def digests(self, chunk: Chunk) -> dict[str, str]:
        """Digest of each of the chunk's files; left out where the file is missing."""
        return {name: digest(path) for name, path in self.files(chunk).items() if path.exists()}

    def record(self, receipt: Receipt, shard: tuple[int, int] | None = None) -> None:
        """Add a receipt to the journal (each shard keeps its own)."""
        name = "journal.jsonl" if shard is None else "journal-{}-of-{}.jsonl".format(*shard)
        journal.append(self.path / name, asdict(receipt))

    def receipts(self) -> dict[int, list[Receipt]]:
        """What the journals say of each chunk."""
        found: dict[int, list[Receipt]] = {}
        for record in journal.read(self.path):
            if "chunk" in record:
                found.setdefault(record["chunk"], []).append(Receipt(**record))
        return found

    def sound(self, chunks: list[Chunk]) -> dict[int, Receipt]:
        """The receipt of each chunk whose files are as that receipt says."""
        receipts = self.receipts()
        found: dict[int, Receipt] = {}
        for chunk in chunks:
            digests = self.digests(chunk) if chunk.index in receipts else {}
            for receipt in receipts.get(chunk.index, []):
                if receipt.digests == digests:
                    found[chunk.index] = receipt
        return found


def _fill_value(dtype: np.dtype) -> float | int:
    return np.nan if dtype.kind == "f" else PENDING


def digest(path: Path) -> str:
    """BLAKE2b of a file's bytes, 128 bits in hex."""
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
