// A slider, which moves by itself while it is told a period; for slider.py.

export function render({model}) {
  const root = document.createElement("div")
  root.innerHTML = "<label for=slider></label> <output></output><input id=slider type=range>"
  const [label, output, input] = root.children
  let timer = null, asked = -Infinity

  const write = (value, text) => {
    const {start, end} = model.told
    input.style.setProperty("--share", end > start ? (value - start) / (end - start) : 0)
    input.setAttribute("aria-valuenow", value)
    input.setAttribute("aria-valuetext", text)
    output.value = text
  }
  // What a place on the slider stands for; on one of powers of ten, to the two digits that the server keeps.
  const words = (place) => String(model.told.is_log ? Number((10 ** place).toPrecision(2)) : Number(place.toPrecision(6)))
  const show = ({label: name, value, start, end, step, text, period}) => {
    label.textContent = name
    Object.assign(input, {min: start, max: end, step})
    input.value = value
    write(value, text ?? words(value))
    clearTimeout(timer)
    if (period) timer = setTimeout(tick, Math.max(0, asked + period - performance.now()))
  }
  const tick = () => {
    asked = performance.now()
    ask({tick: true})
  }
  const ask = numbered(model, show)
  input.addEventListener("input", () => {
    clearTimeout(timer)
    write(input.valueAsNumber, words(input.valueAsNumber))
    ask({value: input.valueAsNumber})
  })
  model.on("remove", () => clearTimeout(timer))
  return root
}
