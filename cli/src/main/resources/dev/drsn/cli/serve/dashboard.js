// Follows /v1/events and shows it. Nothing but text is ever put into the page.

import { follow, headers, open, token } from '/events.js';
import { bars, parts, sparkline, stack } from '/charts.js';

const LEAST_SLOTS = 24;
const SILENCE = 5000;
const FRAMES = 2000;
const by = id => document.getElementById(id);

let hello = null;
let history = null;
let mix = [];
let batchesBefore = [];
let rows = new Map();
let states = new Map();
let heard = 0;
let latest = null;

const clock = millis => new Date(millis).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const whole = n => n.toLocaleString('en');
const rate = n => n.toFixed(1);
const percent = share => `${Math.round(100 * share)} %`;
function time(ms) {
  if (ms === null || ms === undefined || ms < 0) return '–';
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
function make(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
const drawing = () => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'spark');
  return svg;
};

async function run() {
  let wait = 500;
  for (;;) {
    const began = Date.now();
    try {
      if (!await follow(() => { by('login').hidden = true; }, { hello: begin, sample: take })) { ask(); return; }
      wait = 200;
    } catch {
      connection('backoff', 'no connection');
      wait = Date.now() - began > 5000 ? 500 : Math.min(2 * wait, 8000);
    }
    await new Promise(resolve => setTimeout(resolve, wait));
  }
}

function connection(state, text) {
  by('connection').dataset.state = state;
  put(by('connection'), text);
  document.body.classList.toggle('stale', state === 'backoff');
}

function ask() {
  by('main').hidden = true;
  by('login').hidden = false;
  put(by('refused'), token() ? 'That was not the token.' : '');
  token('');
  connection('ended', 'locked');
  by('token').focus();
}

by('login').addEventListener('submit', event => {
  event.preventDefault();
  token(by('token').value.trim());
  by('token').value = '';
  run();
});

function begin(data) {
  hello = data;
  const past = data.numbers.length;
  const filled = values => Array.from({ length: past }, (_, i) => values[i] ?? null);
  history = { numbers: data.numbers, load: data.load, streams: new Map() };
  for (const [id, each] of Object.entries(data.streams)) {
    history.streams.set(id, { fps: filled(each.fps), age: filled(each.age).map(v => v < 0 ? null : v) });
  }
  mix = data.mix;
  batchesBefore = data.batches ? [data.batches] : [];
  put(by('title'), data.title);
  put(by('least'), String(data.least_group));
  by('streams').hidden = by('mix').hidden = false;
  by('mix').hidden = !data.watches;
  by('main').hidden = false;
  put(by('empty-text'), data.watches
    ? 'No streams yet. A camera is added while drsn runs, from any terminal:'
    : 'No cameras are watched here; requests are answered. To watch cameras as well:');
  put(by('empty-command'), data.watches
    ? `curl ${token() ? '-H "Authorization: Bearer $(head -n 1 TOKEN-FILE)" ' : ''}-H 'Content-Type: application/json' \\\n  ${location.origin}/v1/streams -d '{"id": "door", "url": "rtsp://user:password@camera/live"}'`
    : 'drsn serve --streams room.yaml');
  legend();
}

function take(sample) {
  heard = Date.now();
  latest = sample;
  connection('live', 'live');
  if (history.numbers.at(-1) !== sample.number) {
    const push = (list, value) => { list.push(value); if (list.length > hello.samples) list.shift(); };
    push(history.numbers, sample.number);
    push(history.load, sample.load);
    for (const id of history.streams.keys()) if (!(id in sample.rates)) history.streams.delete(id);
    for (const [id, now] of Object.entries(sample.rates)) {
      let each = history.streams.get(id);
      if (!each) history.streams.set(id, each = { fps: [], age: [] });
      push(each.fps, now.fps);
      push(each.age, now.age < 0 ? null : now.age);
    }
    batchesBefore.push(sample.batches);
    if (batchesBefore.length > hello.samples) batchesBefore.shift();
  }
  if (sample.mix && mix.at(-1)?.number !== sample.mix.number) {
    mix.push(sample.mix);
    if (mix.length > hello.slots) mix.shift();
  }
  show();
}

