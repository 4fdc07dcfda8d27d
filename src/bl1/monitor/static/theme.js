// Colours, for a dark and a light page; told apart by colour-blind readers as far as eight can be.

const dark = matchMedia("(prefers-color-scheme: dark)");

const GROUPS = {
  dark: ["#56b4e9", "#2fc08f", "#e69f00", "#d98bc0", "#7f8cff", "#ff7a45", "#f0e442", "#ff5d73"],
  light: ["#2a8fc9", "#00875f", "#b97a00", "#b0508f", "#3d4fd1", "#c94a0c", "#8d8400", "#cc2440"],
};

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function groupColours() {
  return dark.matches ? GROUPS.dark : GROUPS.light;
}

export const EXCITATORY = () => (dark.matches ? [94, 190, 246] : [18, 96, 163]);
export const INHIBITORY = () => (dark.matches ? [255, 126, 116] : [190, 44, 44]);
export const STIMULUS = () => (dark.matches ? "#ffb02e" : "#d35400");

// From silent to active, as five colours between which the rest lies.
const RAMPS = {
  dark: [[22, 32, 46], [22, 74, 122], [20, 134, 142], [122, 190, 92], [253, 231, 76]],
  light: [[232, 237, 243], [158, 202, 225], [66, 146, 198], [33, 96, 160], [20, 36, 92]],
};

export function ramp(share) {
  const stops = dark.matches ? RAMPS.dark : RAMPS.light;
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const first = Math.min(Math.floor(place), stops.length - 2);
  const rest = place - first;
  const [r, g, b] = stops[first].map((low, i) => low + (stops[first + 1][i] - low) * rest);
  return `rgb(${r | 0},${g | 0},${b | 0})`;
}

export function onThemeChange(redraw) {
  dark.addEventListener("change", redraw);
}
