// What the decoder makes of the spikes: probabilities of actions, and rewards.

import { cleared, say } from "./canvas.js";
import { colour } from "./theme.js";

const MOST_REWARDS = 240;

export class Decoder {
  constructor(canvas, numbers) {
    this.canvas = canvas;
    this.numbers = numbers;
    this.forget();
  }

  forget() {
    this.rewards = [];
    this.actions = null;
  }

  show(told) {
    if (told.actions) this.actions = Object.entries(told.actions);
    if ("reward" in told) this.rewards.push(told.reward);
    if (this.rewards.length > MOST_REWARDS) this.rewards.shift();
    const known = [["reward", "reward"], ["episode_reward", "episode"], ["kills", "kills"]]
      .filter(([name]) => name in told).map(([name, word]) => [word, told[name]]);
    this.numbers.textContent = [...known, ...Object.entries(told.counts ?? {})]
      .map(([word, number]) => `${word} ${+number.toFixed(2)}`).join("   ");
    this.draw();
  }

  draw() {
    if (!this.actions && !this.rewards.length) {
      const whence = this.isToldByClients ? ": the trainer’s events “decoder”" : "";
      say(this.canvas, `no decoder yet${whence}`, colour("faint"));
      return;
    }
    const { context, width, height } = cleared(this.canvas);
    const below = this.rewards.length > 1 ? Math.min(44, height * 0.3) : 0;
    const actions = this.actions ?? [];
    const row = Math.min(24, (height - below - 6) / Math.max(actions.length, 1));
    const text = Math.min(100, width * 0.34), room = width - text - 44;
    const best = Math.max(...actions.map(([, share]) => share));
    context.textBaseline = "middle";
    actions.forEach(([name, share], place) => {
      const y = place * row + row / 2;
      context.textAlign = "right";
      context.fillStyle = colour("faint");
      context.fillText(name, text - 8, y, text - 8);
      context.fillStyle = colour("line");
      context.fillRect(text, y - row * 0.32, room, row * 0.64);
      context.globalAlpha = share === best ? 1 : 0.55;
      context.fillStyle = colour("accent");
      context.fillRect(text, y - row * 0.32, room * share, row * 0.64);
      context.globalAlpha = 1;
      context.textAlign = "left";
      context.fillStyle = colour("ink");
      context.fillText(`${Math.round(100 * share)} %`, text + room + 6, y);
    });
    if (below) this.line(context, width, height, below);
  }

  // Rewards of the last steps.
  line(context, width, height, below) {
    const low = Math.min(0, ...this.rewards), high = Math.max(0, ...this.rewards);
    const y = (reward) => height - 4 - (reward - low) / Math.max(high - low, 1e-9) * (below - 8);
    context.strokeStyle = colour("line");
    context.beginPath();
    context.moveTo(0, y(0));
    context.lineTo(width, y(0));
    context.stroke();
    context.strokeStyle = colour("good");
    context.lineWidth = 1.4;
    context.beginPath();
    this.rewards.forEach((reward, k) =>
      context.lineTo((k + MOST_REWARDS - this.rewards.length) / (MOST_REWARDS - 1) * width, y(reward)));
    context.stroke();
  }
}
