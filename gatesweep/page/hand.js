// The line set by hand: four sliders, and two grips in the picture.

import {$, element} from "./controls.js";
import {through} from "./geometry.js";
import {PARAMETERS} from "./words.js";

// How near to a grip a finger must be to take it.
const GRIP_REACH = 0.15;

export class Hand {
  // `ranges` holds for each parameter what its slider spans; `change` is called with new weights by name.
  constructor(ranges, change) {
    Object.assign(this, {change, ranges, held: null});
    for (const [name, label] of Object.entries(PARAMETERS)) {
      const [min, max] = ranges[name], output = element("output", {id: `${name}-text`});
      const input = element("input", {type: "range", id: name, min, max, step: 0.1});
      input.setAttribute("aria-label", label);
      input.oninput = () => change({[name]: Number(input.value)});
      $("hand").append(element("label", {className: "row", id: `row-${name}`}, element("span", {textContent: label}), output, input));
    }
  }

  show(values, hasProduct) {
    $("row-w3").hidden = !hasProduct;
    for (const name of Object.keys(PARAMETERS)) {
      const value = values[name], [low, high] = this.ranges[name];
      Object.assign($(name), {min: Math.min(low, value), max: Math.max(high, value), value});
      $(`${name}-text`).textContent = $(name).ariaValueText = String(Math.round(100 * value) / 100).replace("-", "−");
    }
  }

  // A grip that is taken leads the line until it is let go of; the line keeps its steepness.
  wire(figures, values) {
    const distance = (i, {x, y}) => Math.hypot(figures.grips.x1[i] - x, figures.grips.x2[i] - y);
    figures.on("boundary", ["panstart"], (event) => {
      const near = Array.from(figures.grips.x1, (_, i) => i).filter((i) => distance(i, event) < GRIP_REACH);
      this.held = near.length ? {grip: near[0], x1: [...figures.grips.x1], x2: [...figures.grips.x2]} : null;
    });
    figures.on("boundary", ["pan"], ({x, y}) => {
      if (!this.held) return;
      const {grip, x1, x2} = this.held, {w1, w2} = values();
      [x1[grip], x2[grip]] = [x, y];
      const {w3: _, ...line} = through({x1, x2}, Math.hypot(w1, w2) || 1);
      figures.fill("boundary", {grips: {x1: [...x1], x2: [...x2]}});
      this.change(line);
    });
    figures.on("boundary", ["panend"], () => {
      if (!this.held) return;
      this.held = null;
      this.change({});
    });
  }
}
