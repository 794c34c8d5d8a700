// The page: Lab and Explorer under one header, with lessons, comparisons, links and keys.

import {readQuery, toQuery} from "./address.js";
import {$, choose, element, fillMenu, onChoice, pause} from "./controls.js";
import {Explorer} from "./explorer.js";
import {marginOf} from "./first.js";
import {sliceOf} from "./grids.js";
import {Lab} from "./lab.js";
import {isLinkable, NO_ROWS} from "./own.js";
import {savePicture} from "./picture.js";

// Milliseconds without a change before the address line follows.
const REST = 300;
// What has the focus keeps its own keys and leaves the others to the page.
const OWN = {range: ["ArrowLeft", "ArrowRight", "Home", "End"], radio: ["ArrowLeft", "ArrowRight", " "], checkbox: [" "]};

export class Page {
  constructor(data, runs, crew) {
    Object.assign(this, {data, view: "lab", home: "lab", more: ""});
    const changed = () => this.#changed();
    this.lab = new Lab(data, runs, changed);
    this.explorer = new Explorer(data, this.lab, crew, {changed, open: (values) => { this.lab.restore(values); this.show("lab"); }});
    this.lab.choose(0);
    this.setMode(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    this.#wire();
    this.go();
  }

  get run() { return this.lab.run; }
  get at() { return this.lab.at; }
  get palette() { return this.data.palettes[this.mode]; }
  get #on() { return this.view === "lab" ? this.lab : this.explorer; }

  // Takes the figures, once BokehJS is there to draw them.
  async take(figures) {
    this.figures = figures;
    figures.wear(this.mode);
    figures.margin(marginOf($("frame").clientWidth));
    await figures.embed("boundary");
    await pause();
    this.lab.take(figures);
    this.explorer.take(figures);
    $("share").disabled = false;
    this.lab.draw();
    this.explorer.draw();
  }

  // ---- views, lessons, comparisons

  show(view) {
    this.view = document.body.dataset.view = view;
    choose("view", view);
    this.explorer.isOn = view === "explorer";
    if (view === "explorer") this.lab.player.stop();
    else { this.explorer.player.stop(); $("about").textContent = ""; $("cancel").hidden = true; }
    $("lesson-pick").hidden = view !== "lab";
    $("preset").hidden = view === "lab" || !this.explorer.isLive;
    this.#on.draw();
  }

  // The lesson or comparison that is open.
  get #lesson() {
    if (this.view === "lab") return this.data.lessons[this.lab.values.lesson - 1];
    return this.explorer.isLive ? this.data.comparisons.find(({name}) => name === this.explorer.values.preset) : undefined;
  }
  #tell() {
    const lesson = this.#lesson;
    if (lesson !== this.told) [this.told, this.more] = [lesson, ""];
    $("question").textContent = lesson?.question ?? "One neuron, one noisy gate. What can it learn?";
    for (const part of ["hint", "answer"]) {
      $(part).hidden = !lesson;
      $(part).ariaExpanded = String(this.more === part);
    }
    $("more").textContent = lesson?.[this.more] ?? "";
    $("more").hidden = !this.more;
    $("lesson-pick").value = this.lab.values.lesson;
    $("reset").hidden = !(this.view === "lab" ? this.lab.isChanged : this.explorer.isLive && this.explorer.isChanged);
  }
  reveal(part) {
    if (!this.#lesson) return;
    this.more = this.more === part ? "" : part;
    this.#tell();
  }
  #step(by) {
    if (this.view === "lab") {
      const numbers = [0, ...this.lab.lessons.map(({number}) => number)], now = numbers.indexOf(this.lab.values.lesson);
      this.lab.teach(numbers[(now + by + numbers.length) % numbers.length]);
    } else {
      const names = this.data.comparisons.map(({name}) => name), now = names.indexOf(this.explorer.values.preset);
      this.explorer.restore({preset: names[(now + by + names.length) % names.length]});
    }
  }

  setMode(mode) {
    this.mode = document.documentElement.dataset.theme = mode;
    const other = mode === "dark" ? "light" : "dark";
    Object.assign($("theme"), {textContent: other[0].toUpperCase() + other.slice(1), ariaLabel: `Switch to ${other} colours`});
    this.lab.dress(this.palette);
    if (!this.figures) return;
    this.figures.wear(mode);
    this.lab.draw();
    this.explorer.draw();
  }

  // ---- wiring

  #wire() {
    onChoice("view", (view) => this.show(view));
    fillMenu($("lesson-pick"), Object.fromEntries([[0, "Free play"], ...this.lab.lessons.map(({number, title}) => [number, `${number}  ${title}`])]));
    $("lesson-pick").onchange = () => this.lab.teach(Number($("lesson-pick").value));
    $("preset").onchange = () => this.explorer.restore({preset: $("preset").value});
    for (const part of ["hint", "answer"]) $(part).onclick = () => this.reveal(part);
    $("reset").onclick = () => (this.view === "lab" ? this.lab.teach(this.lab.values.lesson) : this.explorer.restore({preset: this.explorer.values.preset}));
    $("previous").onclick = () => this.#step(-1);
    $("next").onclick = () => this.#step(1);
    $("theme").onclick = () => this.setMode(this.mode === "dark" ? "light" : "dark");
    $("share").onclick = () => {
      for (const id of ["save-png", "save-svg"]) $(id).disabled = !this.figures.plots[this.#on.pictured.figure];
      $("sharing").showModal();
    };
    const shared = {
      "copy-link": () => this.#copy(location.href.split("#")[0] + (this.query ? `#${this.query}` : "")),
      "copy-plain": () => this.#copy(this.lab.script),
      "save-rows": () => download(new Blob([this.lab.csv], {type: "text/csv"}), "gatesweep.csv"),
      "save-png": () => this.#save("png"),
      "save-svg": () => this.#save("svg"),
      "fill-screen": () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.().catch(() => {})),
    };
    for (const [id, act] of Object.entries(shared)) $(id).onclick = act;
    $("slices").append(...Object.entries(this.data.explorer.slices).map(([textContent, over]) => element("button", {textContent, onclick: () => this.#explore(over)})));
    $("keys-open").onclick = () => $("keys").showModal();
    $("keys").querySelector("tbody").append(...this.data.keys.map(([names, meaning]) =>
      element("tr", {}, element("th", {scope: "row", textContent: names}), element("td", {textContent: meaning}))));
    for (const form of document.querySelectorAll("main form")) form.onsubmit = (event) => event.preventDefault();
    matchMedia("(prefers-color-scheme: dark)").onchange = ({matches}) => this.setMode(matches ? "dark" : "light");
    window.onhashchange = () => this.go();
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const {key, target} = event, {tagName, type} = target;
    if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open || $("sharing").open || tagName === "SELECT" || tagName === "TEXTAREA" || type === "number" || type === "file" || OWN[type]?.includes(key)) return;
    if (key === " " && (tagName === "BUTTON" || tagName === "SUMMARY")) return;
    if (!this.press(key)) return;
    event.preventDefault();
  }

  // What a key does; whether it means anything.
  press(key) {
    if (!this.data.known.includes(key)) return false;
    if (key === "?") $("keys").showModal();
    else if (key === "v") this.show(this.view === "lab" ? "explorer" : "lab");
    else if (key === "d") $("theme").click();
    else if (key === "h" || key === "a") this.reveal(key === "h" ? "hint" : "answer");
    else if (key === "," || key === ".") this.#step(key === "," ? -1 : 1);
    else if (/\d/.test(key)) this.#open(Number(key));
    else this.#on.press(key);
    return true;
  }
  #open(number) {
    if (this.view === "lab" && (number === 0 || this.lab.lessons.some((lesson) => lesson.number === number))) this.lab.teach(number);
    const preset = this.data.comparisons[number - 1];
    if (this.view === "explorer" && preset) this.explorer.restore({preset: preset.name});
  }

  // ---- links

  get query() {
    const {lab, explorer, data} = this, {live} = this.run;
    if (this.view === "explorer") {
      const {usual} = data.explorer;
      const values = Object.fromEntries(Object.keys(usual).map((name) => [name, explorer.values[name]]));
      return ["view=explorer", toQuery(values, {...explorer.usual(explorer.values.preset), preset: "three_gates"})].filter(Boolean).join("&");
    }
    const model = live ? {} : {model: lab.index};
    const {own} = lab.values;
    return toQuery({...model, ...lab.values, own: isLinkable(own) ? own : NO_ROWS}, {...lab.usual(data, lab.values.lesson), lesson: 0, model: 0});
  }

  #changed() {
    this.#tell();
    clearTimeout(this.timer);
    if (!this.lab.isPlaying) this.timer = setTimeout(() => this.#write(), REST);
  }
  #write() {
    this.hash = this.query ? `#${this.query}` : "";
    try {
      history.replaceState(null, "", this.hash || location.pathname + location.search);
    } catch {
      // A frame without an address of its own (srcdoc, a sandbox) has no line to write to.
    }
  }

  // Shows what the address asks for, after # or after ?; what it gets wrong is left out.
  go() {
    const query = location.hash.slice(1) || location.search.slice(1), {data, lab, explorer} = this;
    if (new URLSearchParams(query).get("view") === "explorer") {
      explorer.restore(readQuery(query, data.explorer.rules));
      this.show("explorer");
      return;
    }
    const model = Number(new URLSearchParams(query).get("model") ?? 0);
    if (!this.run.live && lab.runs[model]) lab.choose(model);
    const values = readQuery(query, data.rules);
    this.show("lab");
    if (this.run.live) lab.restore(values);
    else lab.set({...values, hide: []});
  }

  // The Lab's model among those that differ from it in one way.
  #explore(over) {
    const {values} = this.lab, settings = {...values, solver: this.run.constants.solver, init: values.init === "hand" ? "auto" : values.init};
    this.explorer.restore(sliceOf(settings, over, {...this.data.explorer, usual: this.explorer.usual("three_gates")}));
    this.show("explorer");
  }

  // ---- what can be taken away

  #save(kind) {
    const {figure, ...told} = this.#on.pictured;
    savePicture(kind, this.figures.plots[figure], told, this.palette.ink);
  }

  async #copy(text) {
    // Nothing outside an open dialog can be selected.
    $("sharing").close();
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page that is not on https or localhost has no clipboard; the old way still works there.
      const area = element("textarea", {value: text});
      document.body.append(area);
      area.select();
      isCopied = document.execCommand("copy");
      area.remove();
      $("share").focus();
    }
    $("share").textContent = isCopied ? "Copied" : "Not copied";
    setTimeout(() => { $("share").textContent = "Share"; }, 1500);
  }
}
