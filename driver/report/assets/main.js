'use strict';
// Puts the page together. Everything that is text or a number is in the page already; this adds the plots.

class Toolbar {
  constructor(hub, redraw) {
    this.hub = hub;
    this.range = document.getElementById('range');
    const actions = {whole: () => hub.reset(), in: () => hub.zoom(0.5), out: () => hub.zoom(2),
      back: () => hub.pan(-0.5), on: () => hub.pan(0.5)};
    for (const button of document.querySelectorAll('[data-action]')) {
      button.addEventListener('click', actions[button.dataset.action]);
    }
    const keys = {'+': 'in', '-': 'out', '0': 'whole', 'ArrowLeft': 'back', 'ArrowRight': 'on'};
    document.addEventListener('keydown', event => {
      const typing = ['SELECT', 'INPUT'].includes(event.target.tagName);
      if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
      actions[keys[event.key]]();
      event.preventDefault();
    });
    document.getElementById('theme').addEventListener('click', () => {
      const root = document.documentElement;
      const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
      root.dataset.theme = dark ? 'light' : 'dark';
      redraw();
    });
    hub.add(this);
    this.rangeChanged();
  }

  rangeChanged() {
    const {from, to, span} = this.hub;
    const text = moment(from, to - from, to) + ' to ' + moment(to, to - from, to);
    this.range.textContent = from === 0 && to === span ? 'Whole run, ' + duration(span) : text + ' (' + duration(to - from) + ')';
  }
}

// On paper everything is light, whatever the screen is.
function printLight(redraw) {
  let before;
  window.addEventListener('beforeprint', () => {
    before = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = 'light';
    redraw();
  });
  window.addEventListener('afterprint', () => {
    if (before) document.documentElement.dataset.theme = before; else delete document.documentElement.dataset.theme;
    redraw();
  });
}

function buildTable(number, data, hub) {
  const host = document.getElementById('plots-' + number);
  const table = data.tables[number];
  const chart = new Chart(host, table, data.states, hub);
  const area = () => chart.area();
  const marks = new Marks(host, table, hub, area);
  const timeline = new Timeline(host, table, data, hub, area);
  const scale = document.getElementById('scale-' + number);
  scale.value = chart.whole ? 'size' : 'use';
  scale.addEventListener('change', () => chart.showWhole(scale.value === 'size'));
  const rows = document.getElementById('rows-' + number);
  rows.disabled = table.entries.length * TALL_ROW <= FIT_HEIGHT;
  rows.addEventListener('change', () => timeline.setTall(rows.value === 'tall'));
  for (const button of document.querySelectorAll('#table-' + number + ' [data-time]')) {
    button.addEventListener('click', () => {
      const time = Number(button.dataset.time);
      const half = Math.max(hub.span / 60, 50);
      hub.set(time - half, time + half);
      host.scrollIntoView({behavior: 'smooth', block: 'center'});
    });
  }
  return [chart, marks, timeline];
}

function main() {
  const data = JSON.parse(document.getElementById('data').textContent);
  const hub = new Hub(data.span);
  const views = data.tables.flatMap((table, number) => buildTable(number, data, hub));
  const redraw = () => views.forEach(view => view.redraw());
  new Toolbar(hub, redraw);
  printLight(redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  window.addEventListener('resize', redraw);
  document.body.dataset.ready = 'yes';
}

window.addEventListener('error', event => { document.body.dataset.error = event.message; });
main();
