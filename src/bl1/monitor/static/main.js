// The page: what comes from the culture, to the panels; what is clicked, to the culture.

import { Decoder } from "./decoder.js";
import { Electrodes } from "./electrodes.js";
import { saveCsv, savePng } from "./exports.js";
import { Link } from "./link.js";
import { Memory } from "./memory.js";
import { Mountain } from "./mountain.js";
import { Picture } from "./picture.js";
import { Plan } from "./plan.js";
import { Raster } from "./raster.js";
import { Rates } from "./rates.js";
import { kindOf, PICTURE, STRETCH, stretchOf } from "./stretch.js";
import { onThemeChange } from "./theme.js";

const $ = (id) => document.getElementById(id);
const SLOW_MS = 100; // between two drawings of what is smooth or heavy
const STILL_MS = 1500; // without a frame
const SAID_MS = 6000;
const RATE_S = 2;

const memory = new Memory();
const raster = new Raster($("raster"));
const rates = new Rates($("rates"));
const mountain = new Mountain($("mountain"));
const picture = new Picture($("picture"));
const decoder = new Decoder($("actions"), $("reward"));
const plan = new Plan($("plan"));
const electrodes = new Electrodes($("array"), {
  onHover: (channel) => {
    hovered = channel;
    describe();
  },
  onClick: (channel) => {
    if (hello?.most_current_ua) link.ask({ stimulate: [channel, +$("current").value] });
  },
});

let hello = null, connected = false, paused = false, ended = false, hovered = null;
let waiting = null; // what there will be to see after a pause
let changed = true, slowChanged = true, slowAt = 0, lastFrameAt = 0, frameTimes = [];

const link = new Link({
  onMessage: (data) => (typeof data === "string" ? told(JSON.parse(data)) : arrived(data)),
  onState: (isOpen) => {
    connected = isOpen;
    showState();
  },
});

function arrived(buffer) {
  const kind = kindOf(buffer);
  if (kind === PICTURE) {
    expect("game");
    if (!paused) picture.show(buffer);
  } else if (kind === STRETCH && hello) {
    lastFrameAt = performance.now();
    frameTimes.push(lastFrameAt);
    const stretch = stretchOf(buffer, hello.n_bands);
    $("missed").textContent = stretch.missed;
    if (paused) return;
    memory.add(stretch);
    electrodes.add(stretch);
    $("realtime").textContent = stretch.realtime ? `${stretch.realtime.toFixed(1)} ×` : "–";
    $("latency").textContent = isNaN(stretch.latency) ? "–" : `${(1000 * stretch.latency).toFixed(0)} ms`;
    changed = true;
  }
}

function told(message) {
  if (message.hello) (paused ? (waiting = message.hello) : learn(message.hello));
  if ("pace" in message) showPace(message.pace);
  if (message.ended) ended = $("pace").disabled = true;
  if (message.refusal) say(message.refusal);
  if (message.decoder) expect("game", "decoder");
  if (message.map) expect("game", "map");
  if (paused) return;
  if (message.decoder) decoder.show(message.decoder);
  if (message.map) plan.show(message.map);
  if (message.event) $("event").textContent = message.event.replaceAll("_", " ");
  if (message.feedback) $("event").textContent = `feedback: ${message.feedback}`;
}

function learn(news) {
  if (JSON.stringify(news) !== JSON.stringify(hello)) {
    memory.clear(); // another culture
    decoder.forget();
    $("main").className = "";
    hovered = null;
  }
  hello = news;
  ended = $("pace").disabled = false;
  document.title = `bl1: ${hello.title}`;
  $("title").textContent = hello.title;
  expect(...hello.panels); // first, since panels take the room that they have
  decoder.isToldByClients = !hello.is_paced;
  for (const panel of [raster, rates, mountain, electrodes]) panel.learn(hello);
  $("raster-title").textContent = raster.title;
  $("rates-title").textContent = rates.title;
  $("array-title").textContent = hello.sites.title;
  $("rows").hidden = hello.sites.of_row !== null;
  $("pace-box").hidden = !hello.is_paced;
  $("latency-box").hidden = hello.is_paced; // nobody is answered
  if (hello.most_current_ua) $("current").max = hello.most_current_ua;
  $("current-box").hidden = !hello.most_current_ua;
  showLegend();
  changed = true;
}

