"""Where a table comes from: a frame, a CSV file or a Parquet file, read some rows at a time.

A file may come from anyone. Its text is looked through before it is parsed, so what no table is ends in one
error: binary files, other encodings, lines without an end, more columns than a table has.
"""

import codecs
import csv
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

from gatesweep.errors import InputError
from gatesweep.paths import local_path, parquet_for

__all__ = ["MISSING", "Source", "as_source", "read_parquet_with"]

MAX_COLUMNS = 10_000
MAX_LINE = 1_000_000
"""Bytes of a line of a CSV file at most."""
MAX_ROW_GROUP = 2_000_000_000
"""Bytes of the wanted columns of one row group of a Parquet file, unpacked, at most."""
BLOCK = 1 << 20
SAVE = "Save it as CSV UTF-8"
SAMPLE_LINES = 200
"""So many lines tell how a CSV file separates its columns, and whether it writes decimals with a comma."""
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A")
"""What stands for a missing number in a CSV file; in a column of text only the empty cell does."""
FLOAT_PRECISION: Literal["round_trip"] | None = (
    "round_trip" if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1) else None
)
"""Until 3.1 pandas misread the last digit of one number in three; since then it reads right and warns of this
argument (pandas pull request 64666)."""
ENCODINGS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Source(Protocol):
    """A table, read some rows at a time."""

    @property
    def columns(self) -> list[str]:
        """Their names, all different"""

    @property
    def n_rows(self) -> int:
        """Rows, at most"""

    def frames(self, columns: Sequence[str], as_text: Sequence[str], step: int) -> Iterator[pd.DataFrame]:
        """These columns, `step` rows at a time; those in `as_text` as the text that stands there."""


def as_source(data: "pd.DataFrame | Mapping[str, Any] | str | Path") -> Source:
    """The table that the caller means: a frame, a dict of columns, or the path of a .csv or .parquet file."""
    if isinstance(data, str | Path):
        path = local_path(data)
        if not path.is_file():
            raise InputError("a table must be a file that is there", str(data), "Check the path")
        suffix = path.suffix.lower()
        if suffix in (".csv", ".tsv", ".txt"):
            return CsvFile.of(path)
        if suffix in (".parquet", ".pq"):
            return ParquetTable(path)
        raise InputError("a table must be a .csv or .parquet file", path.name, "Convert it")
    try:
        frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
    except (TypeError, ValueError) as error:
        rule = f"a table must be a pandas DataFrame, a dict of columns or a path ({error})"
        raise InputError(rule, type(data).__name__, "Convert it") from error
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    _check_columns(list(frame.columns))
    return Frame(frame)


def _check_columns(columns: list[str]) -> None:
    if not 2 <= len(columns) <= MAX_COLUMNS:
        raise InputError(f"a table must have 2 to {MAX_COLUMNS:,} columns", len(columns), "Leave out what is not used")
    if twice := [name for name, count in Counter(columns).items() if count > 1]:
        raise InputError("the columns of a table must have different names", twice[0], "Rename one of them")


@dataclass(frozen=True)
class Frame:
    """A frame in memory."""

    frame: pd.DataFrame

    @property
    def columns(self) -> list[str]:
        return list(self.frame.columns)

    @property
    def n_rows(self) -> int:
        return len(self.frame)

    def frames(self, columns: Sequence[str], as_text: Sequence[str], step: int) -> Iterator[pd.DataFrame]:
        for first in range(0, len(self.frame), step):
            yield self.frame[list(columns)].iloc[first : first + step]


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file. What it unpacks to is looked up before it is unpacked."""

    path: Path

    def _open(self, as_text: Sequence[str] = ()) -> Any:
        # A dictionary keeps one copy of a long text, however many rows it stands in.
        return read_parquet_with(self.path, lambda parquet: parquet.ParquetFile(self.path, read_dictionary=[*as_text]))

    @property
    def columns(self) -> list[str]:
        with self._open() as file:
            names = list(file.schema_arrow.names)
        _check_columns(names)
        return names

    @property
    def n_rows(self) -> int:
        with self._open() as file:
            return file.metadata.num_rows

    @property
    def record(self) -> Any:
        """What `pandas` keeps as the frame's attribute "table", of a file that it wrote; None of others."""
        with self._open() as file:
            try:
                return file.schema_arrow.pandas_metadata["attributes"]["table"]
            except (TypeError, KeyError, ValueError, RecursionError):
                return None

    def frames(self, columns: Sequence[str], as_text: Sequence[str], step: int) -> Iterator[pd.DataFrame]:
        with self._open(as_text) as file:
            for i in range(file.metadata.num_row_groups):
                group = file.metadata.row_group(i)
                chunks = [group.column(j) for j in range(group.num_columns)]
                size = sum(c.total_uncompressed_size for c in chunks if c.path_in_schema.split(".")[0] in columns)
                if size > MAX_ROW_GROUP:
                    rule = f"a row group of a Parquet file must unpack to {MAX_ROW_GROUP / 1e9:g} GB at most"
                    raise InputError(rule, f"{size / 1e9:.1f} GB", "Write it with smaller row groups")
            batches = file.iter_batches(batch_size=step, columns=list(columns))
            while (batch := read_parquet_with(self.path, lambda _: next(batches, None))) is not None:
                yield batch.to_pandas()


