"""Memory of the server while visitors come and go: `python -m benchmarks.session_memory [visitors]`.

Each visitor opens the Lab, moves a slider, looks at the Explorer and leaves. A server that forgets its
visitors levels off; one that does not grows by the same amount with each.
"""

import gc
import sys
import time

import psutil

from benchmarks.served import chromium, served, view

FORGET = 20
"""Seconds after which Bokeh has dropped a session that nobody looks at."""


def main(visitors: int = 50) -> None:
    """Print the resident memory after every tenth visitor."""
    with served() as (url, process), chromium() as browser:
        server = psutil.Process(process)

        def note(count: int) -> None:
            print(f"after {count:3d} visitors: {server.memory_info().rss / 1e6:5.0f} MB", flush=True)

        note(0)
        for count in range(1, visitors + 1):
            page = view(browser, url)
            page.get_by_role("slider", name="Noise level", exact=True).press("ArrowRight")
            page.get_by_role("button", name="Explorer", exact=True).click()
            page.get_by_text("trained in").wait_for()
            page.close()
            gc.collect()
            if count % 10 == 0:
                time.sleep(FORGET)
                note(count)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
