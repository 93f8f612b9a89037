// The forecourt: the centre, the lines to it, and the stations under their roofs with the switches.

import * as api from './api.js';
import { button, el, mark, say, svg } from './dom.js';
import { span } from './format.js';
import { Pump } from './pump.js';

/** A switch: a button that says whether it is on. */
function toggle(label, act) {
  const word = el('span', { class: 'switch-word' });
  const node = button('', () => act(node.getAttribute('aria-checked') !== 'true'), { role: 'switch', class: 'switch' });
  node.append(el('span', { class: 'switch-track', 'aria-hidden': 'true' }), el('span', { text: label }), word);
  const show = (on, words) => {
    mark(node, 'aria-checked', on ? 'true' : 'false');
    say(word, words);
  };
  return { node, show };
}

class Station {
  #desk;
  #name;
  #power;
  #link;
  #line = el('p', { class: 'station-line' });
  #warnings = el('ul', { class: 'warnings' });
  pumps = new Map();

  constructor(desk, shown) {
    this.#desk = desk;
    this.#name = shown.name;
    this.#power = toggle('Power', (on) => desk.act(() => api.power(shown.name, on)));
    this.#link = toggle('Line to the centre', (up) => desk.act(() => api.link(shown.name, up)));
    for (const nozzle of shown.nozzles) this.pumps.set(nozzle.number, new Pump(desk, shown.name, nozzle));
    this.node = this.#build(shown);
    desk.store.on(['world', `site:${shown.name}`], () => this.show());
    this.show();
  }

  #build(shown) {
    const heading = `station-${shown.name}`;
    return el(
      'section',
      { class: 'station', 'aria-labelledby': heading, data: { station: shown.name, nozzles: shown.nozzles.length } },
      el(
        'div',
        { class: 'canopy' },
        el('h3', { id: heading, class: 'sign', text: shown.title }),
      ),
      el('div', { class: 'yard' }, [...this.pumps.values()].map((pump) => pump.node)),
      el('div', { class: 'ground' }, this.#power.node, this.#link.node, el('div', { class: 'station-says' }, this.#line, this.#warnings)),
    );
  }

  show() {
    const { store } = this.#desk;
    const { power, link } = store.switches(this.#name);
    const site = store.sites.get(this.#name);
    mark(this.node, 'data-power', power ? 'on' : 'off');
    mark(this.node, 'data-link', link ? 'up' : 'cut');
    this.#power.show(power, power ? 'on' : 'off');
    this.#link.show(link, link ? 'up' : 'cut');
    say(this.#line, power ? this.#words(site) : 'Dark. Its journal is safe on its disk.');
    const warnings = (power && site ? site.warnings : []).map((warning) => warning.words);
    if (this.#warnings.dataset.words !== warnings.join('|')) {
      this.#warnings.dataset.words = warnings.join('|');
      this.#warnings.replaceChildren(...warnings.map((words) => el('li', { text: words })));
    }
  }

  #words(site) {
    if (!site) return 'Starting …';
    const open = site.journal.open_locks;
    const locks = open === 0 ? 'no open lock' : `${open} open lock${open === 1 ? '' : 's'}`;
    const { state, queue, seconds } = site.centre;
    const waits = queue === 0 ? 'everything reported' : `${queue} report${queue === 1 ? ' waits' : 's wait'}`;
    const line = state === 'down' ? `no answer from the centre for ${span(seconds)}, ` : '';
    return `${line}${waits}, ${locks}`;
  }
}

/** The wires between the centre and the stations, drawn over the roofs. */
function sky(names) {
  const wires = names.map((name, place) => {
    const to = place === 0 ? 250 : 790;
    const d = `M500 22H${to}V52`;
    return svg(
      'g',
      { class: 'wire', data: { station: name } },
      svg('path', { class: 'wire-line', d, 'vector-effect': 'non-scaling-stroke' }),
    );
  });
  const picture = svg('svg', { class: 'wires', viewBox: '0 0 1000 52', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, wires);
  const cuts = names.map((name, place) => el('span', { class: 'cut', data: { station: name, side: place === 0 ? 'west' : 'east' }, 'aria-hidden': 'true' }, 'line cut'));
  return { node: el('div', { class: 'sky' }, picture, el('p', { class: 'centre' }, el('span', { text: 'Centre' })), cuts), picture, cuts };
}

/** Draws the forecourt into `root`; `pump(station, nozzle)` finds a nozzle in it. */
export class Forecourt {
  #desk;
  #root;
  #stations = new Map();
  #sky = null;

  constructor(desk, root) {
    this.#desk = desk;
    this.#root = root;
    desk.store.on('world', () => this.show());
  }

  show() {
    const { world } = this.#desk.store;
    if (this.#sky === null) this.#build(world);
    for (const { name } of world.stations) {
      const { power, link } = this.#desk.store.switches(name);
      const state = power && link ? 'up' : 'cut';
      for (const node of this.#sky.node.querySelectorAll(`[data-station="${name}"]`)) mark(node, 'data-link', state);
    }
  }

  #build(world) {
    const stations = [...world.stations].sort((one, other) => one.x - other.x);
    this.#sky = sky(stations.map((station) => station.name));
    for (const station of stations) this.#stations.set(station.name, new Station(this.#desk, station));
    const nodes = [...this.#stations.values()].map((station) => station.node);
    this.#root.replaceChildren(this.#sky.node, el('div', { class: 'stations' }, nodes));
  }

  pump(station, nozzle) {
    return this.#stations.get(station)?.pumps.get(nozzle);
  }
}
