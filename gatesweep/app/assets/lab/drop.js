// A place for a CSV file: dropped, pasted or chosen. Its size is looked at before it is sent. For table_panel.py.

const encoded = (buffer) => {
  let text = ""
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte)
  return btoa(text)
}

export function render({model}) {
  const place = document.createElement("div"), label = document.createElement("label")
  const choose = Object.assign(document.createElement("input"), {type: "file", accept: ".csv,.tsv,.txt"})
  const text = Object.assign(document.createElement("textarea"), {rows: 2, placeholder: "or paste its cells here"})
  text.setAttribute("aria-label", "Paste a table")
  label.append("CSV file: drop it or choose it", choose)
  place.className = "drop"
  place.append(label, text)
  const take = async (file, name) => {
    if (!file) return
    if (file.size > model.most) return model.send_msg({name, size: file.size})
    model.send_msg({name, content: encoded(await file.arrayBuffer())})
  }
  choose.addEventListener("change", async () => {
    await take(choose.files[0], choose.files[0]?.name)
    choose.value = ""
  })
  text.addEventListener("paste", (event) => {
    event.preventDefault()
    take(new Blob([event.clipboardData.getData("text/plain")]), "what was pasted")
  })
  text.addEventListener("change", () => {
    if (text.value.trim()) take(new Blob([text.value]), "what was typed")
    text.value = ""
  })
  place.addEventListener("dragover", (event) => {
    event.preventDefault()
    place.classList.add("over")
  })
  place.addEventListener("dragleave", () => place.classList.remove("over"))
  place.addEventListener("drop", (event) => {
    event.preventDefault()
    place.classList.remove("over")
    take(event.dataTransfer.files[0], event.dataTransfer.files[0]?.name)
  })
  return place
}
