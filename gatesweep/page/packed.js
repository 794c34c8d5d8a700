// What was packed into the page: BokehJS, and a sweep.

import {STATUSES} from "./engine/crowd.js";
import {modelOf} from "./models.js";
import {Run} from "./runs.js";

const TYPES = {i1: Int8Array, u1: Uint8Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array};

// Browsers before 2025 have no word of their own for it.
const bytesOf = (base64) => Uint8Array.fromBase64?.(base64) ?? Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const inflated = (bytes) => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")));

// A text of the page that takes a third of its room packed.
export const unpackText = (base64) => inflated(bytesOf(base64)).text();

export async function unpack(data, packed) {
  if (!data.runs.length) return [];
  const bytes = bytesOf(packed);
  async function read({at, length, dtype}) {
    const planes = new Uint8Array(await inflated(bytes.subarray(at, at + length)).arrayBuffer());
    const width = TYPES[dtype].BYTES_PER_ELEMENT, count = planes.length / width;
    const plain = new Uint8Array(planes.length);
    for (let plane = 0; plane < width; plane++) {
      for (let i = 0; i < count; i++) plain[i * width + plane] = planes[plane * count + i];
    }
    return new TYPES[dtype](plain.buffer);
  }
  const noise = {seeds: data.noise.seeds, eps: await read(data.noise.eps), n: data.noise.eps.shape[1]};
  return Promise.all(data.runs.map(async (entry) => {
    const arrays = {};
    for (const [name, where] of Object.entries(entry.arrays)) arrays[name] = await read(where);
    return new PackedRun(entry, arrays, noise);
  }));
}

class PackedRun extends Run {
  constructor(entry, arrays, noise) {
    super(entry);
    Object.assign(this, {arrays, noise, width: entry.arrays.models.shape.at(-1)});
  }

  get seeds() { return this.dim("seed").values; }
  steps() { return this.epochs || 1; }
  truth(at) { return this.truths[at.gate]; }
  hasProduct() { return this.width > 3; }
  status(at) { return STATUSES[this.arrays.status[this.place(at)]]; }

  trained(at, epoch) {
    const start = (this.place(at) * this.steps() + epoch) * this.width;
    return Float64Array.from(this.arrays.models.subarray(start, start + this.width));
  }

  // Rows in the order drawn: corner by corner, as the lecture makes them before it shuffles.
  rows(at) {
    const n = this.#count(at), sigma = this.value("noise_level", at), truth = this.truth(at);
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

  // Correct rows over all rows, as the engine counted them.
  scores(at, epoch) {
    const found = super.scores(at, epoch);
    return this.byHand ? found : {...found, train: this.#share("train", at, epoch), test: this.#share("test", at, epoch)};
  }
  #count(at) { return Math.floor(this.value("num_samples", at) / 4) * 4; }
  #share(part, at, epoch) {
    const test = this.test_counts[at.num_samples ?? 0], rows = part === "test" ? test : this.#count(at) - test;
    return this.arrays[part][this.place(at) * this.steps() + epoch] / rows;
  }
  trainedExact(at, epoch) { return this.arrays.exact?.[this.place(at) * this.steps() + epoch] ?? super.trainedExact(at, epoch); }

  limits(at) { return this.limitsOf(this.value("gate", at), this.value("noise_level", at)); }
  limitsOf(gate, level) {
    const {values} = this.dim("noise_level"), start = (this.dim("gate").values.indexOf(gate) * values.length + values.indexOf(level)) * 3;
    const [bayes, best, majority] = this.arrays.limits.subarray(start, start + 3);
    return {bayes, best, majority};
  }

  // The models of all seeds at this place.
  others(at, epoch) {
    const places = this.seeds.map((_, seed) => ({...at, seed}));
    return {
      over: "seed", exact: places.map((place) => this.trainedExact(place, epoch)),
      models: places.map((place) => modelOf(this.trained(place, epoch))),
    };
  }

  // What a chart of the population takes: every gate, noise level and seed, all else as it is at this place.
  grid(at) {
    const axes = Object.fromEntries(["gate", "noise_level", "seed"].map((name) => [name, this.dim(name).values]));
    return {
      axes, steps: this.steps(), done: true, ready: this.constants.n_models, total: this.constants.n_models,
      of: (index, step) => this.#kept({...at, ...index}, step), limitsOf: (gate, level) => this.limitsOf(gate, level),
    };
  }

  // A packed sweep has scores and weights of every model, and no losses.
  #kept(at, epoch) {
    const params = this.trained(at, epoch), status = this.status(at);
    return {
      train_accuracy: this.#share("train", at, epoch), test_accuracy: this.#share("test", at, epoch),
      exact_accuracy: this.trainedExact(at, epoch), params, status,
    };
  }
}
