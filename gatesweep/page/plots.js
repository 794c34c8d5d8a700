// What the layers of each picture draw: columns by the layer's label, named and shaped as in gatesweep/plots.

import {handLine, level, levels, PLANE} from "./geometry.js";
import {sigmoid} from "./engine/logistic.js";
import {bayesBoundary, bestLine} from "./engine/theory.js";
import {logit} from "./models.js";
import {unitName} from "./words.js";

export const MARKERS = ["circle", "square"];
const BINS = 40;

// ---- the boundary: rows, corners, the model on show

// Where the frame's edges say how many rows lie beyond them.
const EDGES = {"◂": [-0.86, 0.5], "▸": [1.86, 0.5], "▾": [0.5, -0.92], "▴": [0.5, 1.92]};

// Rows with their labels: filled for training, hollow for test.
export function marked(rows, palette) {
  const columns = {x1: [...rows.x1], x2: [...rows.x2], marker: [], fill_color: [], line_color: [], label: [...rows.label], part: []};
  for (let i = 0; i < rows.n; i++) {
    const hue = palette.classes[rows.label[i]];
    columns.marker.push(MARKERS[rows.label[i]]);
    columns.fill_color.push(rows.test[i] ? palette.paper : hue);
    columns.line_color.push(rows.test[i] ? hue : palette.paper);
    columns.part.push(rows.test[i] ? "test" : "train");
  }
  return columns;
}

// The same, and at each edge the number of those beyond it.
export function rowColumns(rows, palette) {
  const counts = beyond(rows), signs = Object.keys(EDGES).filter((_, i) => counts[i]);
  const edge = (axis) => signs.map((sign) => EDGES[sign][axis]);
  return {rows: marked(rows, palette), beyond: {x1: edge(0), x2: edge(1), text: signs.map((sign) => `${sign} ${counts[Object.keys(EDGES).indexOf(sign)]}`)}};
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

// The gate's outputs, beside the corners and outwards; of no gate, none.
export function cornerColumns(truth) {
  const at = (bit) => 0.5 + 1.7 * (bit - 0.5);
  return {outputs: truth ? {x1: [0, 0, 1, 1].map(at), x2: [0, 1, 0, 1].map(at), text: truth.map(String)} : {x1: [], x2: [], text: []}};
}

export const isWrong = (p, label, threshold) => Number(p >= threshold) !== label;

// Boundary with its 0.25 and 0.75 contours, misclassified rows, each hidden neuron's own line, the grips of a line by hand.
export function modelColumns(model, rows, threshold, hasGrips, palette) {
  const misclassified = {x1: [], x2: []};
  for (let i = 0; i < rows.n; i++) {
    if (!isWrong(sigmoid(logit(model, rows.x1[i], rows.x2[i])), rows.label[i], threshold)) continue;
    misclassified.x1.push(rows.x1[i]);
    misclassified.x2.push(rows.x2[i]);
  }
  const [boundary, low, high] = levels(model, [threshold, 0.25, 0.75]), isHeld = hasGrips && !model.w3 && !model.units.length;
  return {
    boundary, "p = 0.25": low, "p = 0.75": high, misclassified, grips: isHeld ? handLine(model) : {x1: [], x2: []}, ...unitColumns(model, palette),
  };
}

// Length of a hidden neuron's arrow and of its head, and how far from the frame it stands.
const ARROW = 0.17, BARB = 0.05, INSET = 0.16;

// Where each hidden neuron's weighted sum is 0, an arrow to where it is more, and its name at the arrow's tip.
export function unitColumns({units}, palette) {
  const lines = {xs: [], ys: [], line_color: []}, names = {x1: [], x2: [], text: [], text_color: []};
  units.forEach((unit, place) => {
    const {x1, x2} = level(unit), arrow = arrowOf(unit, {x1, x2}, (place + 1) / (units.length + 1));
    lines.xs.push([...x1, NaN, ...arrow.path.map(([x]) => x)]);
    lines.ys.push([...x2, NaN, ...arrow.path.map(([, y]) => y)]);
    lines.line_color.push(palette.units[place]);
    if (!arrow.path.length) return;
    [...arrow.tip, unitName(place), palette.units[place]].forEach((entry, i) => Object.values(names)[i].push(entry));
  });
  return {neurons: lines, "neuron names": names};
}

// An arrow, as one stroke, from a neuron's line to where its weighted sum rises. It begins at this share of the line's way
// through the view; a line that is not in view has none.
function arrowOf({w1, w2, w3}, {x1, x2}, share) {
  let points = x1.map((x, i) => [x, x2[i]]);
  // A straight one is known by its ends.
  if (points.length === 2) points = Array.from({length: 201}, (_, i) => points[0].map((from, axis) => from + i / 200 * (points[1][axis] - from)));
  const [low, high] = [PLANE[0] + INSET, PLANE[1] - INSET], seen = points.filter((point) => point.every((x) => x > low && x < high));
  if (!seen.length) return {path: []};
  const start = seen[Math.min(Math.floor(share * seen.length), seen.length - 1)], rise = [w1 + w3 * start[1], w2 + w3 * start[0]];
  const size = Math.hypot(...rise) || 1, ahead = rise.map((r) => r / size), aside = [-ahead[1], ahead[0]];
  const tip = start.map((x, i) => x + ARROW * ahead[i]), barb = (side) => tip.map((x, i) => x - BARB * (ahead[i] + side * aside[i]));
  return {path: [start, tip, barb(1), tip, barb(-1)], tip: tip.map((x, i) => x + 0.5 * ARROW * ahead[i])};
}

// The boundaries of other models, faint.
export function lineColumns(models) {
  const lines = models.map((model) => levels(model, [0.5], 60)[0]);
  return {others: {xs: lines.map(({x1}) => x1), ys: lines.map(({x2}) => x2)}};
}

// The boundary of the model to compare with, if there is one.
export const pinnedColumns = (model) => ({pinned: model ? levels(model, [0.5])[0] : {x1: [], x2: []}});

// The best line and the best boundary of all; of no gate, none.
export function limitColumns(of) {
  if (!of) return {"best line": {x1: [], x2: []}, "best boundary": {x1: [], x2: []}};
  const [w1, w2, intercept] = bestLine(of.truth, of.noiseLevel);
  return {"best line": level({w1, w2, w3: 0, intercept}), "best boundary": bayesBoundary(of.truth, of.noiseLevel)};
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
