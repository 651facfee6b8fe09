'use strict';
// What all plots share: the visible window, zooming by mouse, touch and keys, the common cursor, the tooltip, canvases.

// The visible window of time, in ns since the log's start, and everything that follows it.
class Hub {
  constructor(span) {
    this.span = Math.max(span, 1);
    this.from = 0;
    this.to = this.span;
    this.views = [];
    this.cursors = [];
    this.tip = element(document.body, 'div', 'tip');
    this.tip.hidden = true;
  }

  add(view) { this.views.push(view); }

  set(from, to) {
    const width = Math.min(this.span, Math.max(to - from, Math.min(100, this.span)));
    const start = Math.min(Math.max(from + (to - from - width) / 2, 0), this.span - width);
    if (Math.abs(start - this.from) + Math.abs(start + width - this.to) < width * 1e-9) return;
    this.from = start;
    this.to = start + width;
    this.views.forEach(view => view.rangeChanged());
  }

  zoom(factor, around = (this.from + this.to) / 2) {
    this.set(around - (around - this.from) * factor, around + (this.to - around) * factor);
  }

  pan(part) {
    const by = (this.to - this.from) * part;
    const bounded = Math.min(Math.max(by, -this.from), this.span - this.to);
    this.set(this.from + bounded, this.to + bounded);
  }

  reset() { this.set(0, this.span); }

  // time: null hides the cursor.
  point(time) { this.cursors.forEach(cursor => cursor(time)); }

  showTip(event, time, content) {
    this.tip.replaceChildren();
    element(this.tip, 'div', 'tip-time', moment(time, (this.to - this.from) / 1000, this.to));
    element(this.tip, 'div', 'tip-title', content.title);
    for (const line of content.lines) {
      const row = element(this.tip, 'div', 'tip-line');
      if (line.state) element(row, 'span', 'swatch ' + line.state);
      element(row, 'span', '', line.text);
    }
    this.tip.hidden = false;
    const width = this.tip.offsetWidth;
    const x = event.clientX + 16 + width > window.innerWidth ? event.clientX - 16 - width : event.clientX + 16;
    this.tip.style.left = Math.max(4, x) + 'px';
    this.tip.style.top = Math.max(4, Math.min(event.clientY + 12, window.innerHeight - this.tip.offsetHeight - 4)) + 'px';
  }

  hideTip() { this.tip.hidden = true; }
}

// Drag to zoom, shift-drag to move, double click for everything, ctrl-wheel to zoom, keys; a cursor that all plots show.
class Interaction {
  // area() gives {left, width} of the plot inside the host; describe(time, event) the tooltip's content or nothing.
  constructor(host, area, hub, describe) {
    Object.assign(this, {host, area, hub, describe, start: null});
    host.classList.add('plot');
    this.cursor = element(host, 'div', 'cursor');
    this.selection = element(host, 'div', 'selection');
    this.cursor.hidden = this.selection.hidden = true;
    hub.cursors.push(time => this.showCursor(time));
    host.addEventListener('pointerdown', event => this.down(event));
    host.addEventListener('pointermove', event => this.move(event));
    host.addEventListener('pointerup', event => this.up(event));
    host.addEventListener('pointercancel', () => this.stop());
    host.addEventListener('pointerleave', () => { hub.point(null); hub.hideTip(); });
    host.addEventListener('dblclick', () => hub.reset());
    host.addEventListener('wheel', event => this.wheel(event), {passive: false});
  }

  x(event) { return event.clientX - this.host.getBoundingClientRect().left; }

  inside(event) {
    const area = this.area();
    const x = this.x(event);
    const y = event.clientY - this.host.getBoundingClientRect().top;
    return x >= area.left && x <= area.left + area.width && (area.height === undefined || y <= area.top + area.height);
  }

  time(event) {
    const area = this.area();
    const part = Math.min(1, Math.max(0, (this.x(event) - area.left) / area.width));
    return this.hub.from + part * (this.hub.to - this.hub.from);
  }

  down(event) {
    if (event.button !== 0 || !this.inside(event)) return;
    this.start = {x: this.x(event), time: this.time(event), from: this.hub.from, to: this.hub.to, pan: event.shiftKey};
    this.host.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  move(event) {
    if (this.start === null) {
      if (!this.inside(event)) { this.hub.point(null); this.hub.hideTip(); return; }
      const time = this.time(event);
      this.hub.point(time);
      const content = this.describe(time, event);
      if (content) this.hub.showTip(event, time, content); else this.hub.hideTip();
      return;
    }
    this.hub.hideTip();
    if (this.start.pan) {
      const by = (this.start.x - this.x(event)) / this.area().width * (this.start.to - this.start.from);
      const bounded = Math.min(Math.max(by, -this.start.from), this.hub.span - this.start.to);
      this.hub.set(this.start.from + bounded, this.start.to + bounded);
      return;
    }
    const area = this.area();
    const x = Math.min(Math.max(this.x(event), area.left), area.left + area.width);
    this.selection.hidden = false;
    this.selection.style.left = Math.min(x, this.start.x) + 'px';
    this.selection.style.width = Math.abs(x - this.start.x) + 'px';
  }

  up(event) {
    if (this.start === null) return;
    const {x, time, pan} = this.start;
    const end = this.time(event);
    this.stop();
    if (!pan && Math.abs(this.x(event) - x) > 4) this.hub.set(Math.min(time, end), Math.max(time, end));
  }

  stop() {
    this.start = null;
    this.selection.hidden = true;
  }

  wheel(event) {
    if (!event.ctrlKey || !this.inside(event)) return;
    event.preventDefault();
    this.hub.zoom(event.deltaY < 0 ? 0.8 : 1.25, this.time(event));
  }

  showCursor(time) {
    const visible = time !== null && time >= this.hub.from && time <= this.hub.to;
    this.cursor.hidden = !visible;
    if (!visible) return;
    const area = this.area();
    this.cursor.style.left = area.left + (time - this.hub.from) / (this.hub.to - this.hub.from) * area.width + 'px';
  }
}

// Sizes a canvas for the screen's pixels and gives a context that draws in CSS pixels.
function prepared(canvas, width, height) {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.style.width = width + 'px';
  canvas.style.height = height + 'px';
  const context = canvas.getContext('2d');
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}
