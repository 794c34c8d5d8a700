// Many models one after the other: every place of a grid, with a pause for whoever waits.

import {bootstrapCounts} from "./resampling.js";
import {surveyOf, refitOn} from "./survey.js";
import {dataOf, DEFAULTS, fit, scoresOf} from "./training.js";
import {truthOf} from "./lecture.js";
import {networkAccuracy} from "./network_theory.js";
import {exactAccuracy} from "./theory.js";

// How a fit ended, by the number that a dataset keeps.
export const STATUSES = ["converged", "max_iter", "separable", "diverged", "redundant", "undecided"];

// What is kept of a model at a step, after its status: scores, then w1, w2, w of x1*x2 and intercept. A network has no
// such line; where a job says how many numbers its models have, it is all of those.
export const SCORES = ["train_accuracy", "test_accuracy", "exact_accuracy", "train_loss", "test_loss"];
export const keptWidth = ({numbers = 4}) => 1 + SCORES.length + numbers;

const sizes = ({axes}) => Object.values(axes).map((values) => values.length);
export const modelCount = (job) => sizes(job).reduce((product, size) => product * size, 1);

// Steps kept of each model of a job: every epoch after the start where `path` asks for it, else the last alone.
export function keptSteps({settings, path}) {
  return path && settings.solver !== "newton" ? (settings.epochs ?? DEFAULTS.epochs) + 1 : 1;
}

// Of a job that several hands share, each takes a block of models in turn, so that all are made nearly in order.
const BLOCK = 20;
function* shareOf({hand = 0, hands = 1, ...job}) {
  const total = modelCount(job);
  for (let model = hand * BLOCK; model < total; model += model % BLOCK < BLOCK - 1 ? 1 : (hands - 1) * BLOCK + 1) yield model;
}

// Fits the models of a job, or of a hand's share in it, the last of its axes running fastest; yields the number of each, and
// a Float32Array (steps, kept width). Where it has own rows, its models are refits of them.
export function* crowd(job) {
  if (job.own) {
    const counts = bootstrapCounts(job.own.train.length, modelCount(job));
    for (const model of shareOf(job)) yield [model, keptRefit(job, counts[model])];
    return;
  }
  const steps = keptSteps(job), names = Object.keys(job.axes), lengths = sizes(job);
  for (const model of shareOf(job)) {
    const one = {...job.settings};
    for (let axis = names.length - 1, rest = model; axis >= 0; rest = Math.floor(rest / lengths[axis]), axis--) {
      one[names[axis]] = job.axes[names[axis]][rest % lengths[axis]];
    }
    if (one.C === "inf") one.C = Infinity;
    yield [model, kept(fit(one, dataOf(one)), one, steps, job)];
  }
}

function kept(model, settings, steps, job) {
  const width = keptWidth(job), out = new Float32Array(steps * width), {path} = model, truth = truthOf(settings.gate), status = STATUSES.indexOf(model.status);
  const isNetwork = settings.hidden_units > 0, exactOf = isNetwork ? networkAccuracy : exactAccuracy;
  for (let step = 0; step < steps; step++) {
    const params = steps === 1 ? path.at(-1) : path[Math.min(step, path.length - 1)], scores = scoresOf(model, params);
    const exact = exactOf(params, truth, settings.noise_level, {...DEFAULTS, ...settings});
    const line = isNetwork ? [NaN, NaN, NaN, NaN] : [params[0], params[1], params.length > 3 ? params[2] : 0, params.at(-1)], numbers = job.numbers ? params : line;
    out.set([status, scores.trainAccuracy, scores.testAccuracy, exact, scores.trainLoss, scores.testLoss, ...numbers], step * width);
  }
  return out;
}

// Of a refit, its accuracy on the training rows that it did not draw.
function keptRefit({own, settings, numbers}, counts) {
  const {params, status, accuracy} = refitOn(own, settings, counts), out = new Float32Array(keptWidth({numbers})).fill(NaN);
  out[0] = STATUSES.indexOf(status);
  out[1 + SCORES.indexOf("test_accuracy")] = accuracy;
  out.set(params, 1 + SCORES.length);
  return out;
}

const SLICE_MS = 20;

// Works off the newest job of each kind, small kinds first, a slice at a time; a newer job of its kind replaces it, and
// a job without axes cancels it. `report` gets {kind, id, models, parts, done}: numbers of models, and a Float32Array (models,
// steps, kept width) of them; of a survey of own rows, nothing but `found` when it is done.
export class Desk {
  constructor(report) {
    Object.assign(this, {report, jobs: new Map(), busy: false});
  }

  take(job) {
    this.jobs.delete(job.kind);
    if (job.axes) this.jobs.set(job.kind, {job, found: job.kind === "survey" ? surveyOf(job) : crowd(job)});
    if (!this.busy) {
      this.busy = true;
      setTimeout(() => this.#slice());
    }
  }

  #slice() {
    const [kind, state] = [...this.jobs].sort(([, a], [, b]) => modelCount(a.job) - modelCount(b.job))[0] ?? [];
    if (!state) { this.busy = false; return; }
    const made = [], end = performance.now() + SLICE_MS;
    let next;
    do {
      next = state.found.next();
      if (next.value && !next.done) made.push(next.value);
    } while (!next.done && performance.now() < end);
    if (next.done) this.jobs.delete(kind);
    const width = keptSteps(state.job) * keptWidth(state.job), parts = new Float32Array(made.length * width);
    made.forEach(([, part], i) => parts.set(part, i * width));
    this.report({kind, id: state.job.id, models: made.map(([model]) => model), parts, done: Boolean(next.done), found: next.done ? next.value : undefined});
    setTimeout(() => this.#slice());
  }
}
