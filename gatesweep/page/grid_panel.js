// The Explorer's controls: which models are trained.

import {$, control, element, showValue} from "./controls.js";
import {admit} from "./runs.js";

// A control for each of these dimensions; `set` is called with what changes.
export class GridPanel {
  constructor(dims, set) {
    this.parts = dims.map((dim) => ({name: dim.name, ...(KINDS[dim.name] ?? one)(dim, (value) => set({[dim.name]: value}))}));
    $("grid").append(...this.parts.map(({row}) => row));
  }

  // `isUsed` says whether what is trained needs a control.
  show(values, isUsed) {
    for (const {name, row, show} of this.parts) {
      row.hidden = !isUsed(name);
      show(values[name], values);
    }
  }
}

// One value.
function one(given, pick) {
  const dim = {...given, name: `grid-${given.name}`, values: [...given.values]}, row = control(dim, 0, pick);
  return {row, show: (value) => { admit(dim, value); showValue(dim, dim.values.indexOf(value)); }};
}

// Several of the values.
function several({label, values}, pick) {
  const boxes = values.map((value) => element("input", {type: "checkbox", value})), head = element("summary");
  for (const box of boxes) box.onchange = () => pick(boxes.filter(({checked}) => checked).map(({value}) => value));
  const list = element("div", {className: "several"}, ...boxes.map((box) => element("label", {className: "check"}, box, box.value)));
  return {row: element("details", {}, head, list), show(chosen) {
    head.textContent = `${label}: ${chosen.join(", ")}`;
    for (const box of boxes) box.checked = chosen.includes(box.value);
  }};
}

// The lowest and the highest.
function range({label, values: [low, high], step}, pick) {
  const ends = ["lowest", "highest"].map((end) => element("input", {type: "range", min: low, max: high, step, ariaLabel: `${label}, ${end}`})), output = element("output");
  for (const end of ends) end.oninput = () => pick(ends.map(({value}) => Number(value)).sort((a, b) => a - b));
  return {row: element("div", {className: "row"}, element("span", {textContent: label}), output, ...ends), show(chosen) {
    output.textContent = chosen.join(" to ");
    ends.forEach((end, i) => Object.assign(end, {max: Math.max(high, chosen[1]), value: chosen[i], ariaValueText: String(chosen[i])}));
  }};
}

function typedText({label, usual}, pick, of) {
  const input = element("input", {type: "text", ariaLabel: `${label} of ${of}`});
  input.onchange = () => pick(input.value);
  return {row: element("label", {className: "row"}, element("span", {textContent: label}), input), show(value, values) {
    if (input !== document.activeElement) input.value = value || usual[values[of]];
  }};
}

function onOrOff({texts, values: [off, on]}, pick) {
  const box = element("input", {type: "checkbox"}), name = element("span");
  box.onchange = () => pick(box.checked ? on : off);
  return {row: element("label", {className: "check"}, box, name), show(value, {solver}) {
    box.checked = value === on;
    name.textContent = texts[solver];
  }};
}

const KINDS = {
  gate: several, noise_level: range, record: onOrOff,
  compare_values: (dim, pick) => typedText(dim, pick, "compare"), also_values: (dim, pick) => typedText(dim, pick, "also"),
};
