// The two grips of the line that is set by hand: whoever holds one knows better where it is. For pointer.py.

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
  return document.createElement("span")
}
