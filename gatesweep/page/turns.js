// Who is drawn when: the model first, then the charts around it, one for each frame of the screen: those in view or near it,
// and when the page rests the others, so that a print has all.

import {$} from "./controls.js";

// Milliseconds without a change until the page rests.
const STILL = 500;

export class Turns {
  // `charts` holds by the id of its element what draws a chart, and says whether that is all of it.
  constructor(charts) {
    Object.assign(this, {charts, due: new Set(), seen: new Set(), isUnderWay: false, isAtRest: false});
    const eye = new IntersectionObserver((changes) => {
      for (const {target: {id}, isIntersecting} of changes) this.seen[isIntersecting ? "add" : "delete"](id);
      this.#next();
    }, {rootMargin: "25%"});
    for (const id of Object.keys(charts)) eye.observe($(id));
  }

  // Has them drawn soon; who waits already keeps his place, so that none is left out while a hand moves.
  draw(ids = Object.keys(this.charts)) {
    for (const id of ids) {
      this.due.add(id);
      $(id).ariaBusy = "true";
    }
    this.isAtRest = false;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => { this.isAtRest = true; this.#next(); }, STILL);
    this.#next();
  }

  get #first() { return [...this.due].find((id) => this.seen.has(id) || (this.isAtRest && $(id).checkVisibility())); }
  #next() {
    if (this.isUnderWay || this.#first === undefined) return;
    this.isUnderWay = true;
    // The task that follows a frame: what was drawn before it is on the screen.
    requestAnimationFrame(() => setTimeout(() => {
      const id = this.#first;
      this.isUnderWay = false;
      if (id === undefined) return;
      this.due.delete(id);
      if (this.charts[id]()) $(id).ariaBusy = null;
      this.#next();
    }));
  }
}
