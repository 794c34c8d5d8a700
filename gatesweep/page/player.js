// Plays epochs: back, play or pause, step, a slider. `stage` has `epoch`, `last`, `unit` (what an epoch is called) and `scrub(epoch)`.

export class Player {
  constructor(stage, {play, slider, output, back, step, speed}) {
    Object.assign(this, {stage, play, slider, output, timer: 0, pace: 5});
    play.onclick = () => this.toggle();
    slider.oninput = () => { this.stop(); stage.scrub(Number(slider.value)); };
    if (back) back.onclick = () => this.step(-1);
    if (step) step.onclick = () => this.step(1);
    if (speed) speed.onchange = () => { this.pace = Number(speed.value); if (this.timer) { this.stop(); this.start(); } };
  }

  // At the ends it stays.
  step(by) { this.stage.scrub(Math.min(this.stage.last, Math.max(0, this.stage.epoch + by))); }

  // Plays from here, or from the start when at the end; or pauses.
  toggle() { if (this.timer) this.stop(); else this.start(); }
  start() {
    if (this.stage.epoch >= this.stage.last) this.stage.scrub(0);
    this.play.textContent = "Pause";
    this.timer = setInterval(() => {
      this.step(1);
      if (this.stage.epoch >= this.stage.last) this.stop();
    }, 1000 / this.pace);
  }
  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.play.textContent = "Play";
  }

  show() {
    const {epoch, last, unit} = this.stage;
    Object.assign(this.slider, {max: last, value: epoch, ariaLabel: unit.replace(/^./, (letter) => letter.toUpperCase()), ariaValueText: `${unit} ${epoch} of ${last}`});
    this.output.textContent = `${epoch} of ${last}`;
  }
}
