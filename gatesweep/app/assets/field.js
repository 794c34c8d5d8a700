// A whole number to type; for numbered.py. The arrow keys raise and lower it.

const STEPS = {ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10}

export function render({model}) {
  const root = document.createElement("div")
  root.innerHTML = "<input id=field inputmode=numeric autocomplete=off><label for=field></label>"
  const [input, label] = root.children
  const show = ({label: name, text, is_refused, placeholder}) => {
    label.textContent = name
    Object.assign(input, {value: text, placeholder, ariaInvalid: is_refused})
  }
  const ask = numbered(model, show)
  const take = () => ask({text: input.value})
  input.addEventListener("change", take)
  input.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS)) return
    event.preventDefault()
    const {low, high} = model.told
    input.value = Math.min(high, Math.max(low, Math.round(Number(input.value) || 0) + STEPS[event.key]))
    take()
  })
  return root
}
