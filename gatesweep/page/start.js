// Unpacks what the file holds, then makes the page.

import {Figures} from "./draw.js";
import {Crew, LiveRun} from "./live.js";
import {Page} from "./page.js";
import {unpack} from "./runs.js";
import {$} from "./words.js";

async function start() {
  const data = JSON.parse($("page-data").textContent);
  const crew = new Crew($("page-worker").textContent);
  const runs = [...data.live.map((entry) => new LiveRun(entry, crew)), ...await unpack(data, $("page-bytes").textContent)];
  const figures = await Figures.embed(data.figures, data.palettes, data.surfaces);
  const mode = document.documentElement.dataset.theme;
  figures.paint(mode);
  new Page(data, runs, figures);
  document.documentElement.dataset.ready = "true";
}

start().catch((error) => {
  $("failure").hidden = false;
  $("failure").textContent = `This page could not start: ${error.message}. A browser from 2023 or later is needed.`;
  throw error;
});
