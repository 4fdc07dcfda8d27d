// The 8 × 8 array: how active each electrode is, rings where a pulse was given; a click gives one.

import { cleared } from "./canvas.js";
import { colour, groupColours, ramp, STIMULUS } from "./theme.js";

const FADE_S = 0.5; // in which an electrode forgets
const RING_S = 0.6;
const LEAST_HZ = 8; // as bright as can be, unless others are more active

export class Electrodes {
  constructor(canvas, { onHover, onClick }) {
    this.canvas = canvas;
    this.rates = new Float64Array(64);
    this.highest = LEAST_HZ;
    canvas.addEventListener("mousemove", (event) => onHover(this.at(event)));
    canvas.addEventListener("mouseleave", () => onHover(null));
    canvas.addEventListener("click", (event) => {
      const channel = this.at(event);
      if (channel !== null) onClick(channel);
    });
  }

  learn(hello) {
    this.forbidden = new Set(hello.forbidden);
    this.names = Array(64).fill("no group");
    this.groupOf = Array(64).fill(-1);
    Object.entries(hello.groups).forEach(([name, channels], group) =>
      channels.forEach((channel) => {
        this.names[channel] = name;
        this.groupOf[channel] = group;
      }));
    for (const [name, channels] of Object.entries(hello.feedback)) {
      channels.forEach((channel) => (this.names[channel] = name));
    }
    this.canvas.classList.toggle("active", hello.allow_stimulation);
  }

  // What happened is forgotten little by little.
  add(stretch) {
    const kept = Math.exp(-(stretch.last - stretch.first) / FADE_S);
    for (let channel = 0; channel < 64; channel++) this.rates[channel] *= kept;
    for (const channel of stretch.events.which) this.rates[channel] += 1 / FADE_S;
    this.highest = Math.max(LEAST_HZ, this.highest * kept ** 0.1, ...this.rates);
  }

  grid() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const side = Math.min(width, height) / 8;
    return { side, left: (width - 8 * side) / 2, top: (height - 8 * side) / 2 };
  }

  // Channels are numbered down the columns.
  at({ offsetX, offsetY }) {
    const { side, left, top } = this.grid();
    const column = Math.floor((offsetX - left) / side), row = Math.floor((offsetY - top) / side);
    const inside = column >= 0 && column < 8 && row >= 0 && row < 8;
    const channel = 8 * column + row;
    return inside && !this.forbidden?.has(channel) ? channel : null;
  }

  describe(channel) {
    return `electrode ${channel}, ${this.names[channel]}, ${this.rates[channel].toFixed(1)} Hz`;
  }

  draw(memory, now) {
    const { context } = cleared(this.canvas);
    const { side, left, top } = this.grid();
    const shades = groupColours();
    for (let channel = 0; channel < 64; channel++) {
      const x = left + (Math.floor(channel / 8) + 0.5) * side, y = top + (channel % 8 + 0.5) * side;
      context.beginPath();
      if (this.forbidden?.has(channel)) {
        context.strokeStyle = colour("line");
        context.lineWidth = 1;
        context.arc(x, y, side * 0.12, 0, 7);
        context.stroke();
        continue;
      }
      context.roundRect(x - side * 0.4, y - side * 0.4, side * 0.8, side * 0.8, side * 0.2);
      context.fillStyle = ramp(Math.sqrt(this.rates[channel] / this.highest));
      context.fill();
      const group = this.groupOf?.[channel] ?? -1;
      context.strokeStyle = group < 0 ? colour("line") : shades[group];
      context.lineWidth = group < 0 ? 1 : 1.5;
      context.stroke();
    }
    const { times, which, end } = memory.pulses;
    context.strokeStyle = STIMULUS();
    for (let k = memory.pulses.since(now - RING_S); k < end; k++) {
      const age = (now - times[k]) / RING_S, channel = which[k];
      const x = left + (Math.floor(channel / 8) + 0.5) * side, y = top + (channel % 8 + 0.5) * side;
      context.globalAlpha = Math.max(0, 1 - age);
      context.lineWidth = 2.5;
      context.beginPath();
      context.arc(x, y, side * (0.3 + 0.35 * age), 0, 7);
      context.stroke();
    }
    context.globalAlpha = 1;
  }
}
