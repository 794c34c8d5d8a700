// The two grips of the line that is set by hand: whoever holds one knows better where it is. For pointer.py.
//
// A finger that touches a grip drags it, one beside them scrolls the page. While a tool for dragging is on, BokehJS keeps
// every touch for itself, and goes on to when it is off again (touch-action in PlotView._update_touch_action; not
// reported upstream): here all may scroll but what begins on a grip, or on a plane that is drawn on.

const REACH = 24, ALL_SCROLL = new CSSStyleSheet()
ALL_SCROLL.replaceSync(".bk-events { touch-action: pan-y pinch-zoom !important }")

export function render({model}) {
  const hand = model.document.get_model_by_id(model.source), figure = model.document.get_model_by_id(model.figure)
  let isHeld = false
  const ask = numbered(model, ({x1, x2}) => {
    // The server needs no word of where it has put them itself.
    if (!isHeld) hand.setv({data: {x1, x2}}, {sync: false})
  })
  const follow = () => {
    if (hand.data.x1.length) ask({x1: Array.from(hand.data.x1), x2: Array.from(hand.data.x2)})
  }
  figure.on_event("panstart", () => { isHeld = true })
  figure.on_event("pan", follow)
  figure.on_event("panend", () => {
    isHeld = false
    follow()
  })

  let canvas = null
  const isTaken = ({clientX, clientY}) => {
    const {x1, x2} = hand.data, view = canvas.plot_views[0], box = canvas.el.getBoundingClientRect()
    if (!x1.length) return figure.toolbar.active_drag !== null
    const {x_scale, y_scale} = view.frame
    return Array.from(x1).some((x, i) => Math.hypot(
      box.x + x_scale.compute(x) - clientX, box.y + y_scale.compute(x2[i]) - clientY) < REACH)
  }
  const ontouch = (event) => {
    if (isTaken(event.touches[0])) event.preventDefault()
  }
  const free = () => {
    const found = Bokeh.index.find_one_by_id(figure.id)?.canvas_view ?? null
    if (!found || found === canvas) return
    canvas = found
    canvas.shadow_el.adoptedStyleSheets = [...canvas.shadow_el.adoptedStyleSheets, ALL_SCROLL]
    canvas.el.addEventListener("touchstart", ontouch, {passive: false})
  }
  // It is laid out when it is there.
  figure.connect(figure.properties.inner_width.change, free)
  free()
  return document.createElement("span")
}
