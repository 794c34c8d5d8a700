"""Every control, word and mark of Lab and Explorer has a sentence behind it, for whoever knows nothing yet."""

import pytest

from tests.ui.conftest import FILLED
from tests.ui.explorer_pages import SOON
from tests.ui.lab_page import unfold

MUTE = """() => {
  const found = new Set(), asks = ["button", "input", "select", "textarea", "combobox", "slider", "switch"]
  const explains = (part) => [...part.classList].some((name) => name.startsWith("explain-"))
  const isExplained = (part) => {
    for (let at = part; at; at = at.parentNode ?? at.host) if (at.classList && explains(at)) return true
    return Boolean(part.querySelector("[class*=explain-]"))
  }
  const look = (root) => {
    for (const part of root.querySelectorAll("*")) {
      if (part.shadowRoot) look(part.shadowRoot)
      const isOne = asks.includes(part.getAttribute("role") ?? part.localName)
        || part.matches(".legend > span, output, .equation, .pinned, .chip, .losses")
      if (!isOne || part.closest("[aria-hidden=true]") || !part.checkVisibility() || isExplained(part)) continue
      if (part.getBoundingClientRect().width) {
        const text = part.ariaLabel || part.labels?.[0]?.textContent || part.textContent
        // An icon is its name; what has none is told by its markup.
        found.add(text.trim().replace(/^[a-z_]+(?=[A-Z])/, "") || part.outerHTML.slice(0, 200))
      }
    }
  }
  look(document.body)
  return [...found].sort()
}"""
"""JavaScript: the texts of what is seen and has no sentence."""
PLAIN = {"Previous", "Next", "Nextchevron_right", "Hint", "Answer", "Reset", "Undo", "Redo", "Clear", "Draw with keys"}
PLAIN |= {"Lab", "Explorer", "Share", "Keys (?)", "Toggle theme", "the wider, the larger the weight"}
"""What says itself what it is."""
OWN = "?source=own&own=0,0,0_0.2,0.6,0_1,1,1_1.2,0.3,1"


@pytest.mark.parametrize(
    "link",
    [
        "?noise_level=0.3&limits=true&cloud=true&pin=1,2,3",
        "?solver=sgd&init=linear&picture=s_curve",
        "?picture=neuron&by_hand=true",
        "?gate=XOR&noise_level=0.1&hidden_units=2&picture=hidden",
        OWN,
    ],
)
def test_nothing_in_the_lab_is_without_a_sentence(open_lab, link):
    page = open_lab(link)
    for fold in ("Training", "By hand"):
        unfold(page, fold)
    assert set(page.evaluate(MUTE)) - PLAIN == set()


def test_nothing_in_the_explorer_is_without_a_sentence(page, app_url):
    visited = page(f"{app_url}?view=explorer&preset=learning_rate&seed_count=2")
    visited.wait_for_function(FILLED, timeout=SOON)
    assert set(visited.evaluate(MUTE)) - PLAIN == set()
