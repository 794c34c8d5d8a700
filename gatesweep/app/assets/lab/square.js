// The plane stays square: what one axis takes of the figure, the other one leaves free.

const across = figure.outer_width - figure.inner_width, up = figure.outer_height - figure.inner_height
if (Math.abs(across - up) > 1) {
  const room = Math.max(across - figure.min_border_right, up - figure.min_border_top)
  figure.setv({min_border_left: room, min_border_bottom: room})
}
