// Who works for the page: jobs for many models go to workers, and what has come of each so far is kept here.

import {Desk, keptSteps, keptWidth, modelCount, SCORES, STATUSES} from "./engine/crowd.js";

// Workers: one a core, where the browser tells how many there are, and so many at most.
const MOST_HANDS = 4;

// Hands jobs to workers that run `source`, at the first of them; where a strict page forbids workers, to a desk of its own.
export class Crew {
  constructor(source) {
    Object.assign(this, {source, waiting: new Map(), number: 0, hands: null});
  }

  // Asks for the models of a job; a newer job of the same kind replaces it. `take` gets the parts as they come.
  ask(job, take) {
    this.hands ??= this.#workers();
    // A survey is one piece of work.
    const hands = job.kind === "survey" ? this.hands.slice(-1) : this.hands, id = ++this.number;
    this.waiting.set(job.kind, {job, take, id, left: hands.length});
    hands.forEach((send, hand) => send({...job, id, hand, hands: hands.length}));
  }

  cancel(kind) {
    if (this.waiting.delete(kind)) for (const send of this.hands) send({kind});
  }

  #take(part) {
    const wait = this.waiting.get(part.kind);
    if (wait?.id !== part.id) return;
    if (part.done) wait.left--;
    wait.take({...part, done: !wait.left});
  }

  #workers() {
    try {
      const url = URL.createObjectURL(new Blob([this.source], {type: "text/javascript"}));
      return Array.from({length: Math.min(MOST_HANDS, navigator.hardwareConcurrency || 1)}, () => this.#worker(url));
    } catch {
      return [this.#desk()];
    }
  }
  #worker(url) {
    const worker = new Worker(url);
    worker.onmessage = ({data}) => this.#take(data);
    // A policy may forbid workers late: what they were asked for is asked again.
    worker.onerror = () => {
      if (this.isAlone) return;
      Object.assign(this, {isAlone: true, hands: [this.#desk()]});
      for (const {job, take} of this.waiting.values()) this.ask(job, take);
    };
    return (job) => worker.postMessage(job);
  }

  #desk() {
    const desk = new Desk((part) => this.#take(part));
    return (job) => desk.take(job);
  }
}

// The models of one job as they come in.
export class Population {
  constructor(job, changed) {
    const {axes} = job;
    Object.assign(this, {axes, steps: keptSteps(job), total: modelCount(job), width: keptWidth(job), ready: 0});
    this.values = new Float32Array(this.total * this.steps * this.width).fill(NaN);
    const size = this.steps * this.width;
    this.take = ({models, parts, done}) => {
      models.forEach((model, i) => this.values.set(parts.subarray(i * size, (i + 1) * size), model * size));
      // A status is a number: those before the first gap are there.
      while (this.ready < this.total && !Number.isNaN(this.values[this.ready * size])) this.ready++;
      changed(done);
    };
  }
  get done() { return this.ready === this.total; }

  // A model at a step; `index` says which value of each axis.
  of(index, step) {
    let model = 0;
    for (const [name, values] of Object.entries(this.axes)) model = model * values.length + index[name];
    const at = (model * this.steps + Math.min(step, this.steps - 1)) * this.width, {values} = this, kept = {status: STATUSES[values[at]]};
    SCORES.forEach((name, i) => { kept[name] = values[at + 1 + i]; });
    kept.params = values.subarray(at + 1 + SCORES.length, at + this.width);
    return kept;
  }
}
