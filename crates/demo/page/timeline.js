// The timeline: what hands, card, PSAM, station and centre did, newest last; each APDU can be opened.

import { button, el, mark, say } from './dom.js';
import { pairs } from './format.js';

/** Who acts, in the order of the filters. */
const WHO = [
  ['hand', 'Hand'],
  ['card', 'Card'],
  ['psam', 'PSAM'],
  ['station', 'Station'],
  ['centre', 'Centre'],
  ['story', 'Story'],
];
const NAMES = new Map(WHO);
/** Elements that stay on the page. */
const SHOWN = 300;
/** This near its end, in pixels, the list goes on by itself. */
const NEAR = 40;

async function copy(text, node) {
  try {
    await navigator.clipboard.writeText(text);
    say(node, 'Copied');
  } catch {
    say(node, 'Not copied');
  }
  setTimeout(() => say(node, 'Copy'), 1500);
}

function bytes(name, hex) {
  if (!hex) return [];
  const copied = button('Copy', () => copy(hex, copied), { class: 'copy', 'aria-label': `Copy the ${name.toLowerCase()}` });
  return [el('dt', { text: name }), el('dd', { class: 'bytes' }, el('code', { text: pairs(hex) }), copied)];
}

/** What stands behind a line; made when it is opened first. */
function detail({ command, answer, lock, fields, said }, isApdu) {
  const lockWords = lock && `card ${lock.asn}, ${lock.purse.toUpperCase()}, CTC ${lock.ctc}, terminal ${lock.tid}, number ${lock.ttc}`;
  const rows = (named) => (named ?? []).flatMap(([name, value]) => [el('dt', { text: name }), el('dd', { text: value })]);
  const silent = isApdu && command && !answer ? [el('dt', { text: 'Answer' }), el('dd', { text: 'none: it was lost' })] : [];
  return el(
    'dl',
    { class: 'detail' },
    bytes('Command', command),
    rows(fields),
    bytes('Answer', answer),
    silent,
    rows(said),
    lockWords ? [el('dt', { text: 'Lock' }), el('dd', { text: lockWords })] : [],
  );
}

function row(line, title) {
  const place = line.station ? `${title(line.station)}${line.nozzle ? ` ${line.nozzle}` : ''}` : '';
  const head = [
    el('time', { text: line.at.slice(0, 12) }),
    el('span', { class: 'who', text: NAMES.get(line.who) ?? line.who }),
    el('span', { class: 'words' }, place ? el('span', { class: 'place', text: place }) : null, line.words),
  ];
  const has = line.detail && (line.detail.command || line.detail.lock || line.detail.fields?.length);
  const data = { who: line.who, what: line.what, station: line.station ?? '' };
  if (!has) return el('li', { class: 'line', data }, el('div', { class: 'line-head' }, head));
  const node = el('details', {}, el('summary', { class: 'line-head' }, head));
  node.addEventListener('toggle', () => {
    if (node.open && node.children.length === 1) node.append(detail(line.detail, line.what === 'apdu'));
  });
  return el('li', { class: 'line', data }, node);
}

/** The list, its filters, and the button to its end. */
export class Timeline {
  #store;
  #list;
  #end;
  #drawn = 0;
  #forgotten = 0;
  /** The list goes on by itself: nobody has scrolled away from its end. */
  #follows = true;

  constructor(desk, root) {
    this.#store = desk.store;
    this.#list = el('ol', { class: 'lines', tabindex: '0', 'aria-label': 'What happened, newest last' });
    this.#end = button('Newest ↓', () => this.#toEnd(), { class: 'to-end', hidden: true });
    const empty = el('p', { class: 'empty', text: 'Nothing has happened yet. Put a card in, or play a story.' });
    root.append(this.#filters(), el('div', { class: 'lines-frame' }, empty, this.#list, this.#end));
    this.#list.addEventListener('scroll', () => this.#scrolled());
    // It has no height while its tab is not chosen.
    new ResizeObserver(() => this.#follows && this.#toEnd()).observe(this.#list);
    desk.store.on('lines', () => this.show());
  }

  #filters() {
    const who = WHO.map(([name, words]) => {
      const box = el('input', { type: 'checkbox', checked: true, on: { change: () => this.#hide(name, !box.checked) } });
      return el('label', { class: 'filter', data: { who: name } }, box, el('span', { text: words }));
    });
    const place = el('select', { 'aria-label': 'Station', on: { change: () => this.#only(place.value) } }, el('option', { value: '', text: 'Everywhere' }));
    this.#store.on('world', () => {
      if (place.options.length > 1) return;
      place.append(...this.#store.world.stations.map(({ name, title }) => el('option', { value: name, text: title })));
    });
    return el('div', { class: 'filters', role: 'group', 'aria-label': 'Show in the timeline' }, who, place);
  }

  #hide(who, hidden) {
    this.#list.classList.toggle(`no-${who}`, hidden);
  }

  #only(station) {
    mark(this.#list, 'data-only', station || null);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    if (clientHeight === 0) return;
    this.#follows = scrollHeight - scrollTop - clientHeight < NEAR;
    mark(this.#end, 'hidden', this.#follows);
  }

  #toEnd() {
    this.#follows = true;
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#end.hidden = true;
  }

  show() {
    const { lines, told, forgotten } = this.#store;
    if (forgotten !== this.#forgotten) {
      this.#forgotten = forgotten;
      this.#drawn = 0;
      this.#list.replaceChildren();
    }
    const fresh = lines.filter((line) => line.number > this.#drawn).slice(-SHOWN);
    const title = (name) => this.#store.title(name);
    this.#list.append(...fresh.map((line) => row(line, title)));
    while (this.#list.children.length > SHOWN) this.#list.firstElementChild.remove();
    this.#drawn = told;
    if (this.#follows) this.#toEnd();
    else mark(this.#end, 'hidden', false);
  }
}
