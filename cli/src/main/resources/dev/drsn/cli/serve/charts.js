// Drawings as SVG elements. Colours come from the style sheet by class.

const SVG = 'http://www.w3.org/2000/svg';

/** A new element of a drawing. */
function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The drawing's size on the page, which its units are made to be. */
function size(svg) {
  const width = Math.max(40, svg.clientWidth);
  const height = Math.max(10, svg.clientHeight);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  return [width, height];
}

/**
 * A line over time from 0 upwards; null is a gap. Half a minute of values fills the width, fewer stand at the right.
 */
export function sparkline(svg, values) {
  const slots = Math.max(30, values.length);
  const width = 120, height = 28, pad = 2;
  if (!svg.firstChild) {
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    svg.append(element('path', { class: 'area' }), element('path', { class: 'line' }));
  }
  const most = Math.max(...values.map(v => v ?? 0), 1e-9);
  const x = i => width * (i + slots - values.length) / (slots - 1);
  const y = v => height - pad - (height - 2 * pad) * v / most;
  let line = '', area = '', from = -1;
  values.forEach((v, i) => {
    if (v !== null && v !== undefined) {
      line += `${from < 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
      if (from < 0) { from = i; area += `M${x(i).toFixed(1)} ${height}`; }
      area += `L${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
    }
    const last = i === values.length - 1 || values[i + 1] === null || values[i + 1] === undefined;
    if (from >= 0 && last) { area += `L${x(i).toFixed(1)} ${height}Z`; from = -1; }
  });
  svg.firstChild.setAttribute('d', area);
  svg.lastChild.setAttribute('d', line);
}

/** Shares of classes as stacked bars, a slot each; what is not shown is a gap. */
export function stack(svg, slots, least, clock) {
  const [width, height] = size(svg);
  const left = 44, bottom = 22, top = 6;
  const plot = height - bottom - top;
  const step = (width - left) / Math.max(least, slots.length);
  const parts = [];
  for (const percent of [0, 25, 50, 75, 100]) {
    const y = Math.round(top + plot * (1 - percent / 100)) + .5;
    parts.push(element('line', { class: 'grid', x1: left, x2: width, y1: y, y2: y }));
    if (percent % 50 === 0) {
      parts.push(element('text', { x: left - 6, y: y + 4, 'text-anchor': 'end' }, `${percent} %`));
    }
  }
  const begin = width - step * slots.length;
  slots.forEach((slot, i) => {
    const x = begin + step * i;
    const wide = Math.max(1, step - (step > 5 ? 1.5 : step > 3 ? .6 : 0));
    if (slot.fewer) {
      parts.push(element('rect', { class: 'gap', x, y: top, width: wide, height: plot }));
    }
    let below = 0;
    slot.shares.forEach((share, k) => {
      const tall = plot * share;
      const y = top + plot - plot * below - tall;
      parts.push(element('rect', { class: `c${k % 10}`, x, y, width: wide, height: Math.max(0, tall) }));
      below += share;
    });
  });
  // Times below, as many as have room, and none beside "now".
  const apart = Math.max(1, Math.ceil(100 / step));
  for (let i = 0; i < slots.length && begin + step * i < width - 90; i += apart) {
    parts.push(element('text', { x: begin + step * i, y: height - 6 }, clock(slots[i].millis)));
  }
  parts.push(element('text', { x: width, y: height - 6, 'text-anchor': 'end' }, 'now'));
  svg.replaceChildren(...parts);
}

/** Counts as bars, one a number from 1. */
export function bars(svg, counts) {
  const [width, height] = size(svg);
  const bottom = 20, top = 16;
  const plot = height - bottom - top;
  const most = Math.max(...counts, 1);
  const sum = counts.reduce((a, b) => a + b, 0);
  const step = width / counts.length;
  const every = Math.ceil(counts.length / Math.max(1, Math.floor(width / 26)));
  const parts = [element('line', { class: 'grid', x1: 0, x2: width, y1: top + plot + .5, y2: top + plot + .5 })];
  counts.forEach((count, i) => {
    const tall = plot * count / most;
    const x = i * step + step * .12;
    if (count > 0) {
      parts.push(element('rect', { class: 'bar', x, y: top + plot - Math.max(1.5, tall), width: step * .76, height: Math.max(1.5, tall), rx: Math.min(3, step * .2) }));
    }
    const middle = i * step + step / 2;
    if (i % every === 0 || i === counts.length - 1) {
      parts.push(element('text', { x: middle, y: height - 5, 'text-anchor': 'middle' }, i + 1));
    }
    if (count === most && sum > 0) {
      parts.push(element('text', { x: Math.min(width - 14, Math.max(14, middle)), y: top + plot - tall - 4, 'text-anchor': 'middle' }, `${Math.round(100 * count / sum)} %`));
    }
  });
  svg.replaceChildren(...parts);
}

/** Parts of a whole side by side, a class of the style sheet each. */
export function parts(svg, counts, classes) {
  const [width, height] = size(svg);
  const sum = counts.reduce((a, b) => a + b, 0);
  const made = sum > 0 ? [] : [element('rect', { class: 'gap', x: 0, y: 0, width, height })];
  let x = 0;
  counts.forEach((count, k) => {
    const wide = sum > 0 ? width * count / sum : 0;
    if (wide > 0) made.push(element('rect', { class: classes[k], x, y: 0, width: wide, height }));
    x += wide;
  });
  svg.replaceChildren(...made);
}
