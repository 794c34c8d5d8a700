// What the layers of each picture draw: columns by the layer's label, named and shaped as in gatesweep/plots.

import {handLine, level, logit, PLANE} from "./geometry.js";
import {sigmoid} from "./engine/logistic.js";

export const MARKERS = ["circle", "square"];
const BINS = 40;

// ---- the boundary: rows, corners, the model on show

// Where the frame's edges say how many rows lie beyond them.
const EDGES = {"◂": [-0.86, 0.5], "▸": [1.86, 0.5], "▾": [0.5, -0.92], "▴": [0.5, 1.92]};

// Rows with their labels: filled for training, hollow for test; and at each edge the number of those beyond it.
export function rowColumns(rows, palette) {
  const columns = {x1: [...rows.x1], x2: [...rows.x2], marker: [], fill_color: [], line_color: [], label: [...rows.label], part: []};
  for (let i = 0; i < rows.n; i++) {
    const hue = palette.classes[rows.label[i]];
    columns.marker.push(MARKERS[rows.label[i]]);
    columns.fill_color.push(rows.test[i] ? palette.paper : hue);
    columns.line_color.push(rows.test[i] ? hue : palette.paper);
    columns.part.push(rows.test[i] ? "test" : "train");
  }
  const counts = beyond(rows), signs = Object.keys(EDGES).filter((_, i) => counts[i]);
  const edge = (axis) => signs.map((sign) => EDGES[sign][axis]);
  return {rows: columns, beyond: {x1: edge(0), x2: edge(1), text: signs.map((sign) => `${sign} ${counts[Object.keys(EDGES).indexOf(sign)]}`)}};
}

// How many rows lie beyond the left, right, lower and upper edge; beyond two, where they are farther out.
export function beyond(rows) {
  const counts = [0, 0, 0, 0], [low, high] = PLANE;
  for (let i = 0; i < rows.n; i++) {
    const over = [low - rows.x1[i], rows.x1[i] - high, low - rows.x2[i], rows.x2[i] - high], farthest = Math.max(...over);
    if (farthest > 0) counts[over.indexOf(farthest)]++;
  }
  return counts;
}

// The gate's outputs, beside the corners and outwards.
export function cornerColumns(truth) {
  const at = (bit) => 0.5 + 1.7 * (bit - 0.5);
  return {outputs: {x1: [0, 0, 1, 1].map(at), x2: [0, 1, 0, 1].map(at), text: truth.map(String)}};
}

// Boundary with its 0.25 and 0.75 contours, misclassified rows, the grips of a line by hand.
export function modelColumns(model, rows, threshold, hasGrips) {
  const misclassified = {x1: [], x2: []};
  for (let i = 0; i < rows.n; i++) {
    if (Number(sigmoid(logit(model, rows.x1[i], rows.x2[i])) >= threshold) === rows.label[i]) continue;
    misclassified.x1.push(rows.x1[i]);
    misclassified.x2.push(rows.x2[i]);
  }
  return {
    boundary: level(model, threshold), "p = 0.25": level(model, 0.25), "p = 0.75": level(model, 0.75),
    misclassified, grips: hasGrips && !model.w3 ? handLine(model) : {x1: [], x2: []},
  };
}

// The boundaries of other models, faint.
export function lineColumns(models) {
  const lines = models.map((model) => level(model));
  return {others: {xs: lines.map(({x1}) => x1), ys: lines.map(({x2}) => x2)}};
}

// ---- the small charts

// Where an upright line stands.
export const markColumns = (label, x) => ({[label]: {x: [x]}});

export function lossColumns(train, test) {
  const epoch = train.map((_, i) => i);
  return {train: {epoch, train}, test: {epoch, test}};
}

export function lossSpan(train, test) {
  const known = [...train, ...test].filter(Number.isFinite), low = Math.min(...known), high = Math.max(...known);
  // Losses that hardly differ lie on nearly one line, not far apart.
  const room = Math.max(0.05 * (high - low), (0.1 - (high - low)) / 2);
  return {x: [0, Math.max(train.length - 1, 1)], y: [Math.max(low - room, 0), high + room]};
}

// How many of the seeds' exact accuracies fall into each of 40 bins.
export function populationColumns(accuracies) {
  const top = Array(BINS).fill(0), edge = (i) => i / BINS;
  for (const accuracy of accuracies) if (Number.isFinite(accuracy)) top[binOf(accuracy)]++;
  return {seeds: {left: top.map((_, i) => edge(i)), right: top.map((_, i) => edge(i + 1)), top}};
}

// The last bin holds its right edge too.
export const binOf = (accuracy) => Math.min(BINS - 1, Math.floor(Math.min(1, Math.max(0, accuracy)) * BINS));

export const countSpan = (count) => ({y: [0, 1.05 * Math.max(...count, 1)]});

// ---- the loss surface

// Loss over the first parameter (across) and the second (up), between the `spans` of both, and a path of [x, y].
export function lossSurfaceColumns([[left, right], [bottom, top]], path) {
  const line = {x: path.map(([x]) => x), y: path.map(([, y]) => y)};
  return {
    loss: {x: [left], y: [bottom], dw: [right - left], dh: [top - bottom]}, path: line, "path's edge": line, epochs: line,
  };
}

export const hereColumns = (x, y) => ({here: {x: [x], y: [y]}});

// Ends of the scale of colours, which is logarithmic.
export const lossLimits = (loss) => ({low: Math.max(Math.min(...loss), 1e-4), high: Math.max(...loss)});
