// Taps, drags and keys that draw own rows on the plane; for drawing_board.py.
//
// The browser says what was done and which row was there, the server what that means: which tool a tap follows is known
// here only after an answer, and a quick hand taps before. What is not answered yet is said again with the next act, so
// that two quick taps are two points; and each act has a number, so that none is done twice. A tap or a key does not
// wait for the answer to the last one, or a button pressed after it would overtake it; a drag does.

const NEAR = 16  // Pixels from a point within which it is meant.
const STEP = 1 / 60, FINE = 1 / 600  // Of what is seen: how far a key moves the cross.
const MOVES = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1]}

export function render({model}) {
  const of = (id) => model.document.get_model_by_id(id)
  const figure = of(model.figure), rows = of(model.rows), cross = of(model.cross)
  let acts = [], last = 0, held = null, at = null, button = null

  const ask = numbered(model, (told) => {
    if (!button) return
    button.disabled = !told.active
    if (!told.active && at) point(null)
  })
  const act = (kind, more) => {
    if (!model.told.active) return
    acts = acts.filter(({id}) => id > model.told.done)
    acts.push({id: ++last, kind, ...more})
    ask({acts}, !more.gesture)
  }

  const ends = () => [figure.x_range, figure.y_range].map(({start, end}) => [start, end])
  const pixels = (x, y) => {
    const [[left, right], [low, high]] = ends()
    return [(x - left) / (right - left) * figure.inner_width, (y - low) / (high - low) * figure.inner_height]
  }
  const nearest = (x, y) => {
    const [a, b] = pixels(x, y)
    let found = null, least = NEAR
    for (let i = 0; i < rows.data.x1.length; i++) {
      const [c, d] = pixels(rows.data.x1[i], rows.data.x2[i]), distance = Math.hypot(a - c, b - d)
      if (distance <= least) [found, least] = [[rows.data.x1[i], rows.data.x2[i]], distance]
    }
    return found
  }
  const inside = ({x, y}) => ends().every(([low, high], axis) => {
    const value = axis ? y : x
    return Number.isFinite(value) && low <= value && value <= high
  })
  // Two quick taps come as one tap and one double tap.
  for (const kind of ["tap", "doubletap"]) figure.on_event(kind, (event) => {
    if (inside(event)) act("tap", {to: [event.x, event.y], from: nearest(event.x, event.y)})
  })

  figure.on_event("panstart", (event) => {
    const from = model.told.active ? nearest(event.x, event.y) : null
    held = from && {from, gesture: last + 1}
  })
  figure.on_event("pan", (event) => {
    if (held) act("drag", {...held, to: [event.x, event.y], over: nearest(event.x, event.y)})
  })
  figure.on_event("panend", () => { held = null })
  const point = (to) => {
    at = to
    cross.setv({data: {x1: to ? [to[0]] : [], x2: to ? [to[1]] : []}}, {sync: false})
  }
  const middle = () => ends().map(([low, high]) => (low + high) / 2)
  let carried = null
  const onkey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    at ??= middle()
    if (event.key in MOVES) {
      const before = at, by = MOVES[event.key]
      point(ends().map(([low, high], axis) => {
        const value = at[axis] + by[axis] * (event.shiftKey ? FINE : STEP) * (high - low)
        return Math.min(Math.max(value, low), high)
      }))
      if (carried && at !== before) act("move", {...carried, to: at})
    } else if (event.key === "Enter" || event.key === " ") act("draw", {to: at})
    else if (event.key === "Delete" || event.key === "Backspace") {
      const from = nearest(...at)
      if (from) act("erase", {from})
    } else if (event.key === "m") {
      const from = carried ? null : nearest(...at)
      carried = from && {from, gesture: last + 1}
    } else if (event.key === "c") act("pen", {})
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  button = document.createElement("button")
  button.textContent = "Draw with keys"
  button.title = model.keys
  button.setAttribute("aria-description", button.title)
  button.disabled = !model.told.active
  button.addEventListener("keydown", onkey)
  button.addEventListener("focus", () => { if (button.matches(":focus-visible")) point(at ?? middle()) })
  button.addEventListener("click", () => point(at ?? middle()))
  button.addEventListener("blur", () => { carried = null; point(null) })
  return button
}
