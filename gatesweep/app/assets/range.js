// A slider with a thumb for each end of a range; for numbered.py.

export function render({model}) {
  const root = document.createElement("div")
  root.innerHTML = "<span class=label></span> <output></output><div class=track><input type=range><input type=range></div>"
  const [label, output, track] = root.children, [low, high] = track.children

  const write = (first, last) => {
    const {start, end} = model.told, share = (value) => end > start ? (value - start) / (end - start) : 0
    track.style.setProperty("--low", share(first))
    track.style.setProperty("--high", share(last))
    output.value = `${Number(first.toPrecision(6))} to ${Number(last.toPrecision(6))}`
    // Where both thumbs are at the end, the first one is the one that can still be moved.
    track.classList.toggle("at-end", first >= end)
    for (const [input, value] of [[low, first], [high, last]]) input.setAttribute("aria-valuenow", value)
  }
  const show = ({label: name, low: first, high: last, start, end, step}) => {
    label.textContent = name
    low.setAttribute("aria-label", `${name}: lowest`)
    high.setAttribute("aria-label", `${name}: highest`)
    for (const [input, value] of [[low, first], [high, last]]) {
      Object.assign(input, {min: start, max: end, step})
      input.value = value
    }
    write(first, last)
  }
  const ask = numbered(model, show)
  low.addEventListener("input", () => {
    low.value = Math.min(low.valueAsNumber, model.told.high)
    write(low.valueAsNumber, model.told.high)
    ask({low: low.valueAsNumber})
  })
  high.addEventListener("input", () => {
    high.value = Math.max(high.valueAsNumber, model.told.low)
    write(model.told.low, high.valueAsNumber)
    ask({high: high.valueAsNumber})
  })
  return root
}