def read_parquet_with(path: Path, read: Any) -> Any:
    """read(pyarrow.parquet), its errors said as ours."""
    parquet = parquet_for(path)
    import pyarrow

    try:
        return read(parquet)
    except (pyarrow.ArrowException, OSError, MemoryError) as error:
        problem = str(error).splitlines()[0][:200]
        raise InputError(
            f"{path.name} must be a sound Parquet file ({problem})", path.name, "Write it again"
        ) from error


@dataclass(frozen=True)
class CsvFile:
    """A text file of rows: with commas, semicolons or tabs, decimal points or commas, with or without a header."""

    path: Path
    encoding: str
    n_rows: int
    separator: str
    decimal: str
    header: bool
    columns: list[str] = field(repr=False)

    @classmethod
    def of(cls, path: Path) -> "CsvFile":
        encoding, n_lines, first = _looked_through(path)
        lines = [line for line in first if line.strip()][:SAMPLE_LINES]
        if not lines:
            raise InputError("a CSV file must hold rows", f"{path.name} is empty", "Check the file")
        separator = max(",;\t", key=lambda sign: _outside_quotes(lines[0]).count(sign))
        try:
            cells = [row for row in csv.reader(lines, delimiter=separator) if row]
        except csv.Error as error:
            raise InputError(f"a CSV file must be one ({error})", path.name, "Save it again as CSV UTF-8") from error
        inner = [cell.strip() for row in cells[1:] for cell in row]
        comma = separator != "," and any(re.fullmatch(r"[+-]?\d*,\d+", cell) for cell in inner)
        decimal = "," if comma and not any(re.fullmatch(r"[+-]?\d*\.\d+", cell) for cell in inner) else "."
        header = not all(_is_number(cell.replace(decimal, ".")) for cell in cells[0])
        names = [name.strip() for name in cells[0]] if header else [""] * len(cells[0])
        names = [name or f"column{i}" for i, name in enumerate(names, 1)]
        _check_columns(names)
        return cls(path, encoding, n_lines, separator, decimal, header, names)

    def frames(self, columns: Sequence[str], as_text: Sequence[str], step: int) -> Iterator[pd.DataFrame]:
        missing = {name: [""] if name in as_text else list(MISSING) for name in columns}
        with warnings.catch_warnings(), self.path.open(encoding=self.encoding, newline="") as text:
            # pandas only warns of a first row that is longer than the header; and it looks at the length of no
            # row where it is told which columns to use, so it is not.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            try:
                reader = pd.read_csv(
                    text,
                    sep=self.separator,
                    decimal=self.decimal,
                    header=0 if self.header else None,
                    names=self.columns,
                    index_col=False,
                    dtype=dict.fromkeys(as_text, str),
                    na_values=missing,
                    keep_default_na=False,
                    chunksize=step,
                    low_memory=False,
                    skipinitialspace=True,
                    float_precision=FLOAT_PRECISION,
                )
                for frame in reader:
                    yield frame[list(columns)]
            except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
                rule = f"the rows of a CSV file must have as many cells as its first one ({str(error).strip()[:160]})"
                raise InputError(rule, self.path.name, "Look at that line, and at its quotes") from error


def _looked_through(path: Path) -> tuple[str, int, list[str]]:
    """Encoding, number of line ends, and the first lines of a text file whose every byte was seen."""
    with path.open("rb") as file:
        block = file.read(BLOCK)
        encoding = next((name for mark, name in ENCODINGS.items() if block.startswith(mark)), "utf-8")
        decoder = codecs.getincrementaldecoder(encoding)()
        n_lines, begun, head = 1, 0, ""
        while True:
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                rule = "a CSV file must be in UTF-8 (or UTF-16 with its mark)"
                raise InputError(rule, f"{path.name}, near line {n_lines}", SAVE) from error
            lines = _lines(text)
            lengths = [len(line) for line in lines]
            lengths[0] += begun
            if "\0" in text:
                line = n_lines + len(_lines(text[: text.index("\0")])) - 1
                raise InputError("a CSV file must be text, without NUL bytes", f"{path.name}, line {line}", SAVE)
            if max(lengths) > MAX_LINE:
                line = n_lines + int(np.argmax(lengths))
                rule = f"a line of a CSV file must have {MAX_LINE:,} characters at most"
                raise InputError(rule, f"{path.name}, line {line}", "Check that the file is a table")
            n_lines, begun, head = n_lines + len(lines) - 1, lengths[-1], head or text
            if not block:
                return encoding, n_lines, _lines(head)
            block = file.read(BLOCK)


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
