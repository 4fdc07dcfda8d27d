// The map of sites, electrodes or squares of the dish: how active each is, rings where a pulse was
// given; a click gives one.

import { cleared } from "./canvas.js";
import { colour, groupColours, ramp, STIMULUS } from "./theme.js";

const FADE_S = 0.5; // in which an electrode forgets
const RING_S = 0.6;
const LEAST_HZ = 8; // as bright as can be, unless others are more active

export class Electrodes {
  constructor(canvas, { onHover, onClick }) {
    this.canvas = canvas;
    this.places = [];
    this.highest = LEAST_HZ;
    canvas.addEventListener("mousemove", (event) => onHover(this.at(event)));
    canvas.addEventListener("mouseleave", () => onHover(null));
    canvas.addEventListener("click", (event) => {
      const channel = this.at(event);
      if (channel !== null) onClick(channel);
    });
  }

  learn(hello) {
    const { places, names, silent, groups, others, of_row: siteOfRow } = hello.sites;
    this.places = places;
    this.names = [...names];
    this.silent = new Set(silent);
    this.groupOf = Array(places.length).fill(-1);
    Object.entries(groups).forEach(([name, sites], group) =>
      sites.forEach((site) => {
        this.names[site] += `, ${name}`;
        this.groupOf[site] = group;
      }));
    if (Object.keys(groups).length < 2) this.groupOf.fill(-1); // that need not be told apart
    for (const [name, sites] of Object.entries(others)) {
      sites.forEach((site) => (this.names[site] += `, ${name}`));
    }
    this.columns = 1 + Math.max(...places.map(([x]) => x));
    this.rows = 1 + Math.max(...places.map(([, y]) => y));
    this.rates = new Float64Array(places.length);
    // Of an electrode events tell, of a square of the dish its cells that are shown.
    this.siteOfRow = siteOfRow;
    this.cellsAt = new Float64Array(places.length).fill(siteOfRow ? 0 : 1);
    siteOfRow?.forEach((site) => this.cellsAt[site]++);
    this.canvas.classList.toggle("active", hello.most_current_ua !== null);
  }

  // What happened is forgotten little by little.
  add(stretch) {
    const lasted = stretch.last - stretch.first, kept = Math.exp(-lasted / FADE_S);
    for (let site = 0; site < this.rates.length; site++) this.rates[site] *= kept;
    const { siteOfRow, cellsAt } = this;
    for (const number of (siteOfRow ? stretch.spikes : stretch.events).which) {
      const site = siteOfRow ? siteOfRow[number] : number;
      this.rates[site] += (1 - kept) / lasted / cellsAt[site];
    }
    this.highest = Math.max(LEAST_HZ, this.highest * kept ** 0.1, ...this.rates);
  }

  grid() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const side = Math.min(width / this.columns, height / this.rows);
    return { side, left: (width - this.columns * side) / 2, top: (height - this.rows * side) / 2 };
  }

  at({ offsetX, offsetY }) {
    const { side, left, top } = this.grid();
    const x = (offsetX - left) / side - 0.5, y = (offsetY - top) / side - 0.5;
    const site = this.places.findIndex(([ownX, ownY]) =>
      Math.abs(x - ownX) < 0.5 && Math.abs(y - ownY) < 0.5);
    return site < 0 || this.silent.has(site) ? null : site;
  }

  describe(site) {
    return `${this.names[site]}, ${this.rates[site].toFixed(1)} Hz`;
  }

  draw(memory, now) {
    const { context } = cleared(this.canvas);
    const { side, left, top } = this.grid();
    const shades = groupColours();
    const middle = (site) => this.places[site].map((own, k) => [left, top][k] + (own + 0.5) * side);
    for (let site = 0; site < this.places.length; site++) {
      const [x, y] = middle(site);
      context.beginPath();
      if (this.silent.has(site)) {
        context.strokeStyle = colour("line");
        context.lineWidth = 1;
        context.arc(x, y, side * 0.12, 0, 7);
        context.stroke();
        continue;
      }
      context.roundRect(x - side * 0.4, y - side * 0.4, side * 0.8, side * 0.8, side * 0.2);
      context.fillStyle = ramp(Math.sqrt(this.rates[site] / this.highest));
      context.fill();
      const group = this.groupOf[site];
      context.strokeStyle = group < 0 ? colour("line") : shades[group];
      context.lineWidth = group < 0 ? 1 : 1.5;
      context.stroke();
    }
    const { times, which, end } = memory.pulses;
    context.strokeStyle = STIMULUS();
    for (let k = memory.pulses.since(now - RING_S); k < end; k++) {
      const age = (now - times[k]) / RING_S, [x, y] = middle(which[k]);
      context.globalAlpha = Math.max(0, 1 - age);
      context.lineWidth = 2.5;
      context.beginPath();
      context.arc(x, y, side * (0.3 + 0.35 * age), 0, 7);
      context.stroke();
    }
    context.globalAlpha = 1;
  }
}
