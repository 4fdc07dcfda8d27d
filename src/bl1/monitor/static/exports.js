// What is seen, as files: the page as a picture, the window as a table.

import { colour } from "./theme.js";

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const nameOf = (now, kind) => `bl1-${now.toFixed(1)}s.${kind}`;

// Every canvas, and every text that is marked for it, at its place.
export function savePng(now) {
  const scale = devicePixelRatio || 1;
  const picture = document.createElement("canvas");
  picture.width = innerWidth * scale;
  picture.height = document.documentElement.scrollHeight * scale;
  const context = picture.getContext("2d");
  context.scale(scale, scale);
  context.translate(scrollX, scrollY);
  context.fillStyle = colour("ground");
  context.fillRect(0, 0, picture.width, picture.height);
  for (const panel of document.querySelectorAll(".panel")) {
    const { x, y, width, height } = panel.getBoundingClientRect();
    context.fillStyle = colour("panel");
    context.fillRect(x, y, width, height);
  }
  for (const canvas of document.querySelectorAll("canvas")) {
    const { x, y, width, height } = canvas.getBoundingClientRect();
    if (width && height) context.drawImage(canvas, x, y, width, height);
  }
  context.textBaseline = "middle";
  for (const each of document.querySelectorAll("[data-export]")) {
    const { x, y, width, height } = each.getBoundingClientRect();
    if (!width) continue;
    const style = getComputedStyle(each);
    const mark = each.querySelector("i"); // of a legend
    if (mark) {
      const at = mark.getBoundingClientRect();
      context.fillStyle = getComputedStyle(mark).backgroundColor;
      context.fillRect(at.x, at.y, at.width, at.height);
    }
    const indent = mark ? mark.offsetWidth + 4 : 0;
    const toTheRight = style.textAlign === "right";
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.fillStyle = style.color;
    context.textAlign = toTheRight ? "right" : "left";
    context.fillText(each.innerText, toTheRight ? x + width : x + indent, y + height / 2, width + 4);
  }
  picture.toBlob((blob) => save(blob, nameOf(now, "png")), "image/png");
}

export function saveCsv(memory, now, window, { cells, sites }) {
  const lines = ["time_s,what,number,current_ua"];
  const add = (marks, what, numberOf) => {
    const { times, which, sizes, end } = marks;
    for (let k = marks.since(now - window); k < end && times[k] <= now; k++) {
      const size = sizes && !isNaN(sizes[k]) ? sizes[k].toFixed(3) : ""; // none of a pulse of voltage
      lines.push(`${times[k].toFixed(5)},${what},${numberOf(which[k])},${size}`);
    }
  };
  add(memory.events, "electrode", (site) => sites.numbers[site]);
  add(memory.pulses, "pulse", (site) => sites.numbers[site]);
  add(memory.spikes, "cell", (row) => cells[row]);
  save(new Blob([lines.join("\n") + "\n"], { type: "text/csv" }), nameOf(now, "csv"));
}
