// Save a figure as PNG or SVG under its title and the keys of its lines (its tags, see Layout.describe).

async function save([kind, name, id, font]) {
  const view = Bokeh.index.find_one_by_id(id)
  const picture = await inPixels(view, () => view.export(kind, true).to_blob())
  download(await (kind === "svg" ? asSvg : asPng)(picture, heading(view, font)), name + "." + kind)
}

// BokehJS has no letters in an SVG whose size is in rem; while it is drawn they are in pixels.
async function inPixels(view, draw) {
  const root = parseFloat(getComputedStyle(document.documentElement).fontSize)
  const sized = view.model.renderers.map(({glyph}) => [glyph, glyph?.properties.text_font_size?.get_value().value])
    .filter(([, size]) => size?.endsWith("rem"))
  for (const [glyph, size] of sized) glyph.text_font_size = {value: `${root * parseFloat(size)}px`}
  try {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)  // until each glyph has taken it
    return await draw()
  } finally {
    for (const [glyph, size] of sized) glyph.text_font_size = {value: size}
  }
}

function download(blob, name) {
  const link = Object.assign(document.createElement("a"), {href: URL.createObjectURL(blob), download: name})
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

function heading(view, font) {
  const [{title, keys, ink}] = view.model.tags, {width, height} = view.bbox, paper = view.model.background_fill_color
  const plain = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  const pen = document.createElement("canvas").getContext("2d")
  const wide = (text, style) => { pen.font = `${style} ${font}`; return pen.measureText(text).width }
  const size = Math.min(15, 15 * (width - 24) / wide(title, "bold 15px"))
  const parts = [`<text x="12" y="22" font-size="${size}px" font-weight="bold">${plain(title)}</text>`]
  let x = 12, y = 45
  for (const [mark, text] of keys) {
    const [start, weight] = mark ? [36, "normal"] : [0, "bold"]
    const end = start + wide(text, `${weight} 13px`) + 16
    if (x > 12 && x + end > width) [x, y] = [12, y + 20]
    parts.push(`<g transform="translate(${x} ${y - 9})">${mark}</g>`)
    parts.push(`<text x="${x + start}" y="${y}" font-size="13px" font-weight="${weight}">${plain(text)}</text>`)
    x += end
  }
  const top = keys.length ? y + 8 : 32
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + height}">` +
    `<rect width="100%" height="100%" fill="${paper}"/>` +
    `<g font-family="${plain(font)}" fill="${ink}">${parts.join("")}</g>`
  return {svg, top, width, height: top + height}
}

async function asSvg(picture, {svg, top}) {
  const inner = (await picture.text()).replace(/^<\?xml[^>]*>/, "")
  return new Blob([`${svg}<svg y="${top}">${inner}</svg></svg>`], {type: "image/svg+xml"})
}

async function asPng(picture, {svg, top, width, height}) {
  const image = Object.assign(new Image(), {src: `data:image/svg+xml,${encodeURIComponent(svg + "</svg>")}`})
  await image.decode()
  const bitmap = await createImageBitmap(picture), scale = bitmap.width / width
  const canvas = Object.assign(document.createElement("canvas"), {width: bitmap.width, height: height * scale})
  const pen = canvas.getContext("2d")
  pen.drawImage(image, 0, 0, canvas.width, canvas.height)
  pen.drawImage(bitmap, 0, top * scale)
  return new Promise((resolve) => canvas.toBlob(resolve))
}
