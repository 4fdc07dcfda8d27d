// The picture of the game, whole and as large as there is room.

import { cleared, say } from "./canvas.js";
import { colour } from "./theme.js";

export class Picture {
  constructor(canvas) {
    this.canvas = canvas;
  }

  async show(buffer) {
    if (this.busy) return; // another one will come
    this.busy = true;
    try {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(buffer, 4)], { type: "image/jpeg" }));
      this.bitmap?.close();
      this.bitmap = bitmap;
      this.draw();
    } catch {
      // It was no picture; the one before stays.
    } finally {
      this.busy = false;
    }
  }

  draw() {
    if (!this.bitmap) {
      say(this.canvas, "no picture yet: POST a JPEG to /game", colour("faint"));
      return;
    }
    const { context, width, height } = cleared(this.canvas);
    const scale = Math.min(width / this.bitmap.width, height / this.bitmap.height);
    const w = this.bitmap.width * scale, h = this.bitmap.height * scale;
    context.drawImage(this.bitmap, (width - w) / 2, (height - h) / 2, w, h);
  }
}
