// A visitor's own rows: what a link says of them, how they are edited, which are held out. As gatesweep/app/lab/own.py.

import {RandomState} from "./engine/random.js";
import {splitGroups, splitRows} from "./engine/lecture.js";
import {InputError} from "./refuse.js";
import {LabelledTable} from "./table.js";
import {UNIT, Window} from "./window.js";

// Points, and characters of them, that a link carries; rows at all; what no coordinate exceeds.
const MOST_IN_LINK = 100, LONGEST_TEXT = 3000, LARGEST = 1e15;
export const MOST_ROWS = 5000;
// A span of a column must be at least this share of its values, or its rows cannot be told apart on a screen.
const LEAST_SPAN = 1e-6, LONGEST_NAME = 40;
// Which row of these is held out for the test, and from how many rows on any is.
const EVERY = 5;
export const HELD_OUT_FROM = 10;
// Edits that can be undone; points of a cloud.
const LONGEST_HISTORY = 200, CLOUD = 20;
const PLAIN = ["x1", "x2", "0", "1"];

// Own rows, which never change, every edit gives other ones: points [x1, x2, class] with the names of their columns and classes; `table` is what a link calls them, where they are
// those of a table that is built in.
export const ownOf = (points, named = PLAIN, table = "") => {
  for (const axis of [0, 1]) {
    const [low, high] = points.reduce(([least, most], {[axis]: x}) => [Math.min(least, x), Math.max(most, x)], [Infinity, -Infinity]);
    if (points.length && high > low && high - low < LEAST_SPAN * Math.max(-low, high)) {
      throw new InputError(`a column must span at least ${LEAST_SPAN.toExponential().replace("e-", "e-0")} of its values`, named[axis], "Subtract what all of them have in common");
    }
  }
  return {points, named: named.map((name) => name.slice(0, LONGEST_NAME)), table};
};
export const NO_ROWS = ownOf([]);

// Two columns and two classes of a table, and in words what of it was skipped.
export function ownOfTable(table, chosen) {
  const {points, skipped} = table.select(chosen, MOST_ROWS), named = [chosen.x1, chosen.x2, ...chosen.classes];
  if (!points.length) {
    const rule = "a table must have rows with both numbers and one of the two classes";
    throw new InputError(rule, `${chosen.x1}, ${chosen.x2}`, "Choose other columns or classes");
  }
  if (points.some((point) => point.some((x) => Math.abs(x) > LARGEST))) {
    throw new InputError("own rows must be numbers up to 1e+15", "others", "Leave those rows out");
  }
  const {numeric, isBuiltIn} = table, classes = table.classes[chosen.label];
  const numbers = [numeric.indexOf(chosen.x1), numeric.indexOf(chosen.x2), ...chosen.classes.map((name) => classes.indexOf(name))];
  return {own: ownOf(points, named, isBuiltIn ? [table.name, ...numbers].join(".") : ""), skipped};
}

// The rows of a link's text, `tables` being those that are built in; null of another text.
export function readOwn(text, tables = []) {
  const [name, ...numbers] = text.split("."), table = tables.find((one) => one.name === name);
  if (table) return ofBuiltIn(LabelledTable.builtIn(table), numbers);
  const items = text ? text.split("_") : [], head = items[0]?.split(",").length === 4 ? items.shift() : "";
  const points = items.map((item) => item.split(",").map((part) => (part.trim() ? Number(part) : NaN)));
  const isPoint = (point) => point.length === 3 && point.every((x) => Math.abs(x) <= LARGEST) && (point[2] === 0 || point[2] === 1);
  if (points.length > MOST_IN_LINK || text.length > LONGEST_TEXT || !points.every(isPoint)) return null;
  try {
    return ownOf(points, head ? head.split(",").map(decodeURIComponent) : PLAIN);
  } catch {
    return null;
  }
}
function ofBuiltIn(table, numbers) {
  const [x1, x2, zero, one] = numbers.map(Number), {label} = table.start, classes = table.classes[label];
  const chosen = {x1: table.numeric[x1], x2: table.numeric[x2], label, classes: [classes[zero], classes[one]]};
  const isWhole = numbers.length === 4 && [chosen.x1, chosen.x2, ...chosen.classes].every((name) => name !== undefined) && zero !== one;
  return isWhole ? ownOfTable(table, chosen).own : null;
}

