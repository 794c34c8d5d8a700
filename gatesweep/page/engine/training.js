// One model from its settings: rows, split, training, scores. Equal to what gatesweep.sweep gives for them.

import {descent} from "./descent.js";
import {draw, makeRows, miniBatches, splitGroups, splitRows, TRAIN_SEED, truthOf} from "./lecture.js";
import {designOf, scoresOn} from "./logistic.js";
import {throughUnits} from "./network.js";
import {newton} from "./newton.js";
import {populationOptimum} from "./population.js";

export const DEFAULTS = {
  gate: "AND", noise_level: 0.05, seed: 42, num_samples: 500, features: "linear", hidden_units: 0, activation: "sigmoid", solver: "newton", C: 1, learning_rate: 0.5,
  epochs: 20, batch_size: 64, init: "auto", init_seed: null, train_seed: TRAIN_SEED, split: "auto", max_iter: 100,
};

// Keeps the last results of a function whose first arguments are its key.
function remembered(limit, compute) {
  const kept = new Map();
  return (...args) => {
    const key = args.join();
    if (!kept.has(key)) {
      if (kept.size >= limit) kept.delete(kept.keys().next().value);
      kept.set(key, compute(...args));
    }
    return kept.get(key);
  };
}

// More seeds than a grid has, which goes through all of them at each noise level.
const drawOf = remembered(512, draw);
const splitOf = remembered(16, splitRows);
const batchesOf = remembered(16, (n, nTrain, batchSize, epochs, nFeatures, linear, trainSeed, initSeed, hiddenUnits) =>
  miniBatches({n, nTrain, batchSize, epochs, nFeatures, linear, trainSeed, initSeed, hiddenUnits}));
const optimumOf = remembered(256, populationOptimum);

// The rows of a model, in the lecture's shuffled order, and which of them are its training and its test part.
export function dataOf(settings) {
  const s = {...DEFAULTS, ...settings}, drawn = drawOf(s.seed, s.num_samples);
  const split = splitNameOf(s), parts = split === "stratified" ? splitGroups(drawn.corner, s.train_seed) : null;
  return {rows: makeRows(drawn, truthOf(s.gate), s.noise_level), ...(parts ?? splitOf(drawn.n, split, s.train_seed))};
}
export const splitNameOf = ({split, solver}) => (split !== "auto" ? split : solver === "newton" ? "sklearn" : "torch");

// Whether torch draws first weights. It does for a network set by hand too, so that its mini-batches stay as they are.
export const drawsFirst = ({init, hidden_units}) => init === "linear" || (hidden_units > 0 && (init === "auto" || init === "hand"));

// A fitted model: `path` holds w1, w2, (w of x1*x2), intercept after every epoch (newton: step), the start first.
// `settings.start` holds the parameters that init "hand" starts from. `counts` says how often each training row counts, in
// the mini-batch in which it would count once.
export function fit(settings, data = dataOf(settings), counts = null) {
  const s = {...DEFAULTS, ...settings}, {rows} = data, places = countedRows(data.train, counts), count = data.train.length;
  const train = design(rows, places.rows, s), test = design(rows, data.test, s), {nFeatures} = train;
  if (!train.n) return {path: [new Float64Array(train.p)], status: "converged", train, test};
  const [batchSize, epochs] = s.solver === "newton" ? [count, 0] : [s.batch_size, s.epochs], n = counts ? count : rows.n;
  const stream = batchesOf(n, count, batchSize, epochs, nFeatures, drawsFirst(s), s.train_seed, s.init_seed, s.hidden_units);
  const first = drawsFirst(s) && s.init !== "hand" ? stream.first : startOf(s, train), batches = stream.batches.map((epoch) => epoch.map(places.of));
  const found = s.solver === "newton"
    ? newton(train, {C: s.C, maxIter: s.max_iter, first})
    : descent(train, {solver: s.solver, learningRate: s.learning_rate, batches, first});
  return {...found, train, test};
}

// Rows as often as they count, and where those of a mini-batch are among them.
function countedRows(index, counts) {
  if (!counts) return {rows: index, of: (batch) => batch};
  const rows = [], first = [];
  index.forEach((row, i) => {
    first.push(rows.length);
    for (let k = 0; k < counts[i]; k++) rows.push(row);
  });
  return {rows, of: (batch) => [...batch].flatMap((i) => Array.from({length: counts[i]}, (_, k) => first[i] + k))};
}

function design(rows, index, {features, hidden_units, activation}) {
  const line = designOf(rows, index, features), found = hidden_units ? throughUnits(line, hidden_units, activation) : line;
  return Object.assign(found, {nFeatures: line.p - 1});
}

// "auto" is 0 for newton, whose way to the optimum is worth seeing, and ones for sgd and adam.
function startOf({init, solver, start, gate, noise_level, C, features}, {p, n}) {
  if (init === "hand") return Float64Array.from(start);
  if (init === "population") return optimumOf(gate, noise_level, C, n, features);
  return new Float64Array(p).fill(solver === "newton" && init === "auto" ? 0 : 1);
}

// Losses and accuracies on the training and the test rows of a model of the path.
export function scoresOf({train, test}, params) {
  const onTrain = scoresOn(train, params), onTest = scoresOn(test, params);
  return {trainLoss: onTrain.loss, testLoss: onTest.loss, trainAccuracy: onTrain.accuracy, testAccuracy: onTest.accuracy};
}
