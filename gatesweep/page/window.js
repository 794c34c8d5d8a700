// The part of the plane that a picture shows, in the units of its data. As gatesweep/plots/window.py: all geometry is that
// of the gates' plane, and data of other units are seen through a window.

import {PLANE} from "./geometry.js";
import {modelOf} from "./models.js";

// Of what the rows span, on each side.
const ROOM = 0.06;
const SIDE = PLANE[1] - PLANE[0];

export class Window {
  // From `low` to `high`, each a pair: of x1 and of x2.
  constructor(low, high) { Object.assign(this, {low, high}); }

  // What holds all points [x1, x2, ...]: the plane of the gates, where they lie in it.
  static around(points) {
    const ends = [0, 1].map((axis) => points.reduce(([low, high], {[axis]: x}) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]));
    if (ends.every(([low, high]) => low >= PLANE[0] && high <= PLANE[1]) || !points.length) return UNIT;
    const room = ends.map(([low, high]) => (high > low ? ROOM * (high - low) : 1));
    return new Window(ends.map(([low], axis) => low - room[axis]), ends.map(([, high], axis) => high + room[axis]));
  }

  get unit() { return this.low.map((low, axis) => (this.high[axis] - low) / SIDE); }
  get origin() { return this.low.map((low, axis) => low - PLANE[0] * this.unit[axis]); }
  get spans() { return {x: [this.low[0], this.high[0]], y: [this.low[1], this.high[1]]}; }

  // A point of the data in the plane of the gates, and back.
  toPlane(point) { return point.map((x, axis) => (x - this.origin[axis]) / this.unit[axis]); }
  fromPlane(point) { return point.map((x, axis) => this.origin[axis] + this.unit[axis] * x); }
  rowsToPlane(rows) {
    if (this === UNIT) return rows;
    const [[a, b], [c, d]] = [this.origin, this.unit];
    return {...rows, x1: rows.x1.map((x) => (x - a) / c), x2: rows.x2.map((x) => (x - b) / d)};
  }

  // The model that says there what this one says of the data, and a line of there as one of the data.
  modelToPlane(model) {
    if (this === UNIT) return model;
    const {origin, unit} = this, {units: {length}, params, hasProduct, kind} = model, width = hasProduct ? 4 : 3;
    if (!length) return modelOf(substituted(params, origin, unit), kind);
    const lines = Array.from({length}, (_, j) => [...substituted(params.slice(j * width, (j + 1) * width), origin, unit)]);
    return modelOf([...lines.flat(), ...params.slice(length * width)], kind);
  }
  lineFromPlane({w1, w2, intercept}) {
    const {origin, unit} = this, [a, b, c] = substituted([w1, w2, intercept], origin.map((o, axis) => -o / unit[axis]), unit.map((u) => 1 / u));
    return {w1: a, w2: b, w3: 0, intercept: c};
  }

  // What a picture of the gates' plane draws, in units of the data.
  seen(columns) {
    if (this === UNIT) return columns;
    return Object.fromEntries(Object.entries(columns).map(([label, column]) => [label, this.#seen(column)]));
  }
  #seen(column) {
    const found = {...column};
    [["x1", "xs"], ["x2", "ys"]].forEach(([one, several], axis) => {
      const mapped = (line) => Array.from(line, (x) => this.origin[axis] + this.unit[axis] * x);
      if (found[one]) found[one] = mapped(found[one]);
      if (found[several]) found[several] = found[several].map(mapped);
    });
    return found;
  }

  // The same window of data from which `centre` was taken, in `unit`.
  scaled(centre, unit) {
    const [low, high] = [this.low, this.high].map((ends) => ends.map((x, axis) => (x - centre[axis]) / unit[axis]));
    return new Window(low, high);
  }
}

// The plane of the gates.
export const UNIT = new Window([PLANE[0], PLANE[0]], [PLANE[1], PLANE[1]]);

// The weighted sum with origin + unit * x in the place of x.
function substituted(params, [o1, o2], [u1, u2]) {
  const [w1, w2] = params, w3 = params.length > 3 ? params[2] : 0, constant = params.at(-1) + w1 * o1 + w2 * o2 + w3 * o1 * o2;
  const slopes = [u1 * (w1 + w3 * o2), u2 * (w2 + w3 * o1)];
  return Float64Array.from(params.length > 3 ? [...slopes, w3 * u1 * u2, constant] : [...slopes, constant]);
}
