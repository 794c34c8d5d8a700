"""What only the browser can do: keys, the address line with Back and Forward, the clipboard."""

from collections.abc import Callable

import panel as pn
import param
from panel.custom import JSComponent

from gatesweep.app.keys import KEYS

__all__ = ["Bridge"]


class Bridge(JSComponent):
    """Calls `on_key` with the name of a key, `on_search` with the address after Back or Forward.

    `on_dark` is called once on a device that is set to dark.
    """

    keys = param.List(KEYS, item_type=str, doc="Names of the keys that are handed on.")
    search = param.String("", doc="The query that the address line shows, from its question mark.")
    replaces = param.Boolean(False, doc="Whether the next query takes the last one's place in the history.")
    copied = param.String("", doc="Text for the clipboard.")
    copies = param.Integer(0, doc="Counts the requests to copy.")

    _esm = """
    const BUSY = ["input", "textarea", "select"]
    const ROLES = ["listbox", "option", "menuitem", "tab"]
    // What has the focus after a visit keeps its own keys and leaves the others to the page.
    const OWN = {slider: ["ArrowLeft", "ArrowRight", "Home", "End"], combobox: [" ", "Home", "End"]}

    function taken(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true
      for (const node of event.composedPath()) {
        if (!(node instanceof Element)) continue
        const role = node.type === "range" ? "slider" : node.getAttribute("role")
        if (role in OWN && (role === "slider" || node.localName === "div")) {
          if (OWN[role].includes(event.key)) return true
          continue
        }
        if (BUSY.includes(node.localName) && node.type !== "checkbox") return true
        if (ROLES.includes(role) || node.isContentEditable) return true
        if (event.key === " " && (node.localName === "button" || node.type === "checkbox")) return true
      }
      return false
    }

    async function copy(text) {
      try { await navigator.clipboard.writeText(text) } catch {
        // A page that is not on https or localhost has no clipboard; the old way still works there.
        const area = Object.assign(document.createElement("textarea"), {value: text})
        document.body.append(area)
        area.select()
        document.execCommand("copy")
        area.remove()
      }
    }

    export function render({model}) {
      const onkey = (event) => {
        if (!model.keys.includes(event.key) || taken(event)) return
        event.preventDefault()
        model.send_msg({key: event.key})
      }
      if (matchMedia("(prefers-color-scheme: dark)").matches) model.send_msg({dark: true})
      const onpop = () => {
        model.search = location.search
        model.send_msg({search: location.search})
      }
      document.addEventListener("keydown", onkey)
      window.addEventListener("popstate", onpop)
      model.on("search", () => {
        const address = location.pathname + model.search + location.hash
        if (location.search !== model.search) history[model.replaces ? "replaceState" : "pushState"]({}, "", address)
      })
      model.on("copies", () => copy(model.copied.replace("{origin}", location.origin + location.pathname)))
      model.on("remove", () => {
        document.removeEventListener("keydown", onkey)
        window.removeEventListener("popstate", onpop)
      })
      return document.createElement("span")
    }
    """

    def __init__(
        self,
        on_key: Callable[[str], None],
        on_search: Callable[[str], None],
        on_dark: Callable[[], None],
        **params,
    ) -> None:
        super().__init__(**params)
        self._on_key, self._on_search, self._on_dark = on_key, on_search, on_dark

    def _handle_msg(self, data: dict) -> None:
        if isinstance(data.get("key"), str):
            self._on_key(data["key"][:16])
        if data.get("dark") is True:
            # It comes before the page is loaded, and what is changed until then does not reach the browser.
            pn.state.onload(self._on_dark)
        if isinstance(data.get("search"), str):
            self._on_search(data["search"])

    def write(self, query: str, replaces: bool) -> None:
        """Show `query` in the address line, as a step of its own for Back or in the last one's place."""
        self.replaces = replaces  # first, and by itself: the page reads it when the query comes
        self.search = query

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard; {origin} in it becomes the page's address."""
        self.param.update(copied=text, copies=self.copies + 1)
