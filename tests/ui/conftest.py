"""A served app for the browser tests, in a process of its own as a visitor would find it."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

SERVE = "from gatesweep.app.serve import serve; serve(None, 0, '127.0.0.1', False)"


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """Address of a running `gatesweep serve`."""
    process = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the server printed {line!r}"
        yield found.group()
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()