function show() {
  if (!latest || document.hidden) return;
  tiles();
  list();
  batches();
  if (hello.watches) classes();
}

function tile(id, big, small, values) {
  const node = by(id);
  put(node.querySelector('.big'), big);
  put(node.querySelector('.small'), small);
  const svg = node.querySelector('svg');
  if (svg) sparkline(svg, values);
}

/** One figure of all streams for each second that is kept, from those that have one. */
function over(what, join) {
  const length = history.numbers.length;
  return Array.from({ length }, (_, i) => {
    const values = [];
    for (const each of history.streams.values()) {
      const value = each[what][i - length + each[what].length];
      if (value !== null && value !== undefined) values.push(value);
    }
    return values.length ? join(values) : null;
  });
}

const sum = values => values.reduce((a, b) => a + b, 0);
const mean = values => sum(values) / values.length;

function tiles() {
  const streams = latest.streams;
  const live = streams.filter(s => s.state === 'live').length;
  const trouble = streams.filter(s => s.state === 'backoff' || s.state === 'stalled').length;
  const over_ = streams.filter(s => s.state === 'ended').length;
  tile('tile-streams', hello.watches ? `${live} live` : 'none',
    [`${streams.length} in all`, trouble ? `${trouble} in trouble` : '', over_ ? `${over_} ended` : ''].filter(Boolean).join(', '));
  dots(streams);
  document.title = streams.length ? `${trouble ? `${trouble} in trouble, ` : ''}${live} live – drsn` : 'drsn';
  const rates = Object.values(latest.rates);
  tile('tile-fps', rate(sum(rates.map(r => r.fps))), `of ${rate(sum(rates.map(r => r.captured)))} captured`, over('fps', sum));
  const aged = Object.entries(latest.rates).filter(([, r]) => r.age >= 0).sort((a, b) => b[1].age - a[1].age);
  tile('tile-age', aged.length ? time(mean(aged.map(([, r]) => r.age))) : '–',
    aged.length > 1 ? `oldest ${time(aged[0][1].age)}, ${aged[0][0]}` : 'from capture to result', over('age', mean));
  tile('tile-load', percent(latest.load), latest.cpu >= 0 ? `busy; CPU ${percent(latest.cpu)}` : 'busy', history.load);
}

/** A dot a stream. */
function dots(streams) {
  const box = by('dots');
  while (box.children.length > streams.length) box.lastChild.remove();
  streams.forEach((stream, i) => {
    if (!box.children[i]) box.append(make('span', 'state'));
    box.children[i].dataset.state = stream.state;
    box.children[i].title = `${stream.id}: ${stream.state}`;
  });
}

function row(id) {
  const tr = make('tr');
  const name = make('td');
  const box = make('div', 'name');
  const picture = hello.frames ? make('img') : null;
  if (picture) { picture.alt = `Newest frame of ${id}`; picture.hidden = true; box.append(picture); }
  const texts = make('div');
  const button = make('button', '', id);
  button.type = 'button';
  button.title = id;
  button.setAttribute('aria-expanded', 'false');
  const address = make('p', 'address');
  texts.append(button, address);
  box.append(texts);
  name.append(box);
  const state = make('td');
  const badge = make('span', 'state');
  state.append(badge);
  const measure = label => {
    const td = make('td');
    const div = make('div', 'measure');
    const value = make('b');
    value.dataset.label = label;
    const svg = drawing();
    div.append(value, svg);
    td.append(div);
    return { td, value, svg };
  };
  const fps = measure('Frames a second');
  const age = measure('Age of results');
  const faces = make('td', 'number');
  faces.dataset.label = 'In view';
  const drops = make('td', 'number');
  drops.dataset.label = 'Dropped';
  tr.append(name, state, fps.td, age.td, faces, drops);
  const more = make('tr', 'more');
  more.hidden = true;
  const cell = make('td');
  cell.colSpan = 6;
  const reason = make('p', 'reason');
  const facts = make('dl');
  cell.append(reason, facts);
  more.append(cell);
  button.addEventListener('click', () => {
    more.dataset.open = more.dataset.open ? '' : 'yes';
    button.setAttribute('aria-expanded', String(Boolean(more.dataset.open)));
    show();
  });
  by('list').tBodies[0].append(tr, more);
  return { tr, more, address, badge, fps, age, faces, drops, reason, facts, picture };
}

