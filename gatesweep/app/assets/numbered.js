// A value that the browser and the server both change; see numbered.py.
//
// Each request has the next number, and every answer says which number it knows of: one that does not know of the
// newest is about the past, and is not shown. One request is under way at a time, so that a slow server is never
// flooded; what is asked for meanwhile waits, and of two that say the same the newer one is kept. What may not wait,
// lest another control overtakes it, is sent at once.

function numbered(model, show) {
  let newest = model.told.n, isUnderWay = false, waiting = null
  const send = () => {
    model.send_msg({...waiting, n: ++newest})
    waiting = null
    isUnderWay = true
  }
  const hear = () => {
    if (model.told.n < newest) return
    newest = model.told.n
    isUnderWay = false
    if (waiting) send()
    else show(model.told)
  }
  model.on("told", hear)
  show(model.told)
  return (request, isUrgent = false) => {
    waiting = {...waiting, ...request}
    if (isUrgent || !isUnderWay) send()
  }
}
