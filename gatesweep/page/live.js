// Models that the page trains itself: the one on show at once, its population in a worker.

import {Desk, KEPT, keptSteps, modelCount} from "./engine/crowd.js";
import {truthOf} from "./engine/lecture.js";
import {bayesAccuracy, bestLine, exactAccuracy, majorityAccuracy} from "./engine/theory.js";
import {dataOf, fit, scoresOf} from "./engine/training.js";
import {fromExact, Run, spread} from "./runs.js";

const FITS_KEPT = 32;
const CROWD_SEEDS = Array.from({length: 200}, (_, seed) => seed);
const MOST_KEPT = 4e6;

// Hands jobs to a worker made of `source` at the first of them; where a strict page forbids workers, to a desk of its own.
export class Crew {
  constructor(source) {
    Object.assign(this, {source, waiting: new Map(), number: 0, send: null});
  }

  // Asks for the models of a job; a newer job of the same kind replaces it. `take` gets the parts as they come.
  ask(job, take) {
    const asked = {...job, id: ++this.number};
    this.waiting.set(job.kind, {job: asked, take});
    this.send ??= this.#worker();
    this.send(asked);
  }

  #take(part) {
    const wait = this.waiting.get(part.kind);
    if (wait?.job.id === part.id) wait.take(part);
  }

  #worker() {
    try {
      const worker = new Worker(URL.createObjectURL(new Blob([this.source], {type: "text/javascript"})));
      worker.onmessage = ({data}) => this.#take(data);
      // A policy may forbid the worker late: what it was asked for is asked again.
      worker.onerror = () => {
        this.send = this.#desk();
        for (const {job} of this.waiting.values()) this.send(job);
      };
      return (job) => worker.postMessage(job);
    } catch {
      return this.#desk();
    }
  }

  #desk() {
    const desk = new Desk((part) => this.#take(part));
    return (job) => desk.take(job);
  }
}

// The models of one job as they come in.
class Population {
  constructor(job, changed) {
    this.job = job;
    this.steps = keptSteps(job);
    this.total = modelCount(job);
    this.values = new Float32Array(this.total * this.steps * KEPT).fill(NaN);
    this.ready = 0;
    this.take = ({from, parts, done}) => {
      this.values.set(parts, from * this.steps * KEPT);
      this.ready = from + parts.length / (this.steps * KEPT);
      changed(done);
    };
  }
  get done() { return this.ready === this.total; }

  // What is kept of a model at a step: [train, test, exact, w1, w2, w3, intercept].
  of(model, step) {
    const at = (model * this.steps + Math.min(step, this.steps - 1)) * KEPT;
    return this.values.subarray(at, at + KEPT);
  }
}

const KEPT_PLACE = {train: 0, test: 1, exact: 2};

// A solver with every other setting free. `at` is a place on its dimensions, as for a packed sweep.
export class LiveRun extends Run {
  constructor(entry, crew) {
    super(entry);
    Object.assign(this, {live: true, hand: null, finest: false, crew, fits: new Map(), populations: new Map(), limitsKept: new Map(), changed: () => {}});
  }

  get seeds() { return CROWD_SEEDS; }
  map(at) {
    const gate = this.value("gate", at), {gates, seeds} = this.grid;
    const levels = this.grid.levels[this.finest ? 1 : 0];
    return {gates: gates.includes(gate) ? gates : [...gates, gate], levels, seeds: this.finest ? CROWD_SEEDS.slice(0, 100) : seeds};
  }

  settings(at) {
    const chosen = {...this.constants};
    for (const {name, values} of this.dims) chosen[name] = values[at[name]] === "inf" ? Infinity : values[at[name]];
    return chosen;
  }
  steps(at) { return this.epochs ? this.value("epochs", at) + 1 : 1; }