function list() {
  const streams = latest.streams;
  by('empty').hidden = streams.length > 0;
  by('list').hidden = streams.length === 0;
  for (const [id, each] of rows) {
    if (!streams.some(s => s.id === id)) { each.tr.remove(); each.more.remove(); rows.delete(id); states.delete(id); }
  }
  for (const stream of streams) {
    if (!rows.has(stream.id)) rows.set(stream.id, row(stream.id));
    fill(rows.get(stream.id), stream);
  }
}

function fill(each, stream) {
  const now = latest.rates[stream.id] ?? { fps: 0, captured: 0, age: -1, faces: 0 };
  const past = history.streams.get(stream.id) ?? { fps: [], age: [] };
  put(each.address, stream.address);
  each.address.title = stream.address;
  each.badge.dataset.state = stream.state;
  put(each.badge, stream.state);
  if (states.get(stream.id) !== stream.state) {
    if (states.has(stream.id)) put(by('announce'), `${stream.id}: ${stream.state}`);
    states.set(stream.id, stream.state);
  }
  put(each.fps.value, rate(now.fps));
  put(each.age.value, time(now.age));
  sparkline(each.fps.svg, past.fps);
  sparkline(each.age.svg, past.age);
  put(each.faces, stream.state === 'live' ? whole(now.faces) : '–');
  const dropped = Object.values(stream.dropped).reduce((a, b) => a + b, 0);
  put(each.drops, whole(dropped));
  each.more.hidden = !each.more.dataset.open && !stream.reason;
  put(each.reason, stream.reason);
  each.reason.dataset.state = stream.state;
  each.facts.hidden = !each.more.dataset.open;
  if (!each.facts.hidden) facts(each.facts, stream, now);
}

function facts(dl, stream, now) {
  const why = Object.entries(stream.dropped).filter(([, n]) => n > 0).map(([k, n]) => `${k.replace('_', ' ')} ${whole(n)}`);
  const texts = {
    'captured': `${whole(stream.captured)} frames, ${rate(now.captured)} a second`,
    'results': `${whole(stream.inferred)} frames, ${whole(stream.faces)} faces`,
    'dropped': why.join(', ') || 'none',
    'age p50, p95, p99': `${time(stream.age_ms.p50)}, ${time(stream.age_ms.p95)}, ${time(stream.age_ms.p99)}`,
    'face search p50': time(stream.detection_ms.p50),
    'decoded by': stream.decoder || '–',
    'opened again': `${whole(stream.reconnects)} times`,
  };
  if (dl.children.length === 0) {
    for (const key of Object.keys(texts)) {
      const div = make('div');
      div.append(make('dt', '', key), make('dd'));
      dl.append(div);
    }
  }
  Object.values(texts).forEach((text, i) => put(dl.children[i].lastChild, text));
}

