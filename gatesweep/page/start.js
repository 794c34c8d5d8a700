// Unpacks what the file holds, then makes the page.

async function start() {
  const data = JSON.parse($("page-data").textContent);
  const runs = await unpack(data, $("page-bytes").textContent);
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
