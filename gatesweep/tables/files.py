"""The models of a table on disk: whole datasets, or tables of coefficients that are written part by part."""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import xarray as xr

from gatesweep.errors import InputError
from gatesweep.paths import local_path, parquet_for
from gatesweep.tables.sources import read_parquet_with

__all__ = ["DATASETS", "TABLES", "TableWriter", "building", "out_path", "save_dataset"]

TABLES = (".csv", ".parquet")
"""What holds a row for each coefficient, and can be written part by part."""
DATASETS = (".nc", ".zarr")
"""What holds a whole dataset, replicates and folds included."""
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run as a formula."""


def out_path(path: str | Path, overwrite: bool) -> Path:
    """The path to write to, checked before anything is fitted."""
    path = local_path(path)
    if path.suffix.lower() not in (*TABLES, *DATASETS):
        rule = f"models of a table are written to {', '.join((*TABLES, *DATASETS))}"
        raise InputError(rule, path.name, "Try coefficients.parquet")
    if path.exists() and not overwrite:
        remedy = "Ask for it (overwrite=True, --overwrite), or write to another path"
        raise InputError("a fit must not replace a file unasked", str(path), remedy)
    if not path.parent.is_dir():
        raise InputError("a fit must write to a folder that is there", str(path.parent), "Make the folder")
    if path.suffix.lower() == ".parquet":
        parquet_for(path)
    return path


@contextmanager
def building(path: Path) -> Iterator[Path]:
    """A path beside `path` that takes its place if all goes well, and is nowhere if it does not."""
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.building{path.suffix}")
    try:
        yield temporary
        _remove(path)  # A folder does not take another's place.
        temporary.replace(path)
    except OSError as error:
        rule = f"the output path must be writable ({error.strerror or error})"
        raise InputError(rule, str(path), "Write to another path") from error
    finally:
        _remove(temporary)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def save_dataset(dataset: xr.Dataset, path: Path) -> None:
    """Write a dataset as .nc or .zarr."""
    with building(path) as temporary:
        if path.suffix.lower() == ".nc":
            dataset.to_netcdf(temporary, engine="h5netcdf")
        else:
            with warnings.catch_warnings():
                # With it, the whole store is checked before any of it is opened.
                warnings.filterwarnings("ignore", "Consolidated metadata")
                dataset.to_zarr(temporary, zarr_format=3, consolidated=True)


class TableWriter:
    """Writes frames one after the other into one .csv or .parquet file that is there only when all are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._context = building(path)
        self._file: Any = None

    def __enter__(self) -> Self:
        self._temporary = self._context.__enter__()
        return self

    def append(self, frame: pd.DataFrame) -> None:
        """The next rows; all frames must have the same columns."""
        frame = frame.assign(status=frame["status"].astype(str))
        if self.path.suffix.lower() == ".parquet":
            self._append_parquet(frame)
            return
        if self._file is None:
            self._file = self._temporary.open("w", encoding="utf-8", newline="")
        _harmless(frame).to_csv(self._file, index=False, header=self._file.tell() == 0)

    def _append_parquet(self, frame: pd.DataFrame) -> None:
        import pyarrow

        table = pyarrow.Table.from_pandas(frame, preserve_index=False)
        if self._file is None:
            self._file = read_parquet_with(
                self.path, lambda parquet: parquet.ParquetWriter(self._temporary, table.schema)
            )
        self._file.write_table(table.cast(self._file.schema))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if self._file is not None:
            self._file.close()
        return self._context.__exit__(kind, error, trace)


def _harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Text that a spreadsheet would run as a formula, behind an apostrophe."""

    def quoted(value: Any) -> Any:
        return "'" + value if isinstance(value, str) and value.startswith(RISKY) else value

    texts = [name for name in ("group", "coefficient") if name in frame and frame[name].dtype.kind not in "biufM"]
    return frame.assign(**{name: frame[name].map(quoted) for name in texts})
