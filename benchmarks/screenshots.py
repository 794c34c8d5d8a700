"""Every lesson and every comparison as a picture, light and dark, on three screens: `python -m benchmarks.screenshots`.

To be looked at before a release; the README shows some of them. A name (`--only xor`) takes part of them.
"""

import argparse
from itertools import product
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.served import IDLE, chromium, served
from gatesweep.lessons import COMPARISONS, LESSONS

LONGEST = """() => {
  const inside = (node) => [...node.children].flatMap((child) => [child, ...inside(child.shadowRoot ?? child)])
  return Math.max(...inside(document.body).map((element) => element.scrollHeight))
}"""
SIZES = {"wide": (1400, 900), "hall": (1920, 1080), "phone": (390, 844)}
MODES = ("light", "dark")


def pictures() -> dict[str, str]:
    """Query by name."""
    lessons = {f"lesson-{i}": f"?lesson={i}" for i in range(1, len(LESSONS) + 1)}
    return {"lab": ""} | lessons | {f"explorer-{name}": f"?view=explorer&preset={name}" for name in COMPARISONS}


def settle(page: Page, is_explorer: bool) -> None:
    """Wait until the page has all that it will show."""
    page.wait_for_function(IDLE)
    if is_explorer:
        page.get_by_text("trained in").wait_for()
    page.wait_for_timeout(2500)


def take(page: Page, path: Path, is_dark: bool, is_phone: bool) -> None:
    """One picture; a phone's page in its whole length."""
    if is_dark:
        page.keyboard.press("d")
        page.wait_for_timeout(1500)
    if is_phone:
        page.set_viewport_size({"width": SIZES["phone"][0], "height": min(4000, page.evaluate(LONGEST) + 60)})
        page.wait_for_timeout(1500)
    page.screenshot(path=path)


def main() -> None:
    """Serve, open, photograph."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path, help="where the pictures go")
    arguments.add_argument("--only", default="", help="a part of a name: lesson-3, explorer, dark, phone")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with served() as (url, _), chromium() as browser:
        for (name, query), mode, (size, (width, height)) in product(pictures().items(), MODES, SIZES.items()):
            path = given.folder / f"{name}-{mode}-{size}.png"
            if given.only not in path.name:
                continue
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(url + query)
            settle(page, "explorer" in name)
            take(page, path, mode == "dark", size == "phone")
            page.close()
            print(path, flush=True)


if __name__ == "__main__":
    main()
