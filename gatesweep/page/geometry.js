// Where a model's probability takes a given value: lines, hyperbolas, and the surface as pixels. As gatesweep/plots/geometry.py.

import {contours} from "./contours.js";
import {sigmoid} from "./engine/logistic.js";
import {logit} from "./models.js";

// Both axes of the lecture's plane.
export const PLANE = [-1, 2];
// How far beyond the view's centre a boundary is drawn: past every corner of the view.
const OUTSIDE = 8;
const CENTRE = 0.5;
// From the middle to a grip: clear of the rows around the corners.
const HOLD = 1.1;
const NO_LENGTH = 1e-9;

// Where a model has each of these probabilities: of one neuron by `level`, of others found on a grid.
export function levels(model, probabilities, cells = 120) {
  if (!model.units.length) return probabilities.map((p) => level(model, p));
  const side = cells + 1, step = (PLANE[1] - PLANE[0]) / cells, z = new Float64Array(side * side);
  for (let i = 0; i < z.length; i++) z[i] = logit(model, PLANE[0] + (i % side) * step, PLANE[0] + Math.floor(i / side) * step) || 0;
  return probabilities.map((p) => {
    const {x, y} = p > 0 && p < 1 ? contours(z, ...PLANE, Math.log(p / (1 - p))) : {x: [], y: []};
    return {x1: x, x2: y};
  });
}

// The points where a line w1*x1 + w2*x2 + w3*x1*x2 + intercept, w3 0 without the product, gives probability p, NaN between
// branches; none where there are none. With the product they are a hyperbola.
export function level({w1, w2, w3, intercept}, p = 0.5) {
  const nothing = {x1: [], x2: []};
  if (!(p > 0 && p < 1) || ![w1, w2, w3, intercept].every(Number.isFinite)) return nothing;
  const offset = Math.log(p / (1 - p)) - intercept, scale = Math.max(...[w1, w2, w3].map(Math.abs));
  if (Math.abs(w3) > NO_LENGTH * scale) return hyperbola(w1, w2, w3, offset);
  const size = Math.hypot(w1, w2);
  if (size < NO_LENGTH) return nothing;
  const normal = [w1 / size, w2 / size], along = [-OUTSIDE * normal[1], OUTSIDE * normal[0]];
  const foot = normal.map((n) => CENTRE + (offset / size - CENTRE * (normal[0] + normal[1])) * n);
  return {x1: [foot[0] - along[0], foot[0] + along[0]], x2: [foot[1] - along[1], foot[1] + along[1]]};
}

// (x1 + w2/w3) (x2 + w1/w3) = offset/w3 + w1 w2 / w3^2, or the two axes themselves.
function hyperbola(w1, w2, w3, offset) {
  const centre = [-w2 / w3, -w1 / w3], power = offset / w3 + w1 * w2 / w3 ** 2;
  if (Math.abs(power) < NO_LENGTH) {
    const ends = [-OUTSIDE, OUTSIDE, NaN], at = (c) => [c, c, NaN];
    return {x1: [...at(centre[0]), ...ends], x2: [...ends, ...at(centre[1])]};
  }
  const right = branch(centre, power, 1), left = branch(centre, power, -1), joined = (name) => [...right[name], NaN, ...left[name]];
  return {x1: joined("x1"), x2: joined("x2")};
}

// What of one branch lies around the view, x1 on one side of the centre; all of its points are put there.
function branch(centre, power, side) {
  const ends = (c) => [CENTRE - OUTSIDE - c, CENTRE + OUTSIDE - c], sorted = (...pair) => pair.sort((a, b) => a - b);
  let [first, last] = sorted(...ends(centre[0]).map((end) => side * end));
  // x2 - centre = rise / u with u = |x1 - centre|: it must lie between these as well.
  const rise = side * power, [near, far] = sorted(...ends(centre[1]).map((end) => end / rise));
  first = Math.max(first, 0, far > 0 ? 1 / far : Infinity);
  last = Math.min(last, near > 0 ? 1 / near : Infinity);
  if (!(first > 0 && first < last)) return {x1: [], x2: []};
  const u = Array.from({length: 121}, (_, i) => first * (last / first) ** (i / 120));
  return {x1: u.map((value) => centre[0] + side * value), x2: u.map((value) => centre[1] + rise / value)};
}

// Probabilities on the view, or with a threshold the labels 0 and 1, into `image` row by row: 255 stands for 1.
export function surface(model, image, threshold = null) {
  const cells = Math.sqrt(image.length), step = (PLANE[1] - PLANE[0]) / cells;
  for (let row = 0, k = 0; row < cells; row++) {
    const x2 = PLANE[0] + (row + 0.5) * step;
    for (let column = 0; column < cells; column++, k++) {
      const z = logit(model, PLANE[0] + (column + 0.5) * step, x2), p = Number.isNaN(z) ? 0.5 : sigmoid(z);
      image[k] = threshold === null ? Math.round(255 * p) : 255 * (p >= threshold);
    }
  }
}

// Two points to hold the line by: on both sides of the line's point nearest the view's centre.
export function handLine({w1, w2, intercept}) {
  let size = Math.hypot(w1, w2);
  if (size < NO_LENGTH) [w1, w2, intercept, size] = [1, 1, -1, Math.SQRT2]; // No line yet: one to take hold of.
  const normal = [w1 / size, w2 / size], along = [-HOLD * normal[1], HOLD * normal[0]];
  const foot = normal.map((n) => CENTRE - (intercept / size + CENTRE * (normal[0] + normal[1])) * n);
  return {x1: [foot[0] - along[0], foot[0] + along[0]], x2: [foot[1] - along[1], foot[1] + along[1]]};
}

// The line through two points, its weights of length `size`; inverse of `handLine`.
export function through({x1, x2}, size) {
  const along = [x1[1] - x1[0], x2[1] - x2[0]], length = Math.hypot(...along);
  const [n1, n2] = length > NO_LENGTH ? [along[1] / length, -along[0] / length] : [1, 0];
  return {w1: size * n1, w2: size * n2, w3: 0, intercept: -size * (n1 * x1[0] + n2 * x2[0])};
}
