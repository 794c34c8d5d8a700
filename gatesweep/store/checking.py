"""Every byte of a store against its journal, and the repair of what is damaged."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.grids.plan import Chunk
from gatesweep.paths import local_path
from gatesweep.store import journal, reading
from gatesweep.store.fitting import fit_chunk
from gatesweep.store.layout import Store, digest
from gatesweep.store.lock import hold
from gatesweep.store.session import disk_errors

__all__ = ["Finding", "repair", "verify"]


@dataclass(frozen=True)
class Finding:
    """A chunk, or a file of labels and metadata, that is not as the journal says."""

    place: str
    problem: str
    """damaged, missing, or pending (never finished)."""
    names: tuple[str, ...] = ()
    """The chunk's variables that are concerned."""
    chunk: int | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}" + (f" ({', '.join(self.names)})" if self.names else "")


def verify(path: str | Path) -> list[Finding]:
    """Compare every file of a store with the journal's digests; an empty list says sound and complete.

    Raises:
        InputError: no store is there, or its journal is lost, or its metadata is not gatesweep's.
    """
    folder = local_path(path)
    findings = _frame_findings(folder)
    if any(finding.place.endswith("zarr.json") for finding in findings):
        # Without sound metadata the chunks cannot even be named.
        return findings
    reading.check(folder)
    store = reading.open_for_writing(folder)
    receipts = store.receipts()
    for chunk in store.chunks:
        finding = _chunk_finding(store, chunk, receipts.get(chunk.index, []))
        findings += [finding] if finding else []
    return findings


def _frame(folder: Path) -> dict[str, Any]:
    """The journal's first record: what was written when the store was made."""
    reading.check_folder(folder)
    for record in journal.read(folder):
        if "frame" in record:
            return record
    raise InputError("a store must have its journal", str(folder), "Write it again with gatesweep sweep")


def _frame_findings(folder: Path) -> list[Finding]:
    findings = []
    for name, written in _frame(folder)["frame"].items():
        path = folder / name
        if not path.is_file():
            findings.append(Finding(name, "missing"))
        elif digest(path) != written:
            findings.append(Finding(name, "damaged"))
    return findings


def _chunk_finding(store: Store, chunk: Chunk, receipts: list) -> Finding | None:
    region = store.experiment.grid["seed"][chunk.region["seed"]]
    place = f"chunk {chunk.index} (seeds {region[0]} to {region[-1]})"
    if not receipts:
        return Finding(place, "pending", chunk=chunk.index)
    digests = store.digests(chunk)
    sound = [receipt for receipt in receipts if receipt.digests == digests]
    if sound:
        return Finding(place, "pending", chunk=chunk.index) if sound[-1].missing else None
    missing = tuple(name for name in store.variables if name not in digests)
    damaged = tuple(name for name, found in digests.items() if found != receipts[-1].digests.get(name))
    return Finding(place, "missing" if missing else "damaged", missing or damaged, chunk.index)


def repair(path: str | Path, *, device: Any = "auto") -> int:
    """Write damaged labels and metadata anew, fit damaged and missing chunks again; how many chunks."""
    folder = local_path(path)
    with disk_errors(folder), hold(folder):
        if _frame_findings(folder):
            _restore_frame(folder)
        broken = [f.chunk for f in verify(folder) if f.problem != "pending" and f.chunk is not None]
        store = reading.open_for_writing(folder)
        for index in broken:
            chunk = store.chunks[index]
            store.record(fit_chunk(store, chunk, device))
    return len(broken)


def _restore_frame(folder: Path) -> None:
    """Make an empty store of the same experiment and take over each file that has the digest written then."""
    record = _frame(folder)
    experiment = Experiment.from_dict(json.loads(record["attrs"]["experiment"]))
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        fresh = Store.create(Path(scratch) / folder.name, experiment, record["attrs"]).path
        for source in sorted(fresh.rglob("*")):
            name = source.relative_to(fresh).as_posix()
            if source.is_file() and digest(source) == record["frame"].get(name):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(source, folder / name)
