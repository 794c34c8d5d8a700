// Keys, the address line with its history, the clipboard, files, the whole screen and the device's own colours,
// for browser.py; beside save.js.

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
  let move = 0
  const onpop = () => model.send_msg({query: location.search, move: ++move})
  document.addEventListener("keydown", onkey)
  window.addEventListener("popstate", onpop)
  model.on("line", () => {
    const {query, replaces, move: known} = model.line
    if (known < move || location.search === query) return
    history[replaces ? "replaceState" : "pushState"]({}, "", location.pathname + query + location.hash)
  })
  model.on("files", () => {
    const {name, text, figure, kind, font} = model.file
    if (figure) save([kind, name, figure, font])
    else download(new Blob([text]), name)
  })
  model.on("whole", () => {
    if (document.fullscreenElement) document.exitFullscreen()
    else document.documentElement.requestFullscreen?.().catch(() => {})
  })
  model.on("copies", () => copy(model.copied.replace("{origin}", location.origin + location.pathname)))
  model.on("remove", () => {
    document.removeEventListener("keydown", onkey)
    window.removeEventListener("popstate", onpop)
  })
  return document.createElement("span")
}
