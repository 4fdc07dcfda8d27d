// The last seconds, in memory of a fixed size.

export const KEPT_S = 60;

// Times, in order, of which, and how large, where that is told; the oldest give way.
export class Marks {
  constructor(most, areSized = false) {
    this.most = most;
    this.times = new Float64Array(2 * most);
    this.which = new Uint16Array(2 * most);
    this.sizes = areSized ? new Float32Array(2 * most) : null;
    this.first = this.end = 0;
  }

  add({ times, which, sizes }) {
    const skipped = Math.max(0, times.length - this.most);
    const n = times.length - skipped;
    if (this.end + n > this.times.length) {
      const from = Math.max(this.first, this.end - this.most);
      this.times.copyWithin(0, from, this.end);
      this.which.copyWithin(0, from, this.end);
      this.sizes?.copyWithin(0, from, this.end);
      this.end -= from;
      this.first = 0;
    }
    this.times.set(times.subarray(skipped), this.end);
    this.which.set(which.subarray(skipped), this.end);
    this.sizes?.set(sizes.subarray(skipped), this.end);
    this.end += n;
    this.first = Math.max(this.first, this.end - this.most);
  }

  // Place of the first one at or after a time.
  since(time) {
    let low = this.first, high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class Memory {
  constructor() {
    this.clear();
  }

  clear() {
    this.now = 0;
    this.start = null; // the first moment that is known
    this.spikes = new Marks(1 << 20);
    this.events = new Marks(1 << 18);
    this.pulses = new Marks(1 << 15, true);
    this.bands = []; // { first, last, counts, nAll }, in order
  }

  add(stretch) {
    if (stretch.first < this.now - 1) this.clear(); // another culture
    this.start ??= stretch.first;
    this.now = stretch.last;
    this.spikes.add(stretch.spikes);
    this.events.add(stretch.events);
    this.pulses.add(stretch.pulses);
    const { first, last, bands: counts, nAll } = stretch;
    this.bands.push({ first, last, counts, nAll });
    while (this.bands[0].last < this.now - KEPT_S - 1) this.bands.shift();
  }

  // Spikes a second of a cell, over the last seconds.
  rate(seconds, nNeurons) {
    let n = 0, from = this.now;
    for (let k = this.bands.length - 1; k >= 0 && this.bands[k].last > this.now - seconds; k--) {
      n += this.bands[k].nAll;
      from = this.bands[k].first;
    }
    return this.now > from ? n / nNeurons / (this.now - from) : 0;
  }
}