function batches() {
  const now = latest.batches, then = batchesBefore[0] ?? { sizes: {}, closed: {} };
  const counts = Object.entries(now.sizes).map(([n, count]) => Math.max(0, count - (then.sizes[n] ?? 0)));
  bars(by('batch-chart'), counts.length ? counts : [0]);
  const all = sum(counts);
  const faces = sum(counts.map((count, i) => count * (i + 1)));
  by('batch-chart').setAttribute('aria-label', all ? `${all} batches of ${(faces / all).toFixed(1)} faces on average` : 'no batches');
  const words = { full: 'full', delay: 'waited long enough', drain: 'nothing more came' };
  const reasons = ['full', 'delay', 'drain'];
  const closed = reasons.map(key => Math.max(0, (now.closed[key] ?? 0) - (then.closed[key] ?? 0)));
  parts(by('closed-chart'), closed, reasons);
  by('closed-chart').setAttribute('aria-label', reasons.map((key, i) => `${words[key]} ${closed[i]}`).join(', '));
  const shown = reasons.map((key, k) => [words[key], key, all ? percent(closed[k] / Math.max(1, sum(closed))) : '–']);
  entries(by('closed'), shown);
  const texts = ['', 'p50', 'p99', 'waited', time(now.queue_ms.p50), time(now.queue_ms.p99), 'ran', time(now.compute_ms.p50), time(now.compute_ms.p99)];
  const dl = by('times');
  if (dl.children.length === 0) texts.forEach((_, i) => dl.append(make(i % 3 === 0 || i < 3 ? 'dt' : 'dd', i % 3 ? 'number' : '')));
  texts.forEach((text, i) => put(dl.children[i], now.count ? text : i % 3 === 0 || i < 3 ? text : '–'));
}

/** A list of names with their colours and figures. */
function entries(ul, items) {
  while (ul.children.length > items.length) ul.lastChild.remove();
  items.forEach(([name, k, figure], i) => {
    if (!ul.children[i]) {
      const li = make('li');
      li.append(make('span', 'swatch'), make('span'), make('b'));
      ul.append(li);
    }
    ul.children[i].firstChild.className = `swatch ${k}`;
    put(ul.children[i].children[1], name);
    put(ul.children[i].children[2], figure);
  });
}

function legend() {
  const newest = mix.at(-1);
  entries(by('legend'), hello.labels.map((label, k) => [label, `c${k % 10}`, newest?.shares.length ? percent(newest.shares[k]) : '–']));
}

function classes() {
  legend();
  const newest = mix.at(-1);
  put(by('mix-hint'), !newest ? 'Counting the first seconds …'
    : newest.shares.length ? `Mean probabilities of all faces, ${newest.faces} in view, ${hello.slot_seconds} s a bar`
    : newest.fewer ? `Fewer than ${hello.least_group} faces are in view: nothing is shown`
    : 'No faces are in view');
  stack(by('mix-chart'), mix, LEAST_SLOTS, clock);
  by('mix-chart').setAttribute('aria-label', newest?.shares.length
    ? hello.labels.map((label, k) => `${label} ${percent(newest.shares[k])}`).join(', ') : by('mix-hint').textContent);
  const table = by('mix-table');
  if (!table.closest('details').open) return;
  const head = make('tr');
  for (const label of ['time', ...hello.labels]) head.append(make('th', '', label));
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...mix.slice(-12).reverse().map(slot => {
    const tr = make('tr');
    tr.append(make('td', '', clock(slot.millis)));
    hello.labels.forEach((_, k) => tr.append(make('td', '', slot.shares.length ? percent(slot.shares[k]) : slot.fewer ? 'too few' : '–')));
    return tr;
  }));
}

async function frames() {
  if (!hello?.frames || document.hidden) return;
  for (const [id, each] of rows) {
    try {
      const response = await fetch(`/v1/streams/${encodeURIComponent(id)}/frame.jpg`, { headers: headers(), cache: 'no-store' });
      if (!response.ok) continue;
      const old = each.picture.src;
      each.picture.src = URL.createObjectURL(await response.blob());
      each.picture.hidden = false;
      if (old) URL.revokeObjectURL(old);
    } catch { /* The next round may have it. */ }
  }
}

setInterval(() => { if (heard && Date.now() - heard > SILENCE) connection('backoff', 'no connection'); }, 1000);
(async () => { for (;;) { await frames(); await new Promise(resolve => setTimeout(resolve, FRAMES)); } })();
document.addEventListener('visibilitychange', show);
by('mix-table').closest('details').addEventListener('toggle', show);
addEventListener('resize', show);
for (const link of document.querySelectorAll('footer a')) link.addEventListener('click', event => {
  // A link alone cannot send the token.
  if (token()) { event.preventDefault(); open(link.href).then(shown => { if (!shown) ask(); }); }
});
run();