  #fitted(at) {
    const settings = this.settings(at), key = JSON.stringify(settings);
    if (!this.fits.has(key)) {
      if (this.fits.size >= FITS_KEPT) this.fits.delete(this.fits.keys().next().value);
      const data = dataOf(settings);
      this.fits.set(key, {data, ...fit(settings, data)});
    }
    return this.fits.get(key);
  }
  #params(at, epoch) {
    if (this.hand) return this.#byHand(at);
    const {path} = this.#fitted(at);
    return this.epochs ? path[Math.min(epoch, path.length - 1)] : path.at(-1);
  }

  #byHand(at) {
    const {w1, w2, w3, intercept} = this.hand;
    return Float64Array.of(w1, w2, ...(this.hasProduct(at) ? [w3] : []), intercept);
  }

  hasProduct(at) { return this.value("features", at) === "interaction"; }
  model(at, epoch) {
    const params = this.#params(at, epoch), [w1, w2] = params;
    return {w1, w2, w3: params.length > 3 ? params[2] : 0, intercept: params.at(-1)};
  }
  status(at) { return this.#fitted(at).status; }
  testCount(at) { return this.#fitted(at).test.n; }

  rows(at) {
    const {rows, test} = this.#fitted(at).data, isTest = new Uint8Array(rows.n);
    for (const row of test) isTest[row] = 1;
    return {...rows, test: isTest};
  }
  scores(at, epoch) {
    const {trainAccuracy, testAccuracy} = scoresOf(this.#fitted(at), this.#params(at, epoch));
    return {train: trainAccuracy, test: testAccuracy};
  }
  losses(at) {
    const fitted = this.#fitted(at), scores = fitted.path.map((params) => scoresOf(fitted, params));
    return [scores.map(({trainLoss}) => trainLoss), scores.map(({testLoss}) => testLoss)];
  }
  exact(at, epoch) { return exactAccuracy(this.#params(at, epoch), truthOf(this.value("gate", at)), this.value("noise_level", at)); }

  limits(at) { return this.limitsOf(this.value("gate", at), this.value("noise_level", at)); }
  limitsOf(gate, level) {
    const key = `${gate} ${level}`;
    if (!this.limitsKept.has(key)) {
      const truth = truthOf(gate), [w1, w2, intercept] = bestLine(truth, level);
      this.limitsKept.set(key, {
        bayes: bayesAccuracy(truth, level), best: exactAccuracy([w1, w2, intercept], truth, level),
        majority: majorityAccuracy(truth), line: {w1, w2, w3: 0, intercept},
      });
    }
    return this.limitsKept.get(key);
  }

  // The population of a kind, asked for where its settings are new. A pending one keeps the picture of the last.
  #population(kind, settings, places) {
    const job = {kind, settings, ...places};
    job.path = modelCount(job) * keptSteps({...job, path: true}) * KEPT <= MOST_KEPT;
    const key = JSON.stringify(job);
    const old = this.populations.get(kind);
    if (old?.key === key) return old.population;
    const population = new Population(job, (done) => this.changed(kind, done, population));
    this.populations.set(kind, {key, population});
    this.crew.ask(job, population.take);
    return population;
  }

  // The other seeds' models at this place: {values of the measure, models, done}.
  others(name, at, epoch) {
    const {gate, noise_level, seed: _, ...settings} = this.settings(at);
    const population = this.#population("seeds", settings, {gates: [gate], levels: [noise_level], seeds: this.seeds});
    const limits = this.limits(at), models = this.seeds.map((_, i) => population.of(i, epoch));
    return {
      done: population.done, ready: population.ready, total: population.total,
      values: models.map((kept) => measured(name, kept, limits)),
      models: models.map(([, , , w1, w2, w3, intercept]) => ({w1, w2, w3, intercept})),
    };
  }

  table(name, at, epoch) {
    const {gate: _, noise_level: __, seed: ___, ...settings} = this.settings(at), {gates, levels, seeds} = this.map(at);
    const population = this.#population("map", settings, {gates, levels, seeds});
    const cells = [];
    gates.forEach((gateName, gate) => levels.forEach((noiseLevel, level) => {
      const limits = this.limitsOf(gateName, noiseLevel), first = (gate * levels.length + level) * seeds.length;
      const values = seeds.map((_, i) => measured(name, population.of(first + i, epoch), limits));
      cells.push({gate, level, ...spread(values)});
    }));
    return {cells, done: population.done, ready: population.ready, total: population.total};
  }
}

function measured(name, kept, limits) {
  return name in KEPT_PLACE ? kept[KEPT_PLACE[name]] : fromExact(name, kept[KEPT_PLACE.exact], limits);
}
