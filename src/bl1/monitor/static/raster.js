// The raster: cells or electrodes upwards, time to the right, a pixel brighter with each spike.

import { cleared, ticks } from "./canvas.js";
import { colour, EXCITATORY, groupColours, INHIBITORY, STIMULUS } from "./theme.js";

const BELOW = 16, LEFT = 4; // for the axis
const LEVELS = 6;

const number = (n) => n.toLocaleString("en");
const rgb = (hex) => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
const packed = ([r, g, b], alpha) => ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;

export class Raster {
  constructor(canvas) {
    this.canvas = canvas;
    this.byElectrode = false;
  }

  learn(hello) {
    this.nCells = hello.cells.length;
    this.nNeurons = hello.n_neurons;
    this.nExcitatory = hello.n_exc_rows;
    const { places, silent, groups, others, of_row: siteOfRow } = hello.sites;
    const grouped = new Set([...Object.values(groups), ...Object.values(others)].flat());
    const rest = [...places.keys()].filter((site) => !grouped.has(site) && !silent.includes(site));
    this.rowOf = new Int16Array(places.length).fill(-1);
    [...grouped, ...rest].forEach((site, row) => (this.rowOf[site] = row));
    this.nElectrodes = grouped.size + rest.length;
    this.groupOf = new Int8Array(places.length).fill(-1);
    Object.values(groups).forEach((sites, group) =>
      sites.forEach((site) => (this.groupOf[site] = group)));
    this.hasPulses = !siteOfRow;
    if (siteOfRow) this.byElectrode = false;
  }

  get title() {
    return this.byElectrode
      ? `Threshold crossings of ${this.nElectrodes} electrodes by group, pulses orange`
      : `Spikes of ${number(this.nCells)} of ${number(this.nNeurons)} cells: blue excitatory, red inhibitory${this.hasPulses ? ", pulses orange" : ""}`;
  }

  draw(memory, now, window) {
    const { context, width, height, scale } = cleared(this.canvas);
    const w = Math.round((width - LEFT) * scale), h = Math.round((height - BELOW) * scale);
    if (w < 2 || h < 2) return;
    const from = now - window;
    const drawn = this.byElectrode
      ? this.electrodes(memory, from, now, window, w, h)
      : this.cells(memory, from, now, window, w, h);
    context.putImageData(drawn, Math.round(LEFT * scale), 0);
    this.axis(context, from, now, width, height);
  }

  image(w, h) {
    if (this.made?.width !== w || this.made?.height !== h) {
      this.made = new ImageData(w, h);
      this.pixels = new Uint32Array(this.made.data.buffer);
      this.counts = new Uint8Array(w * h);
    }
    this.pixels.fill(0);
    return this.made;
  }

  cells(memory, from, now, window, w, h) {
    const made = this.image(w, h);
    const { times, which, end } = memory.spikes;
    this.counts.fill(0);
    const thick = Math.max(1, Math.floor(h / this.nCells));
    for (let k = memory.spikes.since(from); k < end && times[k] < now; k++) {
      const x = ((times[k] - from) * w / window) | 0;
      const y = (h - thick - which[k] * (h - thick) / this.nCells) | 0;
      for (let t = 0; t < thick; t++) {
        const place = (y + t) * w + x;
        if (this.counts[place] < LEVELS) this.counts[place]++;
      }
    }
    const shades = [INHIBITORY(), EXCITATORY()].map((own) =>
      [0, 0.7, 0.8, 0.87, 0.92, 0.96, 1].map((share) => packed(own, Math.round(255 * share))));
    const boundary = (h - thick - (this.nExcitatory - 0.5) * (h - thick) / this.nCells) | 0;
    for (let k = 0, n = w * h, edge = boundary * w; k < n; k++) {
      const count = this.counts[k];
      if (count) this.pixels[k] = shades[k < edge ? 0 : 1][count];
    }
    this.pulseTimes(memory, from, now, window, w, Math.min(h, 4 * thick + 4));
    return made;
  }

  // Pulses as ticks at the upper edge.
  pulseTimes(memory, from, now, window, w, height) {
    const { times, end } = memory.pulses;
    const mark = packed(rgb(STIMULUS()), 255);
    for (let k = memory.pulses.since(from); k < end && times[k] < now; k++) {
      const x = ((times[k] - from) * w / window) | 0;
      for (let y = 0; y < height; y++) this.pixels[y * w + x] = mark;
    }
  }

  electrodes(memory, from, now, window, w, h) {
    const made = this.image(w, h);
    const row = h / this.nElectrodes;
    const thick = Math.max(1, Math.floor(row * 0.75));
    const broad = w > 1600 ? 2 : 1;
    const shades = groupColours().map((own) => packed(rgb(own), 255));
    const other = packed(rgb(colour("faint")), 255);
    const draw = (marks, shadeOf) => {
      const { times, which, end } = marks;
      for (let k = marks.since(from); k < end && times[k] < now; k++) {
        const own = this.rowOf[which[k]];
        if (own < 0) continue;
        const x = ((times[k] - from) * w / window) | 0, y = (own * row) | 0;
        for (let t = 0; t < thick; t++) {
          for (let b = 0; b < broad && x + b < w; b++) {
            this.pixels[(y + t) * w + x + b] = shadeOf(which[k]);
          }
        }
      }
    };
    draw(memory.events, (channel) => shades[this.groupOf[channel]] ?? other);
    const pulse = packed(rgb(STIMULUS()), 255);
    draw(memory.pulses, () => pulse);
    return made;
  }

  axis(context, from, now, width, height) {
    context.strokeStyle = colour("line");
    context.fillStyle = colour("faint");
    context.textAlign = "center";
    context.beginPath();
    context.moveTo(LEFT, height - BELOW + 0.5);
    context.lineTo(width, height - BELOW + 0.5);
    for (const time of ticks(Math.max(from, 0), now, Math.max(2, width / 110))) {
      const x = LEFT + (time - from) / (now - from) * (width - LEFT);
      context.moveTo(x, height - BELOW);
      context.lineTo(x, height - BELOW + 3);
      if (x > 20 && x < width - 20) context.fillText(`${time} s`, x, height - 3);
    }
    context.stroke();
  }
}
