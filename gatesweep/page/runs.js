// Models as the page reads them: a grid of settings with a place for each model, its scores and the limits of theory.

import {exactAccuracy} from "./engine/theory.js";
import {softplus} from "./engine/logistic.js";
import {logit} from "./plane.js";

// How a fit ended, by the number that a dataset keeps.
const STATUSES = ["converged", "max_iter", "separable", "diverged", "redundant", "undecided"];

// A grid of models: `at` is a place on it, an index for each dimension by name.
export class Run {
  constructor(entry) { Object.assign(this, entry); }

  dim(name) { return this.dims.find((dim) => dim.name === name); }
  value(name, at) {
    const dim = this.dim(name);
    return dim ? dim.values[at[name]] : this.constants[name];
  }
  place(at) { return this.dims.reduce((sum, dim) => sum * dim.values.length + at[dim.name], 0); }

  measure(name, at, epoch) {
    if (name === "train" || name === "test") return this.scores(at, epoch)[name];
    return fromExact(name, this.exact(at, epoch), this.limits(at));
  }
}

// The measures that follow from the exact accuracy and the limits of its gate and noise level.
export function fromExact(name, exact, {bayes, best, majority}) {
  if (name === "exact") return exact;
  if (name === "gap") return best - exact;
  return bayes > majority ? (exact - majority) / (bayes - majority) : NaN;
}

// Mean and 10 % and 90 % quantiles.
export function spread(values) {
  values.sort((a, b) => a - b);
  const quantile = (q) => values[Math.round(q * (values.length - 1))];
  return {mean: values.reduce((a, b) => a + b, 0) / values.length, low: quantile(0.1), high: quantile(0.9)};
}

