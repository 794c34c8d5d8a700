// Who is drawn when: the model first, then the charts around it, one for each frame of the screen, and only those in view or near it.

import {$} from "./controls.js";

export class Turns {
  // `charts` holds by the id of its element what draws a chart, and says whether that is all of it.
  constructor(charts) {
    Object.assign(this, {charts, due: new Set(), seen: new Set(), isUnderWay: false});
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
    this.#next();
  }

  #next() {
    if (this.isUnderWay || ![...this.due].some((id) => this.seen.has(id))) return;
    this.isUnderWay = true;
    // The task that follows a frame: what was drawn before it is on the screen.
    requestAnimationFrame(() => setTimeout(() => {
      const id = [...this.due].find((one) => this.seen.has(one));
      this.isUnderWay = false;
      if (id === undefined) return;
      this.due.delete(id);
      if (this.charts[id]()) $(id).ariaBusy = null;
      this.#next();
    }));
  }
}
