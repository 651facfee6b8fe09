'use strict';
// Entries over time, stacked. dygraphs draws axes, grid and the overview below; the fill is our own, because a stay shorter than a
// pixel must still be seen.

class Chart {
  constructor(host, table, names, hub) {
    this.table = table;
    this.names = names;
    this.hub = hub;
    this.steps = new Steps(table, hub.span);
    this.whole = table.peak * 2 > table.size;
    this.host = element(host, 'div', 'chart');
    this.graph = new Dygraph(this.host, this.steps.rows(0, hub.span, 1200), {
      labels: ['time', ...STACK.map(state => names[state])],
      ...this.axisOptions(),
      dateWindow: [hub.from, hub.to],
      interactionModel: {},
      plotter: event => this.fill(event),
      legend: 'never',
      showRangeSelector: true,
      rangeSelectorHeight: 28,
      series: {[names[STACK[STACK.length - 1]]]: {showInRangeSelector: true}},
      stepPlot: true,
      highlightCircleSize: 0,
      ylabel: 'entries',
      drawCallback: (graph, initial) => this.drawn(graph, initial),
    });
    this.interaction = new Interaction(this.host, () => this.area(), hub, time => this.describe(time));
    hub.add(this);
    this.refine();
  }

  axisOptions() {
    const top = this.whole ? this.table.size : Math.max(4, this.table.peak * 1.15);
    return {
      valueRange: [0, top * 1.02],
      gridLineColor: colour('grid'),
      axisLineColor: colour('line'),
      rangeSelectorPlotFillColor: colour('active'),
      rangeSelectorPlotFillGradientColor: '',
      rangeSelectorPlotStrokeColor: colour('active'),
      rangeSelectorBackgroundStrokeColor: colour('line'),
      rangeSelectorAlpha: Number(colour('veil')),
      axes: {
        x: {
          axisLabelFormatter: time => moment(time, this.hub.to - this.hub.from, this.hub.to),
          axisLabelWidth: 90,
          pixelsPerLabel: 100,
        },
        y: {axisLabelWidth: 58, axisLabelFormatter: count => Number.isInteger(count) ? String(count) : ''},
      },
    };
  }

  area() {
    const area = this.graph.getArea();
    return {left: area.x, width: area.w, top: area.y, height: area.h};
  }

  // The window moved: by another view, or by the overview of this chart.
  rangeChanged() {
    const [from, to] = this.graph.xAxisRange();
    if (from !== this.hub.from || to !== this.hub.to) {
      this.graph.updateOptions({dateWindow: [this.hub.from, this.hub.to]});
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refine(), 60);
  }

  refine() {
    const rows = this.steps.rows(this.hub.from, this.hub.to, Math.max(200, Math.round(this.area().width)));
    this.graph.updateOptions({file: rows, dateWindow: [this.hub.from, this.hub.to], ...this.axisOptions()});
  }

  redraw() {
    this.graph.resize();
    this.refine();
  }

  drawn(graph, initial) {
    if (initial) return;
    const [from, to] = graph.xAxisRange();
    this.hub.set(from, to);
  }

  showWhole(whole) {
    this.whole = whole;
    this.refine();
  }

  // Called once for each series; does all of them at the first. Common states are painted first, so that where several stand in
  // one pixel the notable one shows.
  fill(event) {
    if (event.seriesIndex !== 0) return;
    const context = event.drawingContext;
    const area = event.plotArea;
    const sets = event.allSeriesPoints;
    const scale = window.devicePixelRatio || 1;
    const snap = value => Math.round(value * scale) / scale;
    const bottom = event.dygraph.toDomYCoord(0);
    for (const state of RANKED.slice(1)) {
      const level = STACK.indexOf(state);
      const points = sets[level];
      context.fillStyle = colour(this.names[state]);
      for (let i = 0; i + 1 < points.length; i++) {
        const upper = points[i].canvasy;
        const lower = level === 0 ? bottom : sets[level - 1][i].canvasy;
        if (lower - upper < 0.01) continue;
        const left = snap(Math.max(area.x, points[i].canvasx));
        const right = snap(Math.min(area.x + area.w, points[i + 1].canvasx));
        if (right < area.x || left > area.x + area.w) continue;
        context.fillRect(left, upper, Math.max(1, right - left), lower - upper);
      }
    }
    this.limit(event, this.table.size, 'size ' + this.table.size, 'left');
    if (this.table.floor > 0) {
      this.limit(event, this.table.size - this.table.floor, this.table.floor + ' kept for rekeys above this line', 'right');
    }
  }

  limit(event, count, text, side) {
    const context = event.drawingContext;
    const area = event.plotArea;
    const y = event.dygraph.toDomYCoord(count);
    if (y < area.y - 1) return;
    context.strokeStyle = context.fillStyle = colour('muted');
    context.lineWidth = 1;
    context.setLineDash([5, 4]);
    context.beginPath();
    context.moveTo(area.x, y);
    context.lineTo(area.x + area.w, y);
    context.stroke();
    context.setLineDash([]);
    context.font = '11px system-ui, sans-serif';
    context.textAlign = side;
    context.fillText(text, side === 'left' ? area.x + 6 : area.x + area.w - 6, y + 12);
  }

  describe(time) {
    const i = this.steps.at(time);
    const lines = STACK.slice().reverse().filter(state => this.steps.counts[state][i] > 0)
      .map(state => ({state: this.names[state], text: this.steps.counts[state][i] + ' ' + this.names[state]}));
    const free = this.steps.counts[FREE][i];
    lines.push({state: 'free', text: free + ' free'});
    const inUse = this.table.size - free;
    return {title: inUse + ' of ' + this.table.size + ' in use', lines};
  }
}
