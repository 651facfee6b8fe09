'use strict';
// Occupancy over time, thinned for a number of pixels without losing a peak.

class Steps {
  constructor(table, span) {
    this.span = span;
    this.slot = table.stepSlot;
    this.times = new Float64Array(table.stepTimes.length);
    let time = 0;
    table.stepTimes.forEach((difference, i) => { this.times[i] = time += difference; });
    this.counts = table.stepCounts;
  }

  at(time) { return Math.max(0, lastAtOrBefore(this.times, time)); }

  // Indices of moments worth drawing between two times: all, or of each of `slots` equal parts the first, the last and for each state
  // a highest and a lowest one. Each is a moment that was, so the stack always sums to the table's size.
  select(from, to, slots) {
    const first = this.at(from);
    const last = this.at(to);
    const chosen = [];
    if (last - first <= 2 * slots) {
      for (let i = first; i <= last; i++) chosen.push(i);
      return chosen;
    }
    const width = (to - from) / slots;
    const slotOf = i => Math.floor((this.times[i] - from) / width);
    for (let i = first; i <= last;) {
      let end = i + 1;
      while (end <= last && slotOf(end) === slotOf(i)) end++;
      chosen.push(...this.extremes(i, end));
      i = end;
    }
    return chosen;
  }

  extremes(first, end) {
    if (end - first <= 2) return end - first === 1 ? [first] : [first, first + 1];
    const kept = new Set([first, end - 1]);
    for (const counts of this.counts) {
      let low = first;
      let high = first;
      for (let i = first + 1; i < end; i++) {
        if (counts[i] < counts[low]) low = i;
        if (counts[i] > counts[high]) high = i;
      }
      kept.add(low).add(high);
    }
    return [...kept].sort((a, b) => a - b);
  }

  // Rows for dygraphs: time and the heights of the stack, fine inside a window, coarser around it, to the end of the log.
  rows(from, to, slots) {
    const indices = new Set();
    if (from > 0) this.select(0, from, 300).forEach(i => indices.add(i));
    this.select(from, to, slots).forEach(i => indices.add(i));
    if (to < this.span) this.select(to, this.span, 300).forEach(i => indices.add(i));
    const rows = [...indices].sort((a, b) => a - b).map(i => this.row(i, this.times[i]));
    rows.push(this.row(this.times.length - 1, this.span));
    return rows;
  }

  row(i, time) {
    let height = 0;
    return [time, ...STACK.map(state => height += this.counts[state][i])];
  }
}
