"""`gatesweep serve` hands out the page that needs no server, at the cost of a file."""

import gzip
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest

from gatesweep.page.export import render
from gatesweep.page.offline import LINK

COMMAND = [sys.executable, "-c", "from gatesweep.cli import main; main()", "serve", "--port", "0", "--no-show"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found
        yield found.group()
        server.terminate()


def shape(page: str) -> str:
    """The page without the ids that Bokeh draws anew for each."""
    return re.sub(r"p\d{4,}|[0-9a-f]{8}-[0-9a-f-]{27}", "id", page)


def test_the_page_is_the_one_that_export_writes(url: str) -> None:
    with urllib.request.urlopen(url + "page?gate=XOR") as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers.get_content_type() == "text/html"
        assert shape(answer.read().decode()) == shape(render([], LINK))


def test_what_makes_it_installable_is_served_beside_it(url: str) -> None:
    with urllib.request.urlopen(url + "page.webmanifest") as answer:
        manifest = json.loads(answer.read())
    assert manifest["start_url"] == manifest["scope"] == "page"
    for path, kind in ((manifest["icons"][0]["src"], "image/svg+xml"), ("page-worker.js", "text/javascript")):
        with urllib.request.urlopen(url + path) as answer:
            assert answer.headers.get_content_type() == kind


def test_a_page_that_is_a_file_offers_no_installing() -> None:
    assert LINK not in render([])


def test_who_takes_gzip_gets_a_third(url: str) -> None:
    asked = urllib.request.Request(url + "page", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        packed = answer.read()
    assert len(packed) < 600_000
    assert gzip.decompress(packed).startswith(b"<!doctype html>")
