// The map of the game from above: the player as an arrow, things as dots, a colour for each kind.

import { cleared, say } from "./canvas.js";
import { colour, groupColours } from "./theme.js";

const MARGIN = 6, BELOW = 18;

export class Plan {
  constructor(canvas) {
    this.canvas = canvas;
    this.kinds = [];
  }

  show(told) {
    this.told = told;
    for (const [, , kind] of told.things ?? []) {
      if (!this.kinds.includes(kind) && this.kinds.length < 8) this.kinds.push(kind);
    }
    this.draw();
  }

  shade(kind) {
    return groupColours().at(-1 - Math.max(0, this.kinds.indexOf(kind)));
  }

  draw() {
    if (!this.told) {
      say(this.canvas, "no map yet: the trainer’s events “map”", colour("faint"));
      return;
    }
    const { context, width, height } = cleared(this.canvas);
    const [w, h] = this.told.size;
    const scale = Math.min((width - 2 * MARGIN) / w, (height - 2 * MARGIN - BELOW) / h);
    const left = (width - w * scale) / 2, bottom = height - MARGIN - BELOW;
    const place = ([x, y]) => [left + x * scale, bottom - y * scale];
    context.fillStyle = colour("ground");
    context.strokeStyle = colour("line");
    context.fillRect(left, bottom - h * scale, w * scale, h * scale);
    context.strokeRect(left, bottom - h * scale, w * scale, h * scale);
    for (const thing of this.told.things ?? []) {
      context.fillStyle = this.shade(thing[2]);
      context.beginPath();
      context.arc(...place(thing), 4, 0, 7);
      context.fill();
    }
    if (this.told.player) this.player(context, place(this.told.player), this.told.player[2]);
    this.legend(context, height);
  }

  player(context, [x, y], degrees) {
    context.save();
    context.translate(x, y);
    context.rotate(-degrees * Math.PI / 180);
    context.fillStyle = colour("accent");
    context.beginPath();
    context.moveTo(10, 0);
    context.lineTo(-6, 6);
    context.lineTo(-3, 0);
    context.lineTo(-6, -6);
    context.fill();
    context.restore();
  }

  legend(context, height) {
    let x = 0;
    context.textAlign = "left";
    for (const kind of ["player", ...this.kinds]) {
      context.fillStyle = kind === "player" ? colour("accent") : this.shade(kind);
      context.fillRect(x, height - 12, 8, 8);
      context.fillStyle = colour("faint");
      context.fillText(kind, x + 12, height - 4);
      x += context.measureText(kind).width + 26;
    }
  }
}
