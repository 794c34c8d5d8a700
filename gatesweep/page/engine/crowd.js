// Many models one after the other: every gate, noise level and seed of a job, with a pause for whoever waits.

import {dataOf, DEFAULTS, fit} from "./training.js";
import {accuracy} from "./logistic.js";
import {truthOf} from "./lecture.js";
import {exactAccuracy} from "./theory.js";

// Scores kept of a model at a step: train, test and exact accuracy, then w1, w2, w of x1*x2 and intercept.
export const KEPT = 7;

export const modelCount = ({gates, levels, seeds}) => gates.length * levels.length * seeds.length;

// Steps kept of each model of a job: every epoch after the start where `path` asks for it, else the last alone.
export function keptSteps({settings, path}) {
  return path && settings.solver !== "newton" ? (settings.epochs ?? DEFAULTS.epochs) + 1 : 1;
}

// Fits the models of a job in the order gate, noise level, seed; yields a Float32Array (steps, KEPT) for each.
export function* crowd(job) {
  const {settings, gates, levels, seeds} = job, steps = keptSteps(job);
  for (const gate of gates) {
    for (const noise_level of levels) {
      for (const seed of seeds) {
        const one = {...settings, gate, noise_level, seed};
        yield kept(fit(one, dataOf(one)), truthOf(gate), noise_level, steps);
      }
    }
  }
}

function kept({path, train, test}, truth, noiseLevel, steps) {
  const out = new Float32Array(steps * KEPT);
  for (let step = 0; step < steps; step++) {
    const params = steps === 1 ? path.at(-1) : path[Math.min(step, path.length - 1)];
    const at = step * KEPT;
    out[at] = accuracy(train, params);
    out[at + 1] = accuracy(test, params);
    out[at + 2] = exactAccuracy(params, truth, noiseLevel);
    out[at + 3] = params[0];
    out[at + 4] = params[1];
    out[at + 5] = params.length > 3 ? params[2] : 0;
    out[at + 6] = params[params.length - 1];
  }
  return out;
}

const SLICE_MS = 20;

// Works off the newest job of each kind, small kinds first, a slice at a time; a newer job of its kind replaces it.
// `report` gets {kind, id, from, parts, done}: a Float32Array (models, steps, KEPT) from model number `from` on.
export class Desk {
  constructor(report) {
    Object.assign(this, {report, jobs: new Map(), busy: false});
  }

  take(job) {
    this.jobs.set(job.kind, {job, models: crowd(job), from: 0});
    if (!this.busy) {
      this.busy = true;
      setTimeout(() => this.#slice());
    }
  }

  #slice() {
    const [kind, state] = [...this.jobs].sort(([, a], [, b]) => modelCount(a.job) - modelCount(b.job))[0] ?? [];
    if (!state) { this.busy = false; return; }
    const parts = [], end = performance.now() + SLICE_MS;
    let next;
    do {
      next = state.models.next();
      if (!next.done) parts.push(next.value);
    } while (!next.done && performance.now() < end);
    if (next.done) this.jobs.delete(kind);
    const width = keptSteps(state.job) * KEPT, joined = new Float32Array(parts.length * width);
    parts.forEach((part, i) => joined.set(part, i * width));
    this.report({kind, id: state.job.id, from: state.from, parts: joined, done: Boolean(next.done)});
    state.from += parts.length;
    setTimeout(() => this.#slice());
  }
}
