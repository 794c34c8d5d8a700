"""A class opens the page for students while others use the app: `python -m benchmarks.page_load`.

One `gatesweep serve`; Lab visitors move a slider, first alone, then while 1,000 clients fetch /page at once. Server
and clients share this machine's processors, so that the time of the fetches is an upper bound.
"""

import argparse
import asyncio
import threading
import time
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Page
from tornado.httpclient import AsyncHTTPClient
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from benchmarks.lab_latency import moves
from benchmarks.served import chromium, report, served, view

PARALLEL = 200
"""Connections at a time: what a wireless network lets through at most."""
MOVES = 12


async def fetch(url: str, clients: int) -> list[float]:
    """Seconds from the start until each client has the whole page."""
    AsyncHTTPClient.configure(SimpleAsyncHTTPClient, max_clients=PARALLEL)
    client, begun, taken = AsyncHTTPClient(force_instance=True), time.perf_counter(), []

    async def one() -> None:
        # As it travels: unpacking is the students' own machines' work.
        answer = await client.fetch(url, headers={"Accept-Encoding": "gzip"}, decompress_response=False,
                                    request_timeout=120, connect_timeout=120)  # fmt: skip
        assert answer.code == 200 and len(answer.body) > 100_000
        taken.append(time.perf_counter() - begun)

    await asyncio.gather(*(one() for _ in range(clients)))
    client.close()
    return taken


def latencies(pages: list[Page], name: str) -> None:
    """A few moves of every visitor's slider, one visitor after the other."""
    report(name, [time for page in pages for time in moves(page, "Noise level", MOVES // 3)])


def main() -> None:
    """Serve, visit, fetch, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--clients", type=int, default=1000, help="who fetch the page (default 1000)")
    arguments.add_argument("--visitors", type=int, default=3, help="who use the Lab meanwhile (default 3)")
    given = arguments.parse_args()
    with served() as (url, _), chromium() as browser:
        host = urlsplit(url)
        page_url = f"http://127.0.0.1:{host.port}/page"
        asyncio.run(fetch(page_url, 1))
        pages = [view(browser, url) for _ in range(given.visitors)]
        latencies(pages, "Lab visitors alone")
        crowd = asyncio.new_event_loop()
        taken: list[float] = []
        thread = threading.Thread(target=lambda: taken.extend(crowd.run_until_complete(fetch(page_url, given.clients))))
        thread.start()
        latencies(pages, f"Lab visitors while {given.clients:,} fetch the page")
        thread.join()
        print(f"{given.clients:,} clients have the page: half after {np.median(taken):.1f} s, all {max(taken):.1f} s")


if __name__ == "__main__":
    main()
