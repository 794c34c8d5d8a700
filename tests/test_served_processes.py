"""`panel serve` with more than one process: whichever of them is asked, it has every file of the page."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError

import pytest

APPS = Path(__file__).parent.parent / "apps"
SERVE = [sys.executable, *"-m panel serve lab.py --setup each_process.py --num-procs 2 --port 0".split()]
ASKED = 24
"""How often each file is asked for: so many at once are more than one process takes."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    kept = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "start_new_session": True}
    with subprocess.Popen(SERVE, cwd=APPS, **kept) as server:
        yield next(line for line in iter(server.stdout.readline, "") if "http://" in line).split()[-1]
        os.killpg(server.pid, signal.SIGKILL)  # Panel leaves its other processes running.


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


def test_every_process_has_the_scripts_of_a_page_that_another_has_made(url: str) -> None:
    with urllib.request.urlopen(url) as answer:
        page = answer.read().decode()
    files = set(re.findall(r"static/extensions/panel-material-ui/[\w.-]+", page))
    assert len(files) >= 2
    with ThreadPoolExecutor(ASKED) as pool:
        for file in files:
            found = list(pool.map(status, [f"{url.rpartition('/')[0]}/{file}"] * ASKED))
            assert found == [200] * ASKED, file
