// Controls made of a run's dimensions: native elements, so that keyboard and screen reader work.

import {grouped} from "./grouped.js";

export const $ = (id) => document.getElementById(id);
export const element = (tag, values = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), values);
  made.append(...children);
  return made;
};

// Lets whoever waits for the page's thread have it for a while.
export const pause = () => new Promise((done) => setTimeout(done));

// Checks one of the radio buttons of this name, and says which one is.
export function choose(name, value) { for (const radio of document.getElementsByName(name)) radio.checked = radio.value === value; }
export function onChoice(name, pick) { for (const radio of document.getElementsByName(name)) radio.onchange = () => pick(radio.value); }

// A control for one dimension; `pick` is called with the value chosen. Its id (or name) is value-<dimension>.
export function control(dim, index, pick) {
  const kind = dim.number ? typed : dim.values.every((value) => typeof value === "string" && value !== "inf") ? choice : slider;
  const made = kind(dim, index, pick);
  made.dataset.control = dim.name;
  made.title = dim.doc;
  return made;
}

const choice = (dim, index, pick) => (dim.values.length <= 3 && dim.name !== "init" ? choices : list)(dim, index, pick);

function slider(dim, index, pick) {
  const id = `value-${dim.name}`, output = element("output", {id: `${id}-text`});
  const input = element("input", {type: "range", id, min: 0, max: dim.values.length - 1, value: index});
  input.setAttribute("aria-label", dim.label);
  input.disabled = dim.values.length < 2;
  input.show = () => {
    output.textContent = input.ariaValueText = String(dim.values[input.value]).replace("inf", "∞");
  };
  input.oninput = () => { input.show(); pick(dim.values[input.value]); };
  input.show();
  return element("label", {className: "row"}, element("span", {textContent: dim.label}), output, input);
}

// A whole number to type; empty for none where that is a value.
function typed(dim, index, pick) {
  const input = element("input", {type: "number", id: `value-${dim.name}`});
  input.min = dim.number[0];
  fillNumber(input, dim.values[index]);
  takeWhole(input, dim.label, () => dim.number, pick, dim.values.includes(null));
  return element("label", {className: "row"}, element("span", {textContent: dim.label}), input);
}
// A field's value is also what it comes back to.
export function fillNumber(input, value) { input.value = input.defaultValue = value ?? ""; }

// Has a field take whole numbers within its ends; what else is typed is said beside it, and the last good one comes back.
export function takeWhole(input, label, ends, pick, hasNone = false) {
  input.onchange = () => {
    const isEmpty = input.value === "" && !input.validity.badInput, value = isEmpty && hasNone ? null : input.valueAsNumber, [low, high] = ends();
    forgive();
    if (value === null || (Number.isInteger(value) && value >= low && value <= high)) return pick(value);
    refuse(input, `${label} must be a whole number from ${grouped(low)} to ${grouped(high)}, got ${input.value || "nothing"}.`);
    input.value = input.defaultValue;
  };
}
// Says beside a control what was refused, until something else is shown; where there is none, under the picture.
export function refuse(control, text) {
  const said = element("p", {className: "note problem refused", role: "alert", textContent: `${text} The last good model is still on show.`});
  if (!control) return $("stage").append(said);
  control.ariaInvalid = true;
  (control.closest("label") ?? control).after(said);
}
export function forgive() {
  for (const said of document.querySelectorAll(".refused")) said.remove();
  for (const control of document.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

function choices(dim, index, pick) {
  const group = element("div", {className: "choices", role: "radiogroup", ariaLabel: dim.label});
  dim.values.forEach((value, i) => {
    const radio = element("input", {type: "radio", name: `value-${dim.name}`, value, checked: i === index});
    radio.onchange = () => pick(value);
    group.append(element("label", {}, radio, element("span", {textContent: dim.texts?.[value] ?? value})));
  });
  return element("div", {className: "row"}, element("span", {textContent: dim.label}), group);
}

function list(dim, index, pick) {
  const select = element("select", {id: `value-${dim.name}`, ariaLabel: dim.label});
  select.append(...dim.values.map((value, i) => new Option(dim.texts?.[value] ?? value, value, false, i === index)));
  select.onchange = () => pick(select.value);
  return element("label", {className: "row"}, element("span", {textContent: dim.label}), select);
}

// Makes a dimension's control say the value at `index`, without an event.
export function showValue(dim, index) {
  const input = $(`value-${dim.name}`), value = dim.values[index];
  if (input?.type === "range") Object.assign(input, {max: dim.values.length - 1, value: index}).show();
  else if (input?.type === "number") fillNumber(input, value);
  else if (input) input.value = value;
  choose(`value-${dim.name}`, String(value));
}

// Options of a menu, from value to text; what was chosen stays.
export function fillMenu(select, texts) {
  const options = Object.entries(texts), now = [...select.options];
  // New options, were they the same ones, would have the browser lay out the page anew.
  if (now.length === options.length && now.every(({value, text}, i) => value === options[i][0] && text === options[i][1])) return;
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
}
