'use strict';
// Constants and small helpers of the report's scripts. Text from the log goes to the page through textContent only.

// Entry states by number: 0 free, 1 larval, 2 active, 3 overlap, 4 draining, 5 redundant, 6 erasing.
const FREE = 0;
const STACK = [2, 3, 4, 5, 1, 6];     // of the chart, from the bottom up
const RANKED = [0, 2, 6, 1, 4, 3, 5]; // from common to notable: where two states meet in a pixel the later one shows

// Rank of the most notable state in a set of states (bit s: state s).
const RANK_OF_SET = new Uint8Array(128);
for (let set = 1; set < 128; set++) {
  for (let rank = 0; rank < RANKED.length; rank++) {
    if (set & (1 << RANKED[rank])) RANK_OF_SET[set] = rank;
  }
}

function element(parent, tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  parent.appendChild(made);
  return made;
}

// A colour of the style sheet, which knows light and dark.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

function unitFor(ns) {
  if (ns >= 1e9) return [1e9, 's'];
  if (ns >= 1e6) return [1e6, 'ms'];
  if (ns >= 1e3) return [1e3, 'µs'];
  return [1, 'ns'];
}

// A moment, with as many places as a window of `range` ns makes sense of.
function moment(ns, range, largest) {
  const [scale, name] = unitFor(largest);
  const places = Math.max(0, Math.ceil(-Math.log10(Math.max(range, 1) / scale)) + 2);
  const text = (ns / scale).toFixed(Math.min(places, Math.round(Math.log10(scale))));
  return (text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text) + ' ' + name;
}

function duration(ns) {
  const [scale, name] = unitFor(ns);
  return Number((ns / scale).toPrecision(4)) + ' ' + name;
}

// The last index with times[index] <= time, -1 if there is none.
function lastAtOrBefore(times, time) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1; else high = middle;
  }
  return low - 1;
}