const quoted = (name) => encodeURIComponent(name).replace(/[!'()*_]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
// What `readOwn` turns into the same rows.
export function writeOwn({points, named, table}) {
  if (table) return table;
  return [...(named.join() === PLAIN.join() ? [] : [named.map(quoted).join()]), ...points.map((point) => point.join())].join("_");
}
export const isLinkable = (own) => Boolean(own.table) || (own.points.length <= MOST_IN_LINK && writeOwn(own).length <= LONGEST_TEXT);

// As rows of a model, counted from their mean in standard deviations of the training rows where they are standardised.
// Which are its training and which its test part: drawing one more leaves the others where they are, unless `split` is set.
export function ownData({points, named}, window, {standardize = false, split = "auto", train_seed: seed} = {}) {
  const n = points.length, isTest = points.map((_, i) => n >= HELD_OUT_FROM && i % EVERY === EVERY - 1), all = points.map((_, i) => i);
  const part = (wanted) => Uint32Array.from(all.filter((i) => isTest[i] === wanted));
  const inGroups = split === "stratified" && n >= HELD_OUT_FROM ? splitGroups(points.map(([,, label]) => label), seed) : null;
  const {train, test} = inGroups ?? (split === "auto" || n < HELD_OUT_FROM ? {train: part(false), test: part(true)} : splitRows(n, split, seed));
  const isScaled = standardize && train.length > 0, scales = [0, 1].map((axis) => (isScaled ? scaleOfColumn(points, train, axis) : [0, 1]));
  const [centre, unit] = [0, 1].map((place) => scales.map((scale) => scale[place]));
  const column = (axis) => Float64Array.from(points, (point) => (point[axis] - centre[axis]) / unit[axis]);
  const rows = {n, x1: column(0), x2: column(1), label: Uint8Array.from(points, ([,, label]) => label)};
  const names = named.slice(0, 2).map((name, axis) => `${name === `x${axis + 1}` ? ["x₁", "x₂"][axis] : name}${isScaled ? ", standardised" : ""}`);
  return {rows, train, test, centre, unit, names, classes: named.slice(2), window: isScaled ? window.scaled(centre, unit) : window};
}
// Mean and standard deviation of a column's training rows.
function scaleOfColumn(points, train, axis) {
  const values = Array.from(train, (i) => points[i][axis]), middle = values.reduce((sum, x) => sum + x, 0) / values.length;
  return [middle, Math.sqrt(values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / values.length) || 1];
}

// Rows as they were: what undo and redo go through. `window` is what is drawn, which edits leave as it is; `change` is
// called with the rows after each.
export class Drawing {
  constructor(change) { Object.assign(this, {change, own: NO_ROWS, window: UNIT, past: [], future: [], gesture: null}); }

  // Rows that came from elsewhere, a link say.
  take(own) { if (own !== this.own) Object.assign(this, {own, window: Window.around(own.points)}); }

  // All edits of one gesture, a drag, are undone together.
  #edit(own, window = this.window, gesture = null) {
    if (gesture === null || gesture !== this.gesture) this.past = [...this.past, [this.own, this.window]].slice(-LONGEST_HISTORY);
    Object.assign(this, {gesture, future: []});
    this.#set([own, window]);
  }
  #points(points, gesture) { this.#edit({...this.own, points: points.slice(0, MOST_ROWS), table: ""}, this.window, gesture); }
  // Other rows altogether.
  open(own) { this.#edit(own, Window.around(own.points)); }
  add(point, label) { this.#points([...this.own.points, [...this.#rounded(point), label]]); }
  // A cloud is not the same twice in a row, and the same again after an undo.
  cloud(centre, label, spread) {
    const stream = new RandomState(this.own.points.length), {unit} = this.window;
    const drawn = Array.from({length: CLOUD}, () => centre.map((x, axis) => x + spread * stream.normal() * unit[axis]));
    this.#points([...this.own.points, ...drawn.map((point) => [...this.#rounded(point), label])]);
  }
  move(row, point, gesture) { this.#points(this.own.points.with(row, [...this.#rounded(point), this.own.points[row][2]]), gesture); }
  remove(row) { this.#points(this.own.points.toSpliced(row, 1)); }
  clear() { this.#points([]); }

  undo() { this.#step(this.past, this.future); }
  redo() { this.#step(this.future, this.past); }
  #step(from, to) {
    if (!from.length) return;
    to.push([this.own, this.window]);
    this.gesture = null;
    this.#set(from.pop());
  }
  #set([own, window]) {
    Object.assign(this, {own, window});
    this.change(own);
  }

  // The row nearest to a point within `reach` of the plane; -1 where there is none.
  near(point, reach) {
    const {window, own: {points}} = this, [x, y] = window.toPlane(point);
    let found = -1, least = reach;
    points.forEach(([x1, x2], row) => {
      const [a, b] = window.toPlane([x1, x2]), away = Math.hypot(a - x, b - y);
      if (away <= least) [found, least] = [row, away];
    });
    return found;
  }

  // Within the window, and to what a hand can aim at: a thousandth of what is seen, or finer.
  #rounded(point) {
    const {low, high} = this.window;
    return point.map((x, axis) => {
      const digits = Math.ceil(-Math.log10((high[axis] - low[axis]) / 3000)), tens = 10 ** Math.abs(digits);
      const inside = Math.min(high[axis], Math.max(low[axis], x));
      return (digits < 0 ? Math.round(inside / tens) * tens : Math.round(inside * tens) / tens) + 0;
    });
  }
}
