// A canvas as large as the page shows it, in the pixels of the screen.

export const FONT = '11px system-ui, "Segoe UI", "DejaVu Sans", sans-serif';

// Its context in units of the page, and its size in them; cleared.
export function cleared(canvas) {
  const scale = devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  const w = Math.max(1, Math.round(width * scale)), h = Math.max(1, Math.round(height * scale));
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, w, h);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.font = FONT;
  return { context, width, height, scale };
}

export function say(canvas, sentence, colour) {
  const { context, width, height } = cleared(canvas);
  context.fillStyle = colour;
  context.textAlign = "center";
  context.fillText(sentence, width / 2, height / 2, width - 20);
}

// Round numbers from low to high, n or so of them.
export function ticks(low, high, n) {
  const rough = (high - low) / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= rough);
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(+(k * step).toFixed(6));
  return found;
}
