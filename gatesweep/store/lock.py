"""One run on a store at a time; the shards of one run work side by side."""

import json
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from gatesweep.errors import InputError

__all__ = ["Lease", "hold"]

PEEK_SECONDS = 2
"""How long a shard waits for another that looks at the whole run's lock as it starts."""


@dataclass(frozen=True)
class Lease:
    """Who holds a store, as a note beside the lock: readable by every machine that sees the folder."""

    path: Path
    text: str

    def is_lost(self) -> bool:
        """Whether the run that got this lease has ended, or another one has followed it."""
        try:
            return self.path.read_text() != self.text
        except OSError:
            return True


@contextmanager
def hold(folder: Path, shard: tuple[int, int] | None = None) -> Iterator[Lease]:
    """Hold a store: alone, or with `shard` beside the other shards of the same run.

    The operating system drops a lock when its process ends, however it ends: no lock goes stale.
    """
    whole = folder / "run.lock"
    with ExitStack() as held:
        if shard is None:
            lease = held.enter_context(_locked(whole))
            for path in sorted(folder.glob("shard-*.lock")):
                held.enter_context(_locked(path))
        else:
            lease = held.enter_context(_locked(folder / "shard-{}-of-{}.lock".format(*shard)))
            with _locked(whole, PEEK_SECONDS):
                pass
        yield lease


@contextmanager
def _locked(path: Path, timeout: float = 0) -> Iterator[Lease]:
    # Windows lets nobody else read a locked file, so the name of its holder lies beside it.
    note = path.with_suffix(".holder")
    try:
        lock = FileLock(path).acquire(timeout=timeout)
    except Timeout as error:
        rule = "only one run may work on a store at a time"
        raise InputError(rule, _holder(note), "Wait for it or stop it") from error
    with lock:
        who = {"pid": os.getpid(), "host": socket.gethostname(), "since": f"{datetime.now():%F %T}"}
        lease = Lease(note, json.dumps(who | {"run": uuid.uuid4().hex}))
        note.write_text(lease.text)
        try:
            yield lease
        finally:
            note.unlink(missing_ok=True)


def _holder(note: Path) -> str:
    try:
        return "process {pid} on {host}, running since {since}".format(**json.loads(note.read_text()))
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
