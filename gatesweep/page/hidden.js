// The hidden space: the rows where the hidden neurons put them, and the line that the output draws there. As
// gatesweep/plots/hidden.py.

import {contours} from "./contours.js";
import {sigmoid} from "./engine/logistic.js";
import {hiddenAt, logit} from "./models.js";
import {isWrong, marked} from "./plots.js";
import {unitName} from "./words.js";

const MARGIN = 0.09;
// Of the span, how near to each other corners share a name; pixels between a corner and its name.
const TOGETHER = 0.04, ASIDE = 22;
export const HIDDEN_SIDE = 60;
// What a hidden neuron can say; a relu has no upper end.
const SAYS = {sigmoid: [0, 1], tanh: [-1, 1]};

const saysOf = (model, rows) => {
  const found = Array.from({length: rows.n}, (_, i) => hiddenAt(model, rows.x1[i], rows.x2[i]));
  return model.units.map((_, j) => found.map((says) => says[j]));
};
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values) => { const middle = mean(values); return Math.sqrt(mean(values.map((value) => (value - middle) ** 2))); };

// The neurons across and up, from 0: those asked for (from 1), and for 0 the one of the rest whose output weight moves
// the logit farthest. A single one has none beside it.
export function pairOf(model, rows, asked) {
  const count = model.units.length, matters = saysOf(model, rows).map((says, j) => Math.abs(model.output[j]) * spread(says) || 0);
  const known = asked.map((place) => (place > 0 && place <= count ? place - 1 : null));
  const rest = matters.map((_, j) => j).filter((j) => !known.includes(j)).sort((i, j) => matters[j] - matters[i]);
  const across = known[0] ?? rest.shift(), up = known[1] === null || known[1] === across ? rest.shift() ?? null : known[1];
  return [across, up];
}

export function hiddenSpan(model, rows) {
  const [low, high] = SAYS[model.activation] ?? [0, 2 ** Math.ceil(Math.log2(Math.max(1, ...saysOf(model, rows).flat().filter(Number.isFinite))))];
  const pad = MARGIN * (high - low);
  return [low - pad, high + pad];
}

// `image` takes the colours, as `surface` in geometry.js has them. The line is that of the two alone: what the others say
// is taken at its mean over the rows.
export function hiddenColumns(model, [across, up], rows, threshold, palette, image) {
  const [low, high] = hiddenSpan(model, rows), says = saysOf(model, rows), wide = high - low, {output} = model;
  const corners = [[0, 0], [0, 1], [1, 0], [1, 1]].map((corner) => hiddenAt(model, ...corner));
  // A single neuron has all rows on one line: they stand one above the other, in no order that matters.
  const placeUp = up === null ? Array.from({length: rows.n}, (_, i) => low + wide * (i + 0.5) / rows.n) : says[up];
  const others = output.map((_, j) => j).filter((j) => j !== across && j !== up);
  const rest = model.intercept + (rows.n ? others.reduce((sum, j) => sum + output[j] * mean(says[j]), 0) : 0);
  const z = (a, b) => rest + output[across] * a + (up === null ? 0 : output[up] * b);
  const at = (i, side) => low + wide * i / side, grid = Array.from({length: (HIDDEN_SIDE + 1) ** 2}, (_, i) =>
    z(at(i % (HIDDEN_SIDE + 1), HIDDEN_SIDE), at(Math.floor(i / (HIDDEN_SIDE + 1)), HIDDEN_SIDE)));
  for (let i = 0; i < image.length; i++) {
    const logitHere = z(at(i % HIDDEN_SIDE + 0.5, HIDDEN_SIDE), at(Math.floor(i / HIDDEN_SIDE) + 0.5, HIDDEN_SIDE));
    image[i] = Math.round(255 * (Number.isNaN(logitHere) ? 0.5 : sigmoid(logitHere)));
  }
  const cut = threshold > 0 && threshold < 1 ? contours(grid, low, high, Math.log(threshold / (1 - threshold))) : {x: [], y: []};
  const wrong = placeUp.map((_, i) => i).filter((i) => isWrong(sigmoid(logit(model, rows.x1[i], rows.x2[i])), rows.label[i], threshold));
  return {
    surface: {image: [image], x: [low], y: [low], dw: [wide], dh: [wide]}, rows: {a: says[across], b: placeUp, ...marked(rows, palette)},
    misclassified: {a: wrong.map((i) => says[across][i]), b: wrong.map((i) => placeUp[i])}, boundary: {a: cut.x, b: cut.y},
    corners: cornerNames(corners.map((corner) => corner[across]), corners.map((corner) => (up === null ? (low + high) / 2 : corner[up])), low, wide),
  };
}

// The names of the four corners beside their places, towards the middle; those that lie together share one.
function cornerNames(a, b, low, wide) {
  const names = {a: [], b: [], text: [], dx: [], dy: []}, aside = (at) => (at < low + wide / 2 ? ASIDE : -ASIDE);
  ["0 0", "0 1", "1 0", "1 1"].forEach((text, i) => {
    const near = names.a.findIndex((x, j) => Math.max(Math.abs(x - a[i]), Math.abs(names.b[j] - b[i])) < TOGETHER * wide);
    if (near >= 0) names.text[near] += `\n${text}`;
    else [a[i], b[i], text, aside(a[i]), -aside(b[i])].forEach((entry, j) => Object.values(names)[j].push(entry));
  });
  return names;
}

export const hiddenLabels = ([across, up]) => [`what ${unitName(across)} says`, up === null ? "rows, one above the other" : `what ${unitName(up)} says`];
