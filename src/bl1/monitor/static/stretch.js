// What a culture did in a moment, from its bytes; their layout is told in stretch.py.

export const STRETCH = 1, PICTURE = 2;

export function kindOf(buffer) {
  return new DataView(buffer).getUint32(0, true);
}

export function stretchOf(buffer, nBands) {
  const head = new DataView(buffer);
  const counts = [32, 36, 40].map((place) => head.getUint32(place, true));
  let at = 48;
  const array = (Kind, n) => {
    const found = new Kind(buffer, at, n);
    at += found.byteLength;
    return found;
  };
  const times = counts.map((n) => array(Float64Array, n));
  const currents = array(Float32Array, counts[2]);
  const bands = array(Uint16Array, nBands);
  const [spikes, events, pulses] = times.map((own) => ({
    times: own,
    which: array(Uint16Array, own.length),
  }));
  return {
    missed: head.getUint32(4, true),
    first: head.getFloat64(8, true),
    last: head.getFloat64(16, true),
    realtime: head.getFloat32(24, true),
    latency: head.getFloat32(28, true),
    nAll: head.getUint32(44, true),
    spikes, events, pulses: { ...pulses, sizes: currents }, bands,
  };
}
