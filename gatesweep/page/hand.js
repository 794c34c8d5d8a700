// The model set by hand: a slider for each of its numbers, and for a line two grips in the picture.

import {$, element} from "./controls.js";
import {through} from "./geometry.js";
import {parameterName} from "./words.js";

// How near to a grip a finger must be to take it.
const GRIP_REACH = 0.15;
// Numbers that are set by a slider each: those of two hidden neurons.
const MOST = 11;

export class Hand {
  // `ranges` holds for each parameter of a line what its slider spans; `change` is called with new values by name; `window`
  // says which part of the plane is on show.
  constructor(ranges, change, window) { Object.assign(this, {change, ranges, window, names: "", held: null}); }

  // A slider for each number that a model of these `names` has; of a network, none where it has too many of them.
  #offer(names, isNetwork) {
    if (names.join() === this.names) return;
    this.names = names.join();
    $("hand").replaceChildren(...names.slice(0, names.length > MOST ? 0 : undefined).map((name, place) => {
      const label = parameterName(name), input = element("input", {type: "range", id: name, step: 0.1});
      input.setAttribute("aria-label", label);
      input.oninput = () => this.#move(isNetwork ? place : name, Number(input.value));
      return element("label", {className: "row"}, element("span", {textContent: label}), element("output", {id: `${name}-text`}), input);
    }));
  }
  #move(where, value) { this.change(typeof where === "string" ? {[where]: value} : {network: this.network.with(where, value)}); }

  show(values, names, isNetwork) {
    this.#offer(names, isNetwork);
    this.network = values.network;
    names.forEach((name, place) => {
      const value = isNetwork ? values.network[place] : values[name], input = $(name);
      if (!input) return;
      const [low, high] = this.ranges[isNetwork ? "w1" : name];
      input.parentElement.hidden = value === undefined;
      Object.assign(input, {min: Math.min(low, value), max: Math.max(high, value), value});
      $(`${name}-text`).textContent = input.ariaValueText = String(Math.round(100 * value) / 100).replace("-", "−");
    });
  }

  // The grip within reach of a point of the picture; -1 where there is none.
  near({grips}, {x, y}, reach) {
    const window = this.window(), [a, b] = window.toPlane([x, y]);
    return Array.from(grips.x1).findIndex((x1, i) => {
      const [c, d] = window.toPlane([x1, grips.x2[i]]);
      return Math.hypot(a - c, b - d) < reach;
    });
  }

  // A grip that is taken leads the line until it is let go of; the line keeps its steepness.
  wire(figures, values) {
    figures.on("boundary", ["panstart"], (event) => {
      const grip = this.near(figures, event, GRIP_REACH);
      this.held = grip >= 0 ? {grip, x1: [...figures.grips.x1], x2: [...figures.grips.x2]} : null;
    });
    figures.on("boundary", ["pan"], ({x, y}) => {
      if (!this.held) return;
      const {grip, x1, x2} = this.held, {w1, w2} = values(), window = this.window(), [a, b] = window.unit;
      [x1[grip], x2[grip]] = [x, y];
      const ends = x1.map((_, i) => window.toPlane([x1[i], x2[i]])), [across, up] = [0, 1].map((axis) => ends.map((end) => end[axis]));
      const {w3: _, ...line} = window.lineFromPlane(through({x1: across, x2: up}, Math.hypot(w1 * a, w2 * b) || 1));
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
