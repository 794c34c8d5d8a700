// One sentence beside what is pointed at, has the focus or is tapped; for explain.py.
//
// The page is listened to for pointermove and keyup: of pointerover and focusin, which say where one comes from, those
// within one shadow root do not leave it.

const MARK = "explain-", DELAY = 500, GAP = 6, STILL = 8
// Milliseconds that the pointer rests, or a finger; pixels between the tip and its place, and that a finger may move.

export function render({model}) {
  const root = document.createElement("div")
  root.innerHTML = "<div popover=manual role=tooltip></div><div class=spoken role=status></div>"
  const [tip, spoken] = root.children
  let over = null, timer = null, down = null

  const find = (event) => {
    const path = event.composedPath()
    if (!path.includes(root.getRootNode().host?.getRootNode())) return null
    for (const node of path) {
      if (!(node instanceof Element)) continue
      const name = [...node.classList].find((name) => name.startsWith(MARK))?.slice(MARK.length)
      if (name in model.sentences) return {node, sentence: model.sentences[name]}
    }
    return null
  }
  const hide = () => {
    clearTimeout(timer)
    if (tip.matches(":popover-open")) tip.hidePopover()
  }
  const show = ({node, sentence}) => {
    hide()
    const place = node.getBoundingClientRect()
    if (!place.width) return
    tip.textContent = sentence
    tip.showPopover()
    const {width, height} = tip.getBoundingClientRect(), under = place.bottom + GAP
    const fits = under + height < innerHeight || place.top < height + GAP
    tip.style.left = `${Math.max(GAP, Math.min(place.left, innerWidth - width - GAP))}px`
    tip.style.top = `${fits ? under : place.top - height - GAP}px`
  }
  const later = (found) => { timer = setTimeout(show, DELAY, found) }

  const listen = {
    pointermove(event) {
      if (event.pointerType === "touch") {
        if (down && Math.hypot(event.clientX - down.x, event.clientY - down.y) > STILL) hide()
        return
      }
      const found = event.buttons ? null : find(event)
      if (found?.node === over) return
      over = found?.node ?? null
      hide()
      if (found) later(found)
    },
    pointerdown(event) {
      hide()
      down = event.pointerType === "touch" ? {x: event.clientX, y: event.clientY} : null
      const found = down && find(event)
      if (found) later(found)
    },
    click(event) {
      clearTimeout(timer)
      const found = down && find(event)
      if (found?.node.matches(".explained")) show(found)
    },
    keydown: hide,
    keyup(event) {
      if (event.key !== "Tab") return
      const found = find(event)
      if (!found) return
      show(found)
      spoken.textContent = found.sentence
    },
    pointercancel: hide,
    wheel: hide,
  }
  for (const [name, act] of Object.entries(listen)) document.addEventListener(name, act, true)
  model.on("remove", () => {
    clearTimeout(timer)
    for (const [name, act] of Object.entries(listen)) document.removeEventListener(name, act, true)
  })
  return root
}
