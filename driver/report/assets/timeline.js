'use strict';
// One row for each entry that was ever used: its state over time. Where several states (or, in a large table, several entries) fall
// into one pixel, the most notable shows; nothing is too short to be seen.

const TALL_ROW = 16;
const FIT_HEIGHT = 520;

class Timeline {
  constructor(host, table, data, hub, area) {
    Object.assign(this, {table, data, hub, area, tall: false});
    this.rows = table.entries.map(list => Timeline.decode(list, table.owners));
    this.host = element(host, 'div', 'timeline');
    this.spacer = element(this.host, 'div', 'spacer');
    this.canvas = element(this.spacer, 'canvas');
    new Interaction(this.host, area, hub, (time, event) => this.describe(time, event));
    this.host.addEventListener('scroll', () => this.redraw());
    hub.add(this);
    this.redraw();
  }

  static decode(list, owners) {
    const size = (list.length - 1) / 5;
    const row = {index: list[0], times: new Float64Array(size), states: new Uint8Array(size), generations: [], owners: [], causes: []};
    let time = 0;
    for (let i = 0; i < size; i++) {
      row.times[i] = time += list[1 + 5 * i];
      row.states[i] = list[2 + 5 * i];
      row.generations.push(list[3 + 5 * i]);
      row.owners.push(owners[list[4 + 5 * i]]);
      row.causes.push(list[5 + 5 * i]);
    }
    return row;
  }

  setTall(tall) {
    this.tall = tall;
    this.host.scrollTop = 0;
    this.redraw();
  }

  rangeChanged() { this.redraw(); }

  rowHeight() {
    if (this.tall || this.rows.length * TALL_ROW <= FIT_HEIGHT) return TALL_ROW;
    return FIT_HEIGHT / this.rows.length;
  }

  redraw() {
    const height = this.rowHeight();
    const total = Math.max(1, Math.ceil(this.rows.length * height));
    const visible = Math.min(total, FIT_HEIGHT);
    this.spacer.style.height = total + 'px';
    this.host.style.height = visible + 'px';
    const {left, width} = this.area();
    const context = prepared(this.canvas, left + width, visible);
    const pixels = Math.round(width * (window.devicePixelRatio || 1));
    const ranks = new Uint8Array(pixels);
    const colours = RANKED.map(state => colour(this.data.states[state]));
    const lines = height >= 1 ? this.rows.length : visible;
    const lineHeight = Math.max(1, height);
    const first = Math.floor(this.host.scrollTop / lineHeight);
    for (let line = first; line < lines && line * lineHeight < this.host.scrollTop + visible; line++) {
      ranks.fill(0);
      // A line shows one row, or all rows that share its pixel.
      const from = height >= 1 ? line : Math.floor(line / height);
      const to = height >= 1 ? line + 1 : Math.min(this.rows.length, Math.max(from + 1, Math.floor((line + 1) / height)));
      for (let row = from; row < to; row++) this.rank(this.rows[row], ranks);
      const gap = height >= 5 ? 1 : 0;
      this.paint(context, ranks, colours, left, width, line * lineHeight - this.host.scrollTop, lineHeight - gap);
    }
    this.labels(context, left, height, visible);
  }

  // Raises each pixel of the window to the most notable state of a row in it.
  rank(row, ranks) {
    const scale = ranks.length / (this.hub.to - this.hub.from);
    for (let i = Math.max(0, lastAtOrBefore(row.times, this.hub.from)); i < row.times.length; i++) {
      if (row.times[i] > this.hub.to) break;
      const rank = RANK_OF_SET[row.states[i]];
      if (rank === 0) continue;
      const until = i + 1 < row.times.length ? row.times[i + 1] : this.hub.span;
      if (until < this.hub.from) continue;
      const start = Math.max(0, Math.floor((row.times[i] - this.hub.from) * scale));
      const end = Math.min(ranks.length, Math.max(start + 1, Math.round((until - this.hub.from) * scale)));
      for (let x = start; x < end; x++) if (rank > ranks[x]) ranks[x] = rank;
    }
  }

  paint(context, ranks, colours, left, width, top, height) {
    const scale = width / ranks.length;
    for (let x = 0; x < ranks.length;) {
      let end = x + 1;
      while (end < ranks.length && ranks[end] === ranks[x]) end++;
      context.fillStyle = colours[ranks[x]];
      context.fillRect(left + x * scale, top, (end - x) * scale, height);
      x = end;
    }
  }

  labels(context, left, height, visible) {
    context.font = '11px system-ui, sans-serif';
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillStyle = colour('muted');
    const every = Math.max(1, Math.ceil(13 / height));
    const first = Math.ceil(Math.floor(this.host.scrollTop / height) / every) * every;
    for (let row = first; row < this.rows.length; row += every) {
      const y = (row + 0.5) * height - this.host.scrollTop;
      if (y > visible - 5) break;
      if (y > 5) context.fillText('entry ' + this.rows[row].index, left - 6, y);
    }
  }

  describe(time, event) {
    const y = event.clientY - this.host.getBoundingClientRect().top + this.host.scrollTop;
    const row = this.rows[Math.min(this.rows.length - 1, Math.floor(y / this.rowHeight()))];
    if (!row) return null;
    const i = lastAtOrBefore(row.times, time);
    const title = 'entry ' + row.index;
    if (i < 0) return {title, lines: [{state: 'free', text: 'free, not used yet'}]};
    const states = this.data.states.filter((name, state) => row.states[i] & (1 << state));
    const until = i + 1 < row.times.length ? row.times[i + 1] : this.hub.span;
    const lines = states.map(name => ({state: name, text: name + (states.length > 1 ? ' (one of several in this piece)' : '')}));
    lines.push({text: 'for ' + duration(until - row.times[i]) + ', from ' + moment(row.times[i], 1, this.hub.to)});
    if (states[0] !== 'free' || states.length > 1) {
      lines.push({text: 'owner ' + (row.owners[i] || '(none)') + ', generation ' + row.generations[i]});
    }
    lines.push({text: 'cause: ' + this.data.causes[row.causes[i]]});
    return {title, lines};
  }
}
