// A visitor's own rows: what a link says of them, how they are edited, which are held out. As gatesweep/app/lab/own.py.

import {PLANE} from "./geometry.js";

// Points, and characters of them, that a link carries; rows at all; what no coordinate exceeds.
const MOST_IN_LINK = 100, LONGEST_TEXT = 3000, MOST_ROWS = 5000, LARGEST = 1e15;
// Which row of these is held out for the test, and from how many rows on any is.
const EVERY = 5;
export const HELD_OUT_FROM = 10;
// Edits that can be undone.
const LONGEST_HISTORY = 200;

// Points [x1, x2, class] of a link's text, after a head with the names of columns and classes if it has one; null of
// another text.
export function readOwn(text) {
  const items = text ? text.split("_") : [], head = items[0]?.split(",").length === 4 ? items.shift() : "";
  const points = items.map((item) => item.split(",").map((part) => (part.trim() ? Number(part) : NaN)));
  const isPoint = (point) => point.length === 3 && point.every((x) => Math.abs(x) <= LARGEST) && (point[2] === 0 || point[2] === 1);
  return points.length <= MOST_ROWS && points.every(isPoint) ? {head, points} : null;
}

export const writeOwn = ({head, points}) => [head, ...points.map((point) => point.join())].filter(Boolean).join("_");
export const isLinkable = (text) => text.length <= LONGEST_TEXT && readOwn(text).points.length <= MOST_IN_LINK;

// As rows of a model: which are its training and which its test part, drawing one more leaving the others where they are.
export function ownData(text) {
  const {points} = readOwn(text), n = points.length, isTest = points.map((_, i) => n >= HELD_OUT_FROM && i % EVERY === EVERY - 1);
  const part = (wanted) => Uint32Array.from(points.map((_, i) => i).filter((i) => isTest[i] === wanted));
  const rows = {n, x1: Float64Array.from(points, ([x]) => x), x2: Float64Array.from(points, ([, x]) => x), label: Uint8Array.from(points, ([,, label]) => label)};
  return {rows, train: part(false), test: part(true)};
}

// Rows as they were: what undo and redo go through. `change` takes other rows, as text.
export class Drawing {
  constructor(change) { Object.assign(this, {change, text: "", past: [], future: [], gesture: null}); }

  // Rows that came from elsewhere, a link say.
  take(text) { this.text = text; }

  // All edits of one gesture, a drag, are undone together.
  edit(act, gesture = null) {
    const own = readOwn(this.text), points = act(own.points);
    if (gesture === null || gesture !== this.gesture) this.past = [...this.past, this.text].slice(-LONGEST_HISTORY);
    Object.assign(this, {gesture, future: []});
    this.#set(writeOwn({...own, points: points.slice(0, MOST_ROWS)}));
  }
  add(point, label) { this.edit((points) => [...points, [...rounded(point), label]]); }
  move(row, point, gesture) { this.edit((points) => points.with(row, [...rounded(point), points[row][2]]), gesture); }
  remove(row) { this.edit((points) => points.toSpliced(row, 1)); }
  clear() { this.edit(() => []); }

  undo() { this.#step(this.past, this.future); }
  redo() { this.#step(this.future, this.past); }
  #step(from, to) {
    if (!from.length) return;
    to.push(this.text);
    this.gesture = null;
    this.#set(from.pop());
  }
  #set(text) {
    this.text = text;
    this.change(text);
  }

  // The row nearest to a point of the plane within `reach`; -1 where there is none.
  near([x, y], reach) {
    const away = readOwn(this.text).points.map(([x1, x2]) => Math.hypot(x1 - x, x2 - y)), least = Math.min(...away);
    return least <= reach ? away.indexOf(least) : -1;
  }
}

// Within the view, and to what a hand can aim at.
const rounded = (point) => point.map((x) => Math.round(1000 * Math.min(PLANE[1], Math.max(PLANE[0], x))) / 1000 + 0);
