"""Where files are read and written: this machine's folders, whichever way a path is spelled."""

import os
import re
from pathlib import Path
from types import ModuleType
from urllib.request import url2pathname

from gatesweep.errors import InputError

__all__ = ["local_path", "parquet_for"]

# Path("s3://runs/a.zarr") has lost one slash, and is meant all the same. One letter is a drive of Windows.
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:[/:]", re.IGNORECASE)
FILE = re.compile(r"file:(?://(?:localhost)?)?(/(?!/).*)", re.IGNORECASE)


def local_path(path: str | os.PathLike[str]) -> Path:
    """The path that `path` names: `~` is the home folder, and file://localhost/folder is /folder.

    Raises:
        InputError: an address of another kind (s3://, https://, memory://): a store is safe against a kill
            because its folder renames, locks and syncs files, which object stores do not.
    """
    try:
        text = os.fspath(path)
    except TypeError as error:
        raise InputError("a path must be text or a pathlib.Path", path, "Try sweep.zarr") from error
    if not isinstance(text, str) or "\0" in text:
        raise InputError("a path must be text that can name a file", text, "Try sweep.zarr")
    if ADDRESS.match(text):
        file = FILE.fullmatch(text)
        if file is None:
            remedy = "Write to a folder, and copy the result there; a mounted or synchronised folder is one"
            raise InputError("a path must lead to a folder of this machine", text, remedy)
        text = url2pathname(file[1])
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise InputError("~ must stand for a home folder", text, "Write the folder's name in full") from error


def parquet_for(path: Path) -> ModuleType:
    """The module pyarrow.parquet, which reads and writes `path`; InputError where it is not installed."""
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(
            "a .parquet file needs the package pyarrow", str(path), "pip install pyarrow, or take .csv"
        ) from error
    return pyarrow.parquet
