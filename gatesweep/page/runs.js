// Sweeps as the page reads them: packed arrays, the rows of a model, its predictions and the theory.

async function unpack(data, packed) {
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
    return new Run(entry, arrays, noise);
  }));
}

const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const logLoss = (z, label) => Math.max(label ? -z : z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

// Taylor series of Phi around 0 (Marsaglia, Journal of Statistical Software 11(4), 2004).
function normalCdf(x) {
  if (!(Math.abs(x) < 8)) return x > 0 ? 1 : 0;
  let sum = x, term = x, last = NaN;
  for (let k = 3; sum !== last; k += 2) {
    last = sum;
    term *= x * x / k;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.9189385332046727);
}

// One sweep: `at` is a place on its grid, an index for each dimension by name.
class Run {
  constructor(entry, arrays, noise) {
    Object.assign(this, entry, {arrays, noise});
    this.steps = this.epochs || 1;
    this.parameters = entry.arrays.models.shape.at(-1);
    this.tables = new Map();
  }

  dim(name) { return this.dims.find((dim) => dim.name === name); }
  value(name, at) {
    const dim = this.dim(name);
    return dim ? dim.values[at[name]] : this.constants[name];
  }
  place(at) { return this.dims.reduce((sum, dim) => sum * dim.values.length + at[dim.name], 0); }

  rowCount(at) { return Math.floor(this.value("num_samples", at) / 4) * 4; }

  // The logit is w1*x1 + w2*x2 + w3*x1*x2 + intercept; w3 is 0 without the product feature.
  model(at, epoch) {
    const start = (this.place(at) * this.steps + epoch) * this.parameters, p = this.arrays.models;
    const w3 = this.parameters > 3 ? p[start + 2] || 0 : 0;
    return {w1: p[start], w2: p[start + 1], w3, intercept: p[start + this.parameters - 1]};
  }

  // Rows in the order drawn: corner by corner, as the lecture makes them before it shuffles.
  rows(at) {
    const n = this.rowCount(at), sigma = this.value("noise_level", at), truth = this.truths[at.gate];
    const seeds = this.dim("seed").values, sizes = this.dim("num_samples")?.values.length ?? 1;
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
    const place = this.place(at) * this.steps + epoch, n = this.rowCount(at), nTest = this.testCount(at);
    return {train: this.arrays.train[place] / (n - nTest), test: this.arrays.test[place] / nTest};
  }
  testCount(at) { return this.test_counts[at.num_samples ?? 0]; }

  // Mean over the corners of the chance that noise leaves a row on its own side of the line.
  exact(at, epoch) {
    if (this.arrays.exact) return this.arrays.exact[this.place(at) * this.steps + epoch];
    const m = this.model(at, epoch), truth = this.truths[at.gate];
    const spread = this.value("noise_level", at) * Math.hypot(m.w1, m.w2);
    let sum = 0;
    for (let corner = 0; corner < 4; corner++) {
      const logit = m.w1 * (corner >> 1) + m.w2 * (corner & 1) + m.intercept;
      const one = spread > 0 ? normalCdf(logit / spread) : Number(logit >= 0);
      sum += truth[corner] ? one : 1 - one;
    }
    return sum / 4;
  }

  limits(at) {
    const start = (at.gate * this.dim("noise_level").values.length + at.noise_level) * 6;
    const [bayes, best, majority, w1, w2, intercept] = this.arrays.limits.subarray(start, start + 6);
    return {bayes, best, majority, line: {w1, w2, w3: 0, intercept}};
  }

  measure(name, at, epoch) {
    if (name === "train" || name === "test") return this.scores(at, epoch)[name];
    const exact = this.exact(at, epoch), {bayes, best, majority} = this.limits(at);
    if (name === "exact") return exact;
    if (name === "gap") return best - exact;
    return bayes > majority ? (exact - majority) / (bayes - majority) : NaN;
  }

  // Mean and 10 % and 90 % quantiles over the seeds of every gate and noise level.
  table(name, at, epoch) {
    const gates = this.dim("gate").values.length, levels = this.dim("noise_level").values.length;
    const others = this.dims.filter((d) => !["gate", "noise_level", "seed"].includes(d.name)).map((d) => at[d.name]);
    const key = [name, epoch, ...others].join();
    if (this.tables.has(key)) return this.tables.get(key);
    const cells = [];
    for (let gate = 0; gate < gates; gate++) {
      for (let level = 0; level < levels; level++) {
        const values = this.dim("seed").values.map((_, seed) => this.measure(name, {...at, gate, noise_level: level, seed}, epoch));
        values.sort((a, b) => a - b);
        const quantile = (q) => values[Math.round(q * (values.length - 1))];
        cells.push({gate, level, mean: values.reduce((a, b) => a + b, 0) / values.length, low: quantile(0.1), high: quantile(0.9)});
      }
    }
    if (this.tables.size > 400) this.tables.clear();
    this.tables.set(key, cells);
    return cells;
  }
}

const logit = (m, x1, x2) => m.w1 * x1 + m.w2 * x2 + m.w3 * x1 * x2 + m.intercept;

// Where the logit is `level` inside [low, high] squared, as segments. Along a cell's edges the logit is
// linear, so the ends of every segment are exact; without the product feature so is the whole line.
function contour(m, level, low, high) {
  const out = {x0: [], y0: [], x1: [], y1: []}, cells = m.w3 ? 60 : 1, step = (high - low) / cells;
  const cross = (xa, ya, xb, yb) => {
    const a = logit(m, xa, ya) - level, b = logit(m, xb, yb) - level;
    return (a < 0) === (b < 0) ? null : [xa + (xb - xa) * a / (a - b), ya + (yb - ya) * a / (a - b)];
  };
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      const x = low + i * step, y = low + j * step, X = x + step, Y = y + step;
      const points = [cross(x, y, X, y), cross(X, y, X, Y), cross(X, Y, x, Y), cross(x, Y, x, y)].filter(Boolean);
      for (let k = 0; k + 1 < points.length; k += 2) {
        out.x0.push(points[k][0]); out.y0.push(points[k][1]);
        out.x1.push(points[k + 1][0]); out.y1.push(points[k + 1][1]);
      }
    }
  }
  return out;
}

function meanLoss(m, rows, test) {
  let sum = 0, count = 0;
  for (let i = 0; i < rows.n; i++) {
    if (rows.test[i] !== test) continue;
    sum += logLoss(logit(m, rows.x1[i], rows.x2[i]), rows.label[i]);
    count++;
  }
  return sum / count;
}
