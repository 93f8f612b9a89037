// The books: both sides of protocol §11, which are equal at every moment, or the cents by which they are not.

import { el, keyed, mark, say, svg } from './dom.js';
import { capital, clock, money } from './format.js';

/** The sums of both sides, in short; their rows say it at length. */
const LEFT = new Map([['opening', 'Issued'], ['loads', '+ loaded'], ['unloads', '− unloaded']]);
const RIGHT = new Map([['on_cards', 'On cards'], ['debits', '+ debited']]);

/** opening + loads − unloads, and money on cards + debits by cards, out of the books' rows. */
export function sides(rows) {
  const sum = (name) => rows.find((row) => row.name === name)?.amount ?? 0;
  return { issued: sum('opening') + sum('loads') - sum('unloads'), found: sum('on_cards') + sum('debits') };
}

/** The books in `root`, and in short in `chip`. */
export class Books {
  #store;
  #chip;
  #parts = {};

  constructor(desk, root, chip) {
    this.#store = desk.store;
    this.#chip = chip;
    this.#build(root);
    desk.store.on(['books', 'world'], () => this.show());
  }

  #build(root) {
    const parts = this.#parts;
    const make = (key, name, attributes = {}) => {
      parts[key] = el(name, { class: `books-${key}`, ...attributes });
      return parts[key];
    };
    parts.held = svg('rect', { class: 'bar-held', x: 0, y: 0, height: 10 });
    parts.grey = svg('rect', { class: 'bar-grey', y: 0, height: 10 });
    parts.spent = svg('rect', { class: 'bar-spent', y: 0, height: 10 });
    const bar = svg('svg', { class: 'bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, parts.held, parts.grey, parts.spent);
    const legend = el('p', { class: 'bar-legend', 'aria-hidden': 'true' }, [['held', 'on cards'], ['grey', 'in grey locks'], ['spent', 'debited']].map(([key, text]) => el('span', { data: { key }, text })));
    root.append(
      make('verdict', 'p'),
      el('div', { class: 'equation' }, make('left', 'dl'), el('span', { class: 'equals', 'aria-label': 'equals', text: '=' }), make('right', 'dl')),
      bar,
      legend,
      make('problems', 'ul'),
      el('details', { class: 'books-more' }, el('summary', { text: 'Accounts and cards' }), make('others', 'dl'), make('cards', 'table'), make('moment', 'p')),
    );
  }

  show() {
    const { books, world } = this.#store;
    if (!books || !world) return;
    const { decimals, currency } = world;
    const { issued, found } = sides(books.rows);
    const ok = books.ok && issued === found;
    this.#verdict(ok, issued - found, decimals, currency);
    this.#rows(this.#parts.left, books.rows.filter((row) => LEFT.has(row.name)), decimals);
    this.#rows(this.#parts.right, books.rows.filter((row) => RIGHT.has(row.name)), decimals);
    this.#rows(this.#parts.others, this.#others(books), decimals);
    this.#bar(books.rows, found);
    this.#problems(books.problems);
    this.#cards(books, decimals);
    say(this.#parts.moment, `Read at ${clock(books.moment)}.`);
  }

  #verdict(ok, off, decimals, currency) {
    const cents = off === 0 ? 'What is off is named below' : `Off by ${money(Math.abs(off), decimals)} ${currency}`;
    for (const [node, words] of [[this.#parts.verdict, ok ? 'Adds up to the cent' : cents], [this.#chip, ok ? 'Books add up' : cents]]) {
      mark(node, 'data-ok', ok ? 'true' : 'false');
      say(node, words);
    }
  }

  #rows(root, rows, decimals) {
    keyed(root, rows, (row) => row.name, (first) => {
      const value = el('dd', {});
      const short = LEFT.get(first.name) ?? RIGHT.get(first.name) ?? capital(first.words);
      const node = el('div', { title: first.words, data: { name: first.name } }, el('dt', { text: short }), value);
      // Reports are counted.
      return { node, show: (row) => say(value, row.name === 'unreported' ? String(row.amount) : money(row.amount, decimals)) };
    });
  }

  #others(books) {
    const rest = books.rows.filter((row) => !LEFT.has(row.name) && !RIGHT.has(row.name));
    const owed = Object.entries(books.centre.owed).map(([name, amount]) => ({ name: `owed ${name}`, words: `Owed to ${this.#store.title(name)}`, amount }));
    const accounts = books.centre.accounts.map(({ name, balance }) => ({ name: `account ${name}`, words: `Centre: ${name}`, amount: balance }));
    return [...rest, ...owed, ...accounts];
  }

  #bar(rows, found) {
    const sum = (name) => Math.max(0, rows.find((row) => row.name === name)?.amount ?? 0);
    const share = (amount) => (found > 0 ? (100 * amount) / found : 0);
    const grey = Math.min(sum('in_grey_locks'), sum('on_cards'));
    const widths = [share(sum('on_cards') - grey), share(grey), share(sum('debits'))];
    let from = 0;
    [this.#parts.held, this.#parts.grey, this.#parts.spent].forEach((part, place) => {
      mark(part, 'x', from.toFixed(2));
      mark(part, 'width', widths[place].toFixed(2));
      from += widths[place];
    });
  }

  #problems(problems) {
    keyed(this.#parts.problems, problems, (one) => one.what + one.evidence, (one) => ({ node: el('li', { text: `${one.what}: ${one.evidence}` }) }));
  }

  #cards(books, decimals) {
    const head = el('thead', {}, el('tr', {}, ['Card', 'Money', 'Grey'].map((text) => el('th', { scope: 'col', text }))));
    const rows = books.cards.map((card) => {
      const label = this.#store.card(card.asn)?.label ?? card.asn;
      return el('tr', {}, el('th', { scope: 'row', text: label }), el('td', { text: money(card.money, decimals) }), el('td', { text: card.grey ? money(card.grey, decimals) : '' }));
    });
    this.#parts.cards.replaceChildren(el('caption', { class: 'sr', text: 'What each card says' }), head, el('tbody', {}, rows));
  }
}
