'use strict';
// Lanes of ticks under the chart: events, rekeys, refusals, drops. Lanes without a tick are left out.

const LANES = [
  {label: 'soft limits', colour: 'larval', one: 'soft event', many: 'soft events'},
  {label: 'SAs dead', colour: 'bad', one: 'SA died', many: 'SAs died'},
  {label: 'rekeys', colour: 'active', one: 'rekey done', many: 'rekeys done'},
  {label: 'lost rekeys', colour: 'redundant', one: 'rekey lost or failed', many: 'rekeys lost or failed'},
  {label: 'refusals', colour: 'bad', one: 'entry refused', many: 'entries refused'},
  {label: 'drops', colour: 'erasing', one: 'packet dropped', many: 'packets dropped'},
];
const LANE_HEIGHT = 15;

class Marks {
  constructor(host, table, hub, area) {
    this.hub = hub;
    this.area = area;
    this.lanes = table.marks.map((list, kind) => ({...LANES[kind], ...Marks.decode(list)})).filter(lane => lane.times.length);
    if (this.lanes.length === 0) return;
    this.host = element(host, 'div', 'lanes');
    this.canvas = element(this.host, 'canvas');
    new Interaction(this.host, area, hub, (time, event) => this.describe(time, event));
    hub.add(this);
    this.redraw();
  }

  static decode(list) {
    const times = new Float64Array(list.length / 2);
    const counts = new Float64Array(list.length / 2);
    let time = 0;
    for (let i = 0; i < times.length; i++) {
      times[i] = time += list[2 * i];
      counts[i] = list[2 * i + 1];
    }
    return {times, counts};
  }

  rangeChanged() { this.redraw(); }

  redraw() {
    if (!this.host) return;
    const {left, width} = this.area();
    const context = prepared(this.canvas, left + width, this.lanes.length * LANE_HEIGHT);
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    this.lanes.forEach((lane, row) => {
      const top = row * LANE_HEIGHT;
      context.fillStyle = colour('free');
      context.fillRect(left, top + 2, width, LANE_HEIGHT - 4);
      context.fillStyle = colour('muted');
      context.fillText(lane.label, left - 6, top + LANE_HEIGHT / 2);
      context.fillStyle = colour(lane.colour);
      const scale = width / (this.hub.to - this.hub.from);
      let drawn = -1;
      for (let i = lastAtOrBefore(lane.times, this.hub.from - 1) + 1; i < lane.times.length; i++) {
        if (lane.times[i] > this.hub.to) break;
        const x = Math.round(Math.min(left + width - 2, left + (lane.times[i] - this.hub.from) * scale));
        if (x !== drawn) context.fillRect(x, top + 2, 2, LANE_HEIGHT - 4);
        drawn = x;
      }
    });
  }

  describe(time, event) {
    const row = Math.floor((event.clientY - this.host.getBoundingClientRect().top) / LANE_HEIGHT);
    const lane = this.lanes[row];
    if (!lane) return null;
    const near = 4 * (this.hub.to - this.hub.from) / this.area().width;
    let count = 0;
    for (let i = lastAtOrBefore(lane.times, time - near) + 1; i < lane.times.length && lane.times[i] <= time + near; i++) {
      count += lane.counts[i];
    }
    if (count === 0) return null;
    return {title: count + ' ' + (count === 1 ? lane.one : lane.many), lines: [{text: 'within ' + duration(near)}]};
  }
}
