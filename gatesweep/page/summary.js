// What a heatmap and its curves show: a measure of every model, and a statistic of it over the seeds of each cell.
// As gatesweep/results/measures.py and statistics.py.

import {truthOf} from "./engine/lecture.js";
import {exactAccuracy} from "./engine/theory.js";

export const TEST_NOISE = "test_noise_level";
// How far below Bayes the exact accuracy of a model is at most that has solved its gate.
const SOLVED = 0.02;

// One number of a model; `limits` are those of its gate and noise level.
const MEASURES = {
  separability_index: ({exact_accuracy}, {bayes, majority}) => (bayes - majority > 1e-9 ? (exact_accuracy - majority) / (bayes - majority) : NaN),
  gap_to_best_line: ({exact_accuracy}, {best}) => exact_accuracy - best,
  gap_to_bayes: ({exact_accuracy}, {bayes}) => exact_accuracy - bayes,
  solved: ({exact_accuracy}, {bayes}) => (Number.isNaN(exact_accuracy) ? NaN : Number(exact_accuracy >= bayes - SOLVED)),
  transfer_accuracy: ({params}, _, {gate, test_noise_level}) => (
    params.every(Number.isFinite) ? exactAccuracy(params, truthOf(gate), test_noise_level) : NaN),
  weight_norm: ({params}) => Math.hypot(...params.slice(0, -1)),
  separable: ({status}) => Number(status === "separable"),
  converged: ({status}) => Number(status === "converged"),
  diverged: ({status}) => Number(status === "diverged"),
};
export const measureOf = (name, kept, limits, place) => (MEASURES[name] ? MEASURES[name](kept, limits, place) : kept[name]);

// Linear quantile of ordered values.
function quantile(ordered, level) {
  const place = (ordered.length - 1) * level, below = Math.floor(place), share = place - below;
  return share > 0 ? ordered[below] + (ordered[below + 1] - ordered[below]) * share : ordered[below];
}

// The statistic over a cell's seeds, and the quantiles that a band is drawn of; what is no number does not count.
export function statistics(values, statistic) {
  const known = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (!known.length) return {value: NaN, low: NaN, median: NaN, high: NaN};
  const [low, median, high] = [0.1, 0.5, 0.9].map((level) => quantile(known, level));
  const value = {
    low, median, high, worst: known[0], best: known.at(-1), spread: high - low,
    mean: known.reduce((sum, one) => sum + one, 0) / known.length,
  }[statistic];
  return {value, low, median, high};
}

// The values that a grid has along each dimension, those included that come with the measure or with recorded epochs.
export function axesOf(grid, measure) {
  const epochs = grid.steps > 1 ? {epoch: Array.from({length: grid.steps}, (_, epoch) => epoch)} : {};
  return {...grid.axes, ...epochs, ...(measure === "transfer_accuracy" ? {[TEST_NOISE]: grid.axes.noise_level} : {})};
}

// Dimensions that only draw: other rows, other first weights. A cell holds all of those that its index leaves out.
const CHANCE = ["seed", "init_seed"];
export const drawn = (axes, given) => CHANCE.filter((name) => name in axes && !(name in given));

// Each place along some dimensions, the last one fastest.
export const placesOf = (axes, names) => names.reduce((places, name) => places.flatMap((place) => axes[name].map((_, i) => ({...place, [name]: i}))), [{}]);

// One cell: `index` says which value of each dimension but those that are drawn.
export function cellOf(grid, axes, index, {measure, statistic}) {
  const step = index.epoch ?? grid.steps - 1, place = {};
  for (const [name, i] of Object.entries(index)) place[name] = axes[name][i];
  const limits = grid.limitsOf(place.gate, place.noise_level);
  const models = placesOf(axes, drawn(axes, index)).map((one) => grid.of({...index, ...one}, step));
  const values = models.map((kept) => measureOf(measure, kept, limits, place));
  const isShare = ["solved", "separable", "converged", "diverged"].includes(measure);
  const diverged = models.filter(({status}) => status === "diverged").length / models.length;
  return {...statistics(values, isShare ? "mean" : statistic), diverged, values};
}
