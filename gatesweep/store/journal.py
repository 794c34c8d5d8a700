"""The journal of a store: one JSON line for each finished chunk, safe against a kill in mid-line."""

import json
import os
import zlib
from pathlib import Path
from typing import Any

__all__ = ["append", "read"]


def _line(record: dict[str, Any]) -> bytes:
    body = json.dumps(record, sort_keys=True)
    return json.dumps(record | {"crc": zlib.crc32(body.encode())}, sort_keys=True).encode() + b"\n"


def _record(line: bytes) -> dict[str, Any] | None:
    """The record of a line without its checksum, None if the line is torn or damaged."""
    try:
        record = json.loads(line)
        crc = record.pop("crc")
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return record if zlib.crc32(json.dumps(record, sort_keys=True).encode()) == crc else None


def read(folder: Path) -> list[dict[str, Any]]:
    """All sound records of all journals of a store; damaged lines are as if never written."""
    lines = [line for path in sorted(folder.glob("journal*.jsonl")) for line in path.read_bytes().splitlines()]
    return [record for line in lines if (record := _record(line)) is not None]


def append(path: Path, record: dict[str, Any]) -> None:
    """Add a record and return once it is on the disk; a torn last line is cut off first."""
    with open(path, "a+b") as file:
        _heal(file)
        file.write(_line(record))
        file.flush()
        os.fsync(file.fileno())


def _heal(file: Any) -> None:
    end = file.seek(0, os.SEEK_END)
    if not end:
        return
    file.seek(end - 1)
    if file.read(1) != b"\n":
        # Else the next record would be glued to the torn one and lost with it.
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
