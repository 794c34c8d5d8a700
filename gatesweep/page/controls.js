// Controls made of a sweep's dimensions: native elements, so that keyboard and screen reader work.

import {$, element} from "./words.js";

// A control for one dimension; `pick` is called with the value chosen. Its id (or name) is value-<dimension>.
export function control(dim, index, pick) {
  const names = typeof dim.values.find((value) => value !== "inf") === "string";
  if (!names) return slider(dim, index, pick);
  return dim.values.length <= 4 ? choices(dim, index, pick) : list(dim, index, pick);
}

function slider(dim, index, pick) {
  const id = `value-${dim.name}`, output = element("output", {id: `${id}-text`});
  const input = element("input", {type: "range", id, min: 0, max: dim.values.length - 1, value: index, title: dim.doc});
  input.setAttribute("aria-label", dim.label);
  input.disabled = dim.values.length < 2;
  input.show = () => {
    output.textContent = input.ariaValueText = String(dim.values[input.value]).replace("inf", "∞");
  };
  input.oninput = () => { input.show(); pick(dim.values[input.value]); };
  input.show();
  return element("label", {className: "row"}, element("span", {textContent: dim.label}), output, input);
}

function choices(dim, index, pick) {
  const group = element("div", {className: "choices", role: "radiogroup", ariaLabel: dim.label});
  dim.values.forEach((value, i) => {
    const radio = element("input", {type: "radio", name: `value-${dim.name}`, value, checked: i === index});
    radio.onchange = () => pick(value);
    group.append(element("label", {}, radio, element("span", {textContent: value})));
  });
  return element("div", {className: "row", title: dim.doc}, element("span", {textContent: dim.label}), group);
}

function list(dim, index, pick) {
  const select = element("select", {id: `value-${dim.name}`, ariaLabel: dim.label, title: dim.doc});
  select.append(...dim.values.map((value, i) => new Option(value, value, false, i === index)));
  select.onchange = () => pick(select.value);
  return element("label", {className: "row"}, element("span", {textContent: dim.label}), select);
}

// Makes a dimension's control say the value at `index`, without an event.
export function showValue(dim, index) {
  const input = $(`value-${dim.name}`), value = dim.values[index];
  if (input?.type === "range") { input.value = index; input.show(); }
  else if (input) input.value = value;
  for (const radio of document.getElementsByName(`value-${dim.name}`)) radio.checked = radio.value === value;
}
