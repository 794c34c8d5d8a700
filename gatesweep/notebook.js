// BokehJS and Panel for a notebook's page, from the output itself: no other host is asked.

async function loadBokeh({version, scripts, css}) {
  const root = window
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const isLoaded = () => root.Bokeh?.version === version && root.Bokeh.Panel !== undefined

  // A `pn.extension()` that the user has called begins 100 ms after its output is shown, and takes away a BokehJS
  // that came in between. It may be loading, or asking a CDN that cannot be reached: Panel's outputs wait 5 s for
  // a BokehJS, so it gets 2.
  await pause(200)
  for (let i = 0; i < 40 && root._bokeh_is_initializing && !isLoaded(); i++) await pause(50)
  if (isLoaded()) return

  const texts = await Promise.all(scripts.map(async (packed) => new TextDecoder().decode(await unpack(packed))))
  root.esmsInitOptions ??= {shimMode: true} // as Panel has it, for es-module-shims
  for (const text of texts) {
    const script = document.createElement("script")
    script.textContent = text
    document.head.append(script)
    script.remove()
  }
  const style = document.createElement("style")
  style.textContent = css
  document.head.append(style)
}

async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))
  return new Response(stream).arrayBuffer()
}

// panel-material-ui's module, for components whose own `esm` asks for it by its name; and the fonts of its icons.
function giveMaterial({name, module, fonts}) {
  const modules = (window.gatesweepModules ??= {})
  modules[name] ??= unpack(module).then((text) => import(URL.createObjectURL(new Blob([text], {type: "text/javascript"}))))
  for (const [family, packed] of Object.entries(fonts)) {
    if (![...document.fonts].some((font) => font.family.replaceAll('"', "") === family)) {
      document.fonts.add(new FontFace(family, Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)).buffer))
    }
  }
}
