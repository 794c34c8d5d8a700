// Gradient descent as the lecture trains: torch.optim's SGD and Adam over mini-batches of the mean log loss.

import {gradient, meanLoss, separates} from "./logistic.js";

// Mean gradient below which a model counts as converged.
const FLAT = 1e-4;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

const OPTIMIZERS = {
  sgd: (p, rate) => (params, slope) => {
    for (let j = 0; j < p; j++) params[j] -= rate * slope[j];
  },
  adam: (p, rate) => {
    const mean = new Float64Array(p), square = new Float64Array(p);
    let steps = 0;
    return (params, slope) => {
      steps++;
      for (let j = 0; j < p; j++) {
        mean[j] = BETA1 * mean[j] + (1 - BETA1) * slope[j];
        square[j] = BETA2 * square[j] + (1 - BETA2) * slope[j] ** 2;
        const spread = Math.sqrt(square[j]) / Math.sqrt(1 - BETA2 ** steps) + EPSILON;
        params[j] -= rate / (1 - BETA1 ** steps) * mean[j] / spread;
      }
    };
  },
};

// `batches` holds for each epoch the rows of each mini-batch. The path holds the model after every epoch, `first` first.
export function descent(design, {solver, learningRate, batches, first}) {
  const {p} = design, step = OPTIMIZERS[solver](p, learningRate), slope = new Float64Array(p);
  const path = [first.slice()], params = first.slice();
  for (const epoch of batches) {
    for (const rows of epoch) {
      gradient(design, params, rows, slope);
      // A mini-batch of rows that do not count is flat.
      for (let j = 0; j < p; j++) slope[j] /= rows.length || 1;
      step(params, slope);
    }
    if (!params.every(Number.isFinite)) return {path, status: "diverged"};
    path.push(params.slice());
  }
  return {path, status: statusOf(design, path)};
}

// No penalty holds the weights, so rows that are all on their right side have no optimum. Diverged is who ended
// more than twice as badly as both its start and a coin: the log loss keeps steps bounded, so no number overflows.
function statusOf(design, path) {
  const last = path.at(-1), all = Uint32Array.from({length: design.n}, (_, i) => i);
  if (meanLoss(design, last) > 2 * Math.max(meanLoss(design, path[0]), Math.log(2))) return "diverged";
  if (separates(design, last)) return "separable";
  const slope = gradient(design, last, all, new Float64Array(design.p));
  return slope.every((value) => Math.abs(value) / design.n <= FLAT) ? "converged" : "max_iter";
}
