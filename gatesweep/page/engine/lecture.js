// The lecture's data for gates of two inputs: noise, row order, splits and the order of mini-batches.

import {RandomState, TorchGenerator} from "./random.js";

export const TRAIN_SEED = 140;
const TEST_FRACTION = 0.2;

// Names of the 16 gates; a gate's outputs at the corners 00, 01, 10, 11 are its place here, read as binary.
export const GATES = ["FALSE", "AND", "NIMPLY", "X1", "CNIMPLY", "X2", "XOR", "OR", "NOR", "XNOR", "NOT_X2", "CIMPLY",
  "NOT_X1", "IMPLY", "NAND", "TRUE"];

export function truthOf(gate) {
  const place = GATES.indexOf(gate);
  return [8, 4, 2, 1].map((bit) => Number((place & bit) > 0));
}

// The lecture puts num_samples // 4 rows at each corner.
export const rowCount = (numSamples) => Math.floor(numSamples / 4) * 4;

// What a seed decides before any gate or noise level: the noise of each row and its corner, in shuffled order.
export function draw(seed, numSamples) {
  const n = rowCount(numSamples), stream = new RandomState(seed);
  const drawn = Float64Array.from({length: 2 * n}, () => stream.normal());
  const order = stream.permutation(n);
  const eps1 = new Float64Array(n), eps2 = new Float64Array(n), corner = new Uint8Array(n);
  order.forEach((from, i) => {
    eps1[i] = drawn[2 * from];
    eps2[i] = drawn[2 * from + 1];
    corner[i] = Math.floor(from / (n / 4));
  });
  return {n, eps1, eps2, corner};
}

// Row i is its corner plus noise_level times its noise; its label is the gate's output at the corner.
export function makeRows({n, eps1, eps2, corner}, truth, noiseLevel) {
  const x1 = new Float64Array(n), x2 = new Float64Array(n), label = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    x1[i] = (corner[i] >> 1) + noiseLevel * eps1[i];
    x2[i] = (corner[i] & 1) + noiseLevel * eps2[i];
    label[i] = truth[corner[i]];
  }
  return {n, x1, x2, label};
}

// Row numbers of the training and the test part: scikit-learn's train_test_split, or torch's random_split.
export function splitRows(n, split, trainSeed = TRAIN_SEED) {
  if (split === "sklearn") {
    const order = new RandomState(trainSeed).permutation(n), test = Math.ceil(TEST_FRACTION * n);
    return {train: order.slice(test), test: order.slice(0, test)};
  }
  const order = new TorchGenerator(trainSeed).permutation(n), [train] = torchParts(n);
  return {train: order.slice(0, train), test: order.slice(train)};
}

// scikit-learn's train_test_split with every group in the same proportion; `groups` says for each row which one it is of.
// null where a group is too small for that.
export function splitGroups(groups, trainSeed = TRAIN_SEED) {
  const stream = new RandomState(trainSeed), n = groups.length, nTest = Math.ceil(TEST_FRACTION * n), members = [];
  groups.forEach((group, row) => (members[group] ??= []).push(row));
  const rows = members.filter(Boolean), counts = rows.map(({length}) => length);
  if (Math.min(...counts) < 2 || nTest < rows.length || n - nTest < rows.length) return null;
  const nTrains = shared(counts, n - nTest, stream), nTests = shared(counts.map((count, i) => count - nTrains[i]), nTest, stream), train = [], test = [];
  rows.forEach((own, i) => {
    const order = [...stream.permutation(own.length)].map((place) => own[place]);
    train.push(...order.slice(0, nTrains[i]));
    test.push(...order.slice(nTrains[i], nTrains[i] + nTests[i]));
  });
  return {train: stream.permutation(train.length).map((place) => train[place]), test: stream.permutation(test.length).map((place) => test[place])};
}

// So many draws shared out in proportion to the counts; what rounding leaves over goes to the largest remainders, among equals by chance.
function shared(counts, draws, stream) {
  const sum = counts.reduce((a, b) => a + b, 0), exact = counts.map((count) => count / sum * draws), parts = exact.map(Math.floor);
  const rest = exact.map((share, i) => share - parts[i]), values = [...new Set(rest)].sort((a, b) => b - a);
  let left = draws - parts.reduce((a, b) => a + b, 0);
  for (const value of values) {
    if (!left) break;
    const places = [...rest.keys()].filter((i) => rest[i] === value), chosen = stream.permutation(places.length).slice(0, left);
    for (const place of chosen) parts[places[place]]++;
    left -= chosen.length;
  }
  return parts;
}

// random_split rounds both parts down and gives what is left over to the first.
function torchParts(n) {
  const parts = [1 - TEST_FRACTION, TEST_FRACTION].map((share) => Math.floor(n * share));
  parts[0] += n - parts[0] - parts[1];
  return parts;
}

// What the lecture draws with torch after its split: for each epoch the rows of each mini-batch, and the first values of
// the layers. Those come out of the same stream only where they are used (`linear`) and have no seed of their own.
export function miniBatches({n, nTrain, batchSize, epochs, nFeatures, linear = false, trainSeed = TRAIN_SEED, initSeed = null, hiddenUnits = 0}) {
  const stream = new TorchGenerator(trainSeed);
  stream.permutation(n);
  let first = linear && initSeed === null ? firstValues(stream, nFeatures, hiddenUnits) : null;
  const batches = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    stream.seed(); // the training loader's workers
    const order = new TorchGenerator(stream.seed()).permutation(nTrain), rows = [];
    for (let start = 0; start < nTrain; start += batchSize) rows.push(order.subarray(start, start + batchSize));
    batches.push(rows);
    stream.seed(); // the test loader's workers
  }
  first ??= firstValues(new TorchGenerator(initSeed ?? trainSeed), nFeatures, hiddenUnits);
  return {batches, first};
}

// Of nn.Linear(nFeatures, 1), or of two layers: weights and intercept of each unit, then of the output.
function firstValues(stream, nFeatures, hiddenUnits) {
  if (!hiddenUnits) return Float64Array.from(linearLayer(stream, nFeatures, 1).flat());
  const hidden = linearLayer(stream, nFeatures, hiddenUnits), [output] = linearLayer(stream, hiddenUnits, 1);
  return Float64Array.from([...hidden.flat(), ...output]);
}

// nn.Linear(nIn, nOut): weights and intercepts uniform within 1 / sqrt(nIn), in float32, all weights drawn first; a list
// of weights and intercept for each output.
function linearLayer(stream, nIn, nOut) {
  const bound = Math.fround(1 / Math.sqrt(nIn)), width = Math.fround(2 * bound);
  // Rounded once, after the sum, as torch's fused operation is.
  const drawn = () => Math.fround(stream.uniform() * width - bound);
  const lines = Array.from({length: nOut}, () => Array.from({length: nIn}, drawn));
  return lines.map((weights) => [...weights, drawn()]);
}
