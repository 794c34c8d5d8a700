// Taps on pictures, as looks at what is there; for finger.py.

export function render({model}) {
  let isUsed = false, looked = null
  const look = (kind, clientX, clientY) => looked.dispatchEvent(new PointerEvent(kind, {
    clientX, clientY, pointerType: "mouse", isPrimary: true, bubbles: true, composed: true}))

  const onpress = (event) => {
    if (looked && !event.composedPath().includes(looked)) {
      look("pointerout", event.clientX, event.clientY)
      looked = null
    }
    if (isUsed === (event.pointerType === "touch")) return
    isUsed = !isUsed
    model.send_msg({is_used: isUsed})
  }
  const onclick = (event) => {
    const path = event.composedPath()
    if (!isUsed || !path.some((node) => node.classList?.contains("bk-Canvas"))) return
    looked = path[0]
    // Bokeh takes the first move as an arrival, the second one as a look.
    look("pointermove", event.clientX - 1, event.clientY)
    look("pointermove", event.clientX, event.clientY)
  }
  document.addEventListener("pointerdown", onpress, true)
  document.addEventListener("click", onclick)
  model.on("remove", () => {
    document.removeEventListener("pointerdown", onpress, true)
    document.removeEventListener("click", onclick)
  })
  return document.createElement("span")
}