// Room for panels of a game.
function expect(...panels) {
  const shown = $("main").classList;
  if (panels.every((panel) => shown.contains(panel))) return;
  shown.add("bench", ...panels);
  redraw();
}

function showPace(pace) {
  const value = String(pace ?? "");
  if (![...$("pace").options].some((option) => option.value === value)) {
    $("pace").add(new Option(`${value} ×`, value)); // another client's
  }
  $("pace").value = value;
}

function showLegend() {
  const shades = rates.shades();
  $("legend").replaceChildren(...(rates.groups ?? []).map(([name], group) => {
    const item = document.createElement("span"), mark = document.createElement("i");
    mark.style.background = shades[group];
    item.append(mark, name);
    item.style.textAlign = "left";
    item.dataset.export = "";
    return item;
  }));
}

function showState() {
  const still = connected && performance.now() - lastFrameAt > STILL_MS;
  const state = ended ? "ended" : !connected ? "away" : paused ? "paused" : still ? "still" : "live";
  const words = {
    ended: "ended", away: "reconnecting", paused: "paused", still: "waiting for the culture", live: "live",
  };
  $("state").dataset.state = state;
  $("state").textContent = words[state];
}

function describe() {
  const brightest = `brightest ${electrodes.highest.toFixed(0)} Hz`;
  $("electrode").textContent = hovered === null ? brightest : electrodes.describe(hovered);
}

function say(sentence) {
  $("said").textContent = sentence;
  $("said").hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => ($("said").hidden = true), SAID_MS);
}

const windowS = () => +$("window").value;

function draw(time) {
  if (changed && hello) {
    changed = false;
    slowChanged = true;
    raster.draw(memory, memory.now, windowS());
    electrodes.draw(memory, memory.now);
  }
  if (slowChanged && hello && time - slowAt > SLOW_MS) {
    slowChanged = false;
    slowAt = time;
    rates.draw(memory, memory.now, windowS());
    mountain.draw(memory, memory.now, windowS());
    const rate = memory.rate(RATE_S, hello.n_neurons);
    $("rate").textContent = `${rate.toFixed(rate < 1 ? 2 : 1)} Hz`;
    describe();
  }
  requestAnimationFrame(draw);
}

function redraw() {
  changed = true;
  slowAt = 0;
  for (const panel of [picture, decoder, plan]) panel.draw();
}

function pause() {
  paused = !paused;
  if (!paused && waiting) learn(waiting);
  waiting = null;
  $("pause").textContent = paused ? "Resume" : "Pause";
  showState();
}

setInterval(() => {
  const now = performance.now();
  frameTimes = frameTimes.filter((time) => time > now - 2000);
  $("frames").textContent = `${(frameTimes.length / 2).toFixed(0)} /s`;
  showState();
}, 500);

$("pause").onclick = pause;
$("pace").onchange = () => link.ask({ pace: $("pace").value === "" ? null : +$("pace").value });
$("window").onchange = redraw;
$("controls").addEventListener("click", (event) => {
  // After a click, but not a key, space is to hold the page and not to press the button again.
  if (event.detail && event.target.tagName === "BUTTON") event.target.blur();
});
$("png").onclick = () => savePng(memory.now);
$("csv").onclick = () => hello && saveCsv(memory, memory.now, windowS(), hello);
$("current").oninput = () => ($("current-ua").textContent = `${(+$("current").value).toFixed(1)} µA`);
$("rows").onclick = () => {
  raster.byElectrode = !raster.byElectrode;
  $("rows").textContent = raster.byElectrode ? "cells" : "electrodes";
  $("raster-title").textContent = raster.title;
  redraw();
};
addEventListener("keydown", (event) => {
  if (event.key === " " && !["BUTTON", "SELECT", "INPUT"].includes(event.target.tagName)) {
    event.preventDefault();
    pause();
  }
});
new ResizeObserver(redraw).observe($("main"));
onThemeChange(() => {
  rates.build();
  showLegend();
  redraw();
});
requestAnimationFrame(draw);
