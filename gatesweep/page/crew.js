// Who works for the page: jobs for many models go to a worker, and what has come of each so far is kept here.

import {Desk, keptSteps, keptWidth, modelCount, SCORES, STATUSES} from "./engine/crowd.js";

// Hands jobs to a worker that runs `source`, at the first of them; where a strict page forbids workers, to a desk of its own.
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

  cancel(kind) {
    if (this.waiting.delete(kind)) this.send({kind});
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
export class Population {
  constructor(job, changed) {
    const {axes} = job;
    Object.assign(this, {axes, steps: keptSteps(job), total: modelCount(job), width: keptWidth(job), ready: 0});
    this.values = new Float32Array(this.total * this.steps * this.width).fill(NaN);
    this.take = ({from, parts, done}) => {
      this.values.set(parts, from * this.steps * this.width);
      this.ready = from + parts.length / (this.steps * this.width);
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