export async function unpack(data, packed) {
  if (!data.runs.length) return [];
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const types = {i1: Int8Array, u1: Uint8Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array};
  async function read({at, length, dtype}) {
    const stream = new Blob([bytes.subarray(at, at + length)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const planes = new Uint8Array(await new Response(stream).arrayBuffer());
    const width = types[dtype].BYTES_PER_ELEMENT, count = planes.length / width;
    const plain = new Uint8Array(planes.length);
    for (let plane = 0; plane < width; plane++) {
      for (let i = 0; i < count; i++) plain[i * width + plane] = planes[plane * count + i];
    }
    return new types[dtype](plain.buffer);
  }
  const noise = {seeds: data.noise.seeds, eps: await read(data.noise.eps), n: data.noise.eps.shape[1]};
  return Promise.all(data.runs.map(async (entry) => {
    const arrays = {};
    for (const [name, where] of Object.entries(entry.arrays)) arrays[name] = await read(where);
    return new PackedRun(entry, arrays, noise);
  }));
}

// A sweep that was packed into the page.
export class PackedRun extends Run {
  constructor(entry, arrays, noise) {
    super(entry);
    Object.assign(this, {arrays, noise, parameters: entry.arrays.models.shape.at(-1), tables: new Map()});
  }

  get seeds() { return this.dim("seed").values; }
  map() { return {gates: this.dim("gate").values, levels: this.dim("noise_level").values, seeds: this.seeds}; }
  steps() { return this.epochs || 1; }
  hasProduct() { return this.parameters > 3; }
  status(at) { return STATUSES[this.arrays.status[this.place(at)]]; }
  rowCount(at) { return Math.floor(this.value("num_samples", at) / 4) * 4; }

  model(at, epoch) {
    const start = (this.place(at) * this.steps() + epoch) * this.parameters, p = this.arrays.models;
    const w3 = this.parameters > 3 ? p[start + 2] || 0 : 0;
    return {w1: p[start], w2: p[start + 1], w3, intercept: p[start + this.parameters - 1]};
  }

  // Rows in the order drawn: corner by corner, as the lecture makes them before it shuffles.
  rows(at) {
    const n = this.rowCount(at), sigma = this.value("noise_level", at), truth = this.truths[at.gate];
    const {seeds} = this, sizes = this.dim("num_samples")?.values.length ?? 1;
    const eps = this.noise.eps, first = this.noise.seeds.indexOf(seeds[at.seed]) * this.noise.n * 2;
    const bits = this.arrays.test_rows, stride = bits.length / (sizes * seeds.length);
    const mask = ((at.num_samples ?? 0) * seeds.length + at.seed) * stride;
    const rows = {n, x1: new Float64Array(n), x2: new Float64Array(n), label: new Uint8Array(n), test: new Uint8Array(n)};
    for (let i = 0; i < n; i++) {
      const corner = Math.floor(i / (n / 4));
      rows.x1[i] = (corner >> 1) + sigma * eps[first + 2 * i];
      rows.x2[i] = (corner & 1) + sigma * eps[first + 2 * i + 1];
      rows.label[i] = truth[corner];
      rows.test[i] = (bits[mask + (i >> 3)] >> (i & 7)) & 1;
    }
    return rows;
  }

  // Correct rows over all rows, counted by the engine.
  scores(at, epoch) {
    const place = this.place(at) * this.steps() + epoch, n = this.rowCount(at), nTest = this.testCount(at);
    return {train: this.arrays.train[place] / (n - nTest), test: this.arrays.test[place] / nTest};
  }
  testCount(at) { return this.test_counts[at.num_samples ?? 0]; }

  losses(at) {
    const rows = this.rows(at), models = Array.from({length: this.steps()}, (_, epoch) => this.model(at, epoch));
    return [0, 1].map((test) => models.map((model) => packedLoss(model, rows, test)));
  }

  exact(at, epoch) {
    if (this.arrays.exact) return this.arrays.exact[this.place(at) * this.steps() + epoch];
    const {w1, w2, intercept} = this.model(at, epoch);
    return exactAccuracy([w1, w2, intercept], this.truths[at.gate], this.value("noise_level", at));
  }

  limits(at) {
    const start = (at.gate * this.dim("noise_level").values.length + at.noise_level) * 6;
    const [bayes, best, majority, w1, w2, intercept] = this.arrays.limits.subarray(start, start + 6);
    return {bayes, best, majority, line: {w1, w2, w3: 0, intercept}};
  }
  limitsOf(gate, level) {
    return this.limits({gate: this.dim("gate").values.indexOf(gate), noise_level: this.dim("noise_level").values.indexOf(level)});
  }

  others(name, at, epoch) {
    const places = this.seeds.map((_, seed) => ({...at, seed}));
    return {done: true, values: places.map((place) => this.measure(name, place, epoch)), models: places.map((place) => this.model(place, epoch))};
  }

  // Mean and 10 % and 90 % quantiles over the seeds of every gate and noise level.
  table(name, at, epoch) {
    const {gates, levels} = this.map();
    const others = this.dims.filter((d) => !["gate", "noise_level", "seed"].includes(d.name)).map((d) => at[d.name]);
    const key = [name, epoch, ...others].join();
    if (this.tables.has(key)) return this.tables.get(key);
    const cells = gates.flatMap((_, gate) => levels.map((_, level) => ({
      gate, level, ...spread(this.seeds.map((_, seed) => this.measure(name, {...at, gate, noise_level: level, seed}, epoch))),
    })));
    if (this.tables.size > 400) this.tables.clear();
    const table = {cells, done: true};
    this.tables.set(key, table);
    return table;
  }
}

// Mean log loss in nats over the training (test = 0) or the test rows.
function packedLoss(m, rows, test) {
  let sum = 0, count = 0;
  for (let i = 0; i < rows.n; i++) {
    if (rows.test[i] !== test) continue;
    sum += softplus((1 - 2 * rows.label[i]) * logit(m, rows.x1[i], rows.x2[i]));
    count++;
  }
  return sum / count;
}
