// A state as a link's query and back: the names and the texts of the app's links (gatesweep/app/address.py, gatesweep/codec.py).

import {readOwn, writeOwn} from "./own.js";

const MAX_QUERY = 4000;

// `name=value&...` of the values that differ from the usual ones.
export function toQuery(values, usual) {
  const parts = Object.entries(values).filter(([name, value]) => write(value) !== write(usual[name] ?? null));
  return parts.map(([name, value]) => `${name}=${encodeURIComponent(write(value)).replaceAll("%2C", ",")}`).join("&");
}

export const write = (value) => (value === null ? "none" : value.points ? writeOwn(value) : String(value).replace("Infinity", "inf"));

// What a query says, checked against the rules: nothing in it is trusted, and what breaks its rule is left out.
export function readQuery(query, rules) {
  const values = {};
  if (query.length > MAX_QUERY) return values;
  for (const [name, text] of new URLSearchParams(query)) {
    const value = Object.hasOwn(rules, name) ? read(text, rules[name]) : undefined;
    if (value !== undefined) values[name] = value;
  }
  return values;
}

// One value that a text says; undefined where it breaks its rule.
export function read(text, rule) {
  if (rule.none && text.toLowerCase() === "none") return null;
  if (rule.kind === "flag") return {true: true, false: false}[text];
  if (rule.kind === "choice") return rule.choices.find((choice) => String(choice) === text);
  if (rule.kind === "list" || rule.kind === "range") {
    const items = text.split(",").filter(Boolean).map((item) => read(item, {...rule, kind: rule.kind === "list" ? "choice" : "number"}));
    return items.includes(undefined) || (rule.kind === "range" && items.length !== 2) ? undefined : items;
  }
  if (rule.kind === "numbers") {
    const numbers = text.split(",").filter(Boolean).map(Number);
    return numbers.length <= rule.most && numbers.every(Number.isFinite) ? numbers : undefined;
  }
  if (rule.kind === "own") return readOwn(text, rule.tables) ?? undefined;
  if (rule.kind === "text") return text;
  const value = text === "inf" ? Infinity : text.trim() === "" ? NaN : Number(text);
  const isInside = (rule.low === null || (rule.open ? value > rule.low : value >= rule.low)) && (rule.high === null || value <= rule.high);
  return !isInside || (rule.whole && !Number.isInteger(value)) ? undefined : value === Infinity ? "inf" : value;
}
