// Rates of the groups of channels over time, by uPlot.

import uPlot from "./uplot/uPlot.esm.js";
import { FONT } from "./canvas.js";
import { colour, EXCITATORY, groupColours, INHIBITORY } from "./theme.js";

const BIN_S = 0.1;
const SMOOTH_S = 0.2; // standard deviation
const UNSURE = Math.round(SMOOTH_S / BIN_S); // bins at the end, which the next ones would change

const KERNEL = (() => {
  const half = Math.ceil(3 * SMOOTH_S / BIN_S);
  const weights = Array.from({ length: 2 * half + 1 },
    (_, k) => Math.exp(-0.5 * ((k - half) * BIN_S / SMOOTH_S) ** 2));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
})();

// Rows of the raster, where nothing but cells is heard.
function cellGroups(hello) {
  const rows = [...hello.cells.keys()];
  return [
    ["excitatory", rows.slice(0, hello.n_exc_rows), EXCITATORY],
    ["inhibitory", rows.slice(hello.n_exc_rows), INHIBITORY],
  ].filter(([, own]) => own.length);
}

export class Rates {
  constructor(box) {
    this.box = box;
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(box);
  }

  learn(hello) {
    const { places, groups, of_row: siteOfRow } = hello.sites;
    this.ofCells = siteOfRow !== null;
    this.groups = this.ofCells ? cellGroups(hello) : Object.entries(groups);
    this.groupOf = new Int8Array(this.ofCells ? hello.cells.length : places.length).fill(-1);
    this.groups.forEach(([, numbers], group) =>
      numbers.forEach((number) => (this.groupOf[number] = group)));
    this.build();
  }

  get title() {
    return this.ofCells ? "Spikes a second of a cell" : "Spikes a second of an electrode, by group";
  }

  // Of the groups, in their order.
  shades() {
    return this.ofCells ? this.groups?.map(([, , shade]) => `rgb(${shade()})`) : groupColours();
  }

  size() {
    return { width: Math.max(this.box.clientWidth, 50), height: Math.max(this.box.clientHeight, 40) };
  }

  build() {
    if (!this.groups) return;
    this.plot?.destroy();
    const axis = {
      font: FONT, stroke: colour("faint"), grid: { stroke: colour("line"), width: 1 },
      ticks: { stroke: colour("line"), size: 3 },
    };
    const shades = this.shades();
    this.plot = new uPlot({
      ...this.size(),
      cursor: { show: false },
      legend: { show: false },
      padding: [4, 6, 0, 0],
      scales: {
        x: { time: false, range: (_, low, high) => this.span ?? [low, high] },
        y: { range: (_, __, high) => [0, Math.max(high ?? 0, 2) * 1.08] },
      },
      axes: [
        { ...axis, size: 22, gap: 2, space: 60, values: (_, at) => at.map((each) => (each < 0 ? "" : `${each} s`)) },
        { ...axis, size: 34, gap: 2, space: 26 },
      ],
      series: [{}, ...this.groups.map(([name], group) => ({
        label: name, stroke: shades[group], width: 1.6, points: { show: false },
      }))],
    }, [[0], ...this.groups.map(() => [0])], this.box);
  }

  draw(memory, now, window) {
    if (!this.plot) return;
    const start = Math.max(now - window, memory.start ?? now);
    const first = Math.floor(start / BIN_S) - KERNEL.length;
    const n = Math.floor(now / BIN_S) - first; // whole bins
    if (n <= KERNEL.length) return;
    const counts = this.groups.map(() => new Float64Array(n));
    const marks = this.ofCells ? memory.spikes : memory.events, { times, which, end } = marks;
    for (let k = marks.since(first * BIN_S); k < end; k++) {
      const bin = Math.floor(times[k] / BIN_S) - first, group = this.groupOf[which[k]];
      if (group >= 0 && bin < n) counts[group][bin]++;
    }
    const half = KERNEL.length >> 1;
    const places = [];
    for (let bin = half; bin < n - UNSURE; bin++) {
      const time = (first + bin + 0.5) * BIN_S;
      if (time >= start) places.push(bin);
    }
    const smooth = counts.map((own, group) => places.map((bin) => {
      let sum = 0, weights = 0;
      for (let k = 0; k < KERNEL.length && bin + k - half < n; k++) {
        if (bin + k - half < 0) continue;
        sum += KERNEL[k] * own[bin + k - half];
        weights += KERNEL[k];
      }
      return sum / weights / BIN_S / this.groups[group][1].length;
    }));
    this.span = [now - window, now];
    this.plot.setData([places.map((bin) => (first + bin + 0.5) * BIN_S), ...smooth]);
  }
}
