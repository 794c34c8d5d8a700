// Drawing own rows on the plane: taps and drags of the chosen tool, or keys that move a cross. As the app's lab/draw.js.

import {$, choose, onChoice} from "./controls.js";

// How near to a row a tap or the cross is meant for it, in units of the gates' plane.
const ROW_REACH = 0.1;
// Of what is seen: how far a key moves the cross.
const STEP = 1 / 60, FINE = 1 / 600;
const MOVES = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1]};

export class Board {
  // `drawing` holds the rows; the lab says what part of the plane is on show and in which units. `words` tell of the keys.
  constructor(lab, drawing, words) {
    Object.assign(this, {lab, drawing, tool: "point", pen: 0, spread: 0.2, gesture: 0, held: -1, left: null, cross: null, figures: null});
    onChoice("tool", (tool) => { this.tool = tool; this.show(lab.picture); });
    onChoice("pen", (pen) => { this.pen = Number(pen); });
    $("spread").oninput = () => { this.spread = Number($("spread").value); $("spread-text").textContent = String(this.spread); };
    for (const act of ["undo", "redo", "clear"]) $(act).onclick = () => drawing[act]();
    const keys = Object.assign($("draw-keys"), {title: words, ariaDescription: words});
    keys.onclick = () => this.#point(this.cross ?? this.#middle);
    keys.onfocus = () => { if (keys.matches(":focus-visible")) keys.onclick(); };
    keys.onblur = () => { this.held = -1; this.#point(null); };
    keys.onkeydown = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !this.#press(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
  }

  take(figures) {
    this.figures = figures;
    figures.on("boundary", ["panstart"], ({x, y}) => {
      this.#hold(this.lab.isOwn && !this.lab.hand.held ? this.#near([x, y]) : -1);
    });
    figures.on("boundary", ["pan"], ({x, y}) => this.#carry([x, y]));
    figures.on("boundary", ["panend"], () => { this.held = -1; });
  }

  // What a tap does to own rows.
  tap(point) {
    const row = this.#near(point);
    if (this.tool !== "erase") this.#draw(point);
    else if (row >= 0) this.drawing.remove(row);
  }
  #draw(point) {
    if (this.tool === "cloud") this.drawing.cloud(this.#given(point), this.pen, this.spread);
    else this.drawing.add(this.#given(point), this.pen);
  }
  // A row is held as long as the rows are as this hand left them: after an undo, say, its place may be another's.
  #hold(row) {
    Object.assign(this, {held: row, left: this.drawing.own});
    this.gesture++;
  }
  #carry(point) {
    if (this.left !== this.drawing.own) this.held = -1;
    if (this.held < 0) return;
    this.drawing.move(this.held, this.#given(point), this.gesture);
    this.left = this.drawing.own;
  }

  // A point of the picture, in units of the rows as they were given; the row that is near to it.
  #given(point) {
    const {centre, unit} = this.lab.ownRows;
    return point.map((x, axis) => x * unit[axis] + centre[axis]);
  }
  #near(point) { return this.drawing.near(this.#given(point), ROW_REACH); }

  // ---- the cross

  get #middle() { return this.lab.window.low.map((low, axis) => (low + this.lab.window.high[axis]) / 2); }
  #point(at) {
    this.cross = at;
    this.figures?.fill("boundary", {cross: {x1: at ? [at[0]] : [], x2: at ? [at[1]] : []}});
  }

  // What a key does where the cross is; whether it does anything.
  #press({key, shiftKey}) {
    const at = this.cross ?? this.#middle, {low, high} = this.lab.window, row = this.#near(at);
    if (key in MOVES) {
      this.#point(at.map((x, axis) => {
        const far = MOVES[key][axis] * (shiftKey ? FINE : STEP) * (high[axis] - low[axis]);
        return Math.min(high[axis], Math.max(low[axis], x + far));
      }));
      this.#carry(this.cross);
    } else if (key === "Enter" || key === " ") this.#draw(at);
    else if (key === "Delete" || key === "Backspace") {
      this.held = -1;
      if (row >= 0) this.drawing.remove(row);
    } else if (key === "m") {
      this.#hold(this.held < 0 || this.left !== this.drawing.own ? row : -1);
    } else if (key === "c") {
      this.pen = 1 - this.pen;
      choose("pen", String(this.pen));
    } else return false;
    return true;
  }

  // Makes the controls say what is so.
  show(picture) {
    const {tool, pen, drawing: {past, future, own}} = this;
    choose("tool", tool);
    choose("pen", String(pen));
    $("pen").hidden = tool === "erase";
    $("spread-row").hidden = tool !== "cloud";
    $("undo").disabled = !past.length;
    $("redo").disabled = !future.length;
    $("clear").disabled = !own.points.length;
    $("draw-keys").disabled = picture !== "boundary";
    [0, 1].forEach((label) => { $(`pen-${label}`).textContent = own.named[2 + label]; });
  }
}
