"""What axe finds on a page, once nothing on it fades or slides any more."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

STILL = """async () => {
  const frame = () => new Promise(requestAnimationFrame)
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap(
    (part) => (part.shadowRoot ? roots(part.shadowRoot) : []))]
  const moving = (one) => one.playState === "running" && one.effect.getComputedTiming().endTime < Infinity
  // What has just been opened begins to fade in at the next frame.
  for (let still = 0; still < 3; await frame()) {
    still = roots(document).some((root) => root.getAnimations().some(moving)) ? 0 : still + 1
  }
}"""
"""JavaScript: done when three frames in a row show no transition under way."""


def barriers(page: Page) -> list[str]:
    """The rules that the page breaks, each with a node that does. A dialog half faded in has other colours."""
    page.evaluate(STILL)
    broken = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in broken for node in rule["nodes"]]
