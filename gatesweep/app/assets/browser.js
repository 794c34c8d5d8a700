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

// A drop-down of panel-material-ui opens by a click alone: its Select is told when to open, and has no onOpen for keys
// (not reported upstream).
function openMenu(event) {
  const [target] = event.composedPath()
  if (target.role !== "combobox" || target.localName !== "div" || target.ariaExpanded === "true") return
  if (!["Enter", " ", "ArrowDown", "ArrowUp"].includes(event.key)) return
  event.preventDefault()
  target.click()
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

// A page that has lost its connection goes on in its session where the server still has it, and comes back from its
// link where not: after a restart, or when nobody has looked at it for long.
async function comeBack(lost) {
  const {id} = lost.connection.deref() ?? {}
  for (let pause = 500; ; pause = Math.min(2 * pause, 8000)) {
    await new Promise((go) => setTimeout(go, pause * (0.5 + Math.random())))
    if (document.hidden) continue
    const answer = await fetch(`alive/${id}`, {cache: "no-store"}).catch(() => null)
    if (answer?.status === 404) return location.reload()
    if (answer?.ok) return lost.reconnect()
  }
}

export function render({model, view}) {
  let isLost = false
  view.model.document?.on_event("connection_lost", async (_, lost) => {
    if (isLost) return
    isLost = true
    await comeBack(lost)
    isLost = false
  })
  const onkey = (event) => {
    openMenu(event)
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
