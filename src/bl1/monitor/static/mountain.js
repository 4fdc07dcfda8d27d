// Rates of bands of cells as ridges behind each other, the latest in front.

import { cleared } from "./canvas.js";
import { colour, ramp } from "./theme.js";

const N_RIDGES = 40;
const LEAST_S = 0.2; // of a ridge
const DEPTH = 0.62; // of the height, over which the ridges lie
const FAR = 0.72; // as wide as the nearest, is the farthest

export class Mountain {
  constructor(canvas) {
    this.canvas = canvas;
    this.highest = 10;
  }

  learn(hello) {
    this.perBand = hello.n_neurons / hello.n_bands;
    this.nBands = hello.n_bands;
  }

  ridges(memory, now, ridge, n) {
    const end = Math.floor(now / ridge); // ridges before this one are whole
    const found = Array.from({ length: n }, () => new Float64Array(this.nBands));
    for (let k = memory.bands.length - 1; k >= 0; k--) {
      const { first, last, counts } = memory.bands[k];
      if (last <= (end - n) * ridge) break;
      // Within a stretch counts have no times: each ridge has a share of them.
      for (let own = Math.max(Math.floor(first / ridge), end - n); own < end && own * ridge < last; own++) {
        const share = (Math.min(last, (own + 1) * ridge) - Math.max(first, own * ridge)) / (last - first);
        const ridgeCounts = found[end - 1 - own];
        for (let band = 0; band < this.nBands; band++) ridgeCounts[band] += share * counts[band];
      }
    }
    return found.map((counts) => counts.map((count) => count / this.perBand / ridge));
  }

  draw(memory, now, window) {
    const { context, width, height } = cleared(this.canvas);
    if (!this.nBands) return;
    const n = Math.min(N_RIDGES, Math.round(window / LEAST_S));
    const ridge = window / n;
    const rates = this.ridges(memory, now, ridge, n);
    const highest = Math.max(5, ...rates.map((own) => Math.max(...own)));
    this.highest += (highest - this.highest) * (highest > this.highest ? 1 : 0.05);
    const ground = colour("panel"), passed = now / ridge - Math.floor(now / ridge);
    const base = height - 18, rise = height * (1 - DEPTH) * 0.92;
    for (let age = n - 1; age >= 0; age--) {
      const far = (age + passed) / n;
      const y = base - far * height * DEPTH * 0.94;
      const wide = width * (1 - (1 - FAR) * far), left = (width - wide) / 2;
      const own = rates[age];
      context.beginPath();
      context.moveTo(left, y);
      own.forEach((rate, band) => context.lineTo(
        left + (band + 0.5) / this.nBands * wide, y - Math.min(rate / this.highest, 1) * rise * (1 - 0.3 * far)));
      context.lineTo(left + wide, y);
      context.fillStyle = ground;
      context.fill();
      const peak = Math.max(...own) / this.highest;
      context.fillStyle = ramp(0.15 + 0.85 * peak);
      context.globalAlpha = 0.28 * (1 - 0.6 * far);
      context.fill();
      context.globalAlpha = 1 - 0.65 * far;
      context.strokeStyle = ramp(0.3 + 0.7 * peak);
      context.lineWidth = 1.2;
      context.stroke();
      context.globalAlpha = 1;
    }
    context.fillStyle = colour("faint");
    context.textAlign = "left";
    context.fillText("first cell", 0, height - 4);
    context.textAlign = "right";
    context.fillText("last cell", width, height - 4);
    context.textAlign = "center";
    context.fillText(`highest ${this.highest.toFixed(0)} Hz`, width / 2, height - 4);
  }
}
