// The wallet: cards to look at, to put in and to pull out; by tap, by keys, or dragged.

import * as api from './api.js';
import { chip, stateMark } from './art.js';
import { openDialog } from './dialog.js';
import { allow, button, el, keyed, mark, say } from './dom.js';
import { cardState, grouped, lastFour, money } from './format.js';

const TEARS = [
  [null, 'It holds'],
  ['next', 'Fails in its next write'],
  ['lock', 'Fails after LOCK'],
  ['debit', 'Fails after DEBIT'],
  ['unlock', 'Fails after UNLOCK'],
  ['load', 'Fails after LOAD'],
  ['purchase', 'Fails after PURCHASE'],
];

/** A card as a button. */
class Face {
  #desk;
  #mark = el('span', { class: 'badge-mark' });
  #word = el('span', {});
  #balance = el('span', { class: 'face-balance' });
  #where = el('span', { class: 'face-where' });

  constructor(desk, card, place) {
    this.#desk = desk;
    this.button = el(
      'button',
      { type: 'button', class: 'face', data: { asn: card.asn }, 'aria-keyshortcuts': String(place + 1), on: { click: () => desk.cards.open(card.asn) } },
      el('span', { class: 'face-top' }, el('span', { class: 'face-label', text: card.label }), chip()),
      el('span', { class: 'face-number', text: card.holder }),
      el('span', { class: 'face-foot' }, el('span', { class: 'badge' }, this.#mark, this.#word), this.#balance),
      this.#where,
    );
    this.node = el('li', {}, this.button);
  }

  show(card) {
    const { decimals, currency } = this.#desk.store.world;
    const state = cardState(card.state);
    mark(this.button, 'data-state', card.state);
    mark(this.button, 'data-in', card.where ? 'true' : null);
    if (this.#mark.dataset.state !== card.state) {
      this.#mark.dataset.state = card.state;
      this.#mark.replaceChildren(stateMark(card.state));
    }
    say(this.#word, state.word);
    say(this.#balance, money(card.balance, decimals));
    const flags = [card.blacklisted && 'blacklisted', card.tear && 'power will fail', card.dead && 'without power'].filter(Boolean);
    const where = card.where ? `in ${this.#desk.store.placeName(card.where)}` : 'in the wallet';
    say(this.#where, [card.where ? where : lastFour(card.asn), ...flags].join(' · '));
    const label = `${card.label}, ${state.word}, ${money(card.balance, decimals)} ${currency}, ${[where, ...flags].join(', ')}`;
    mark(this.button, 'aria-label', label);
  }
}

/** The wallet's list in `root`, and the dialogs of cards. */
export class Wallet {
  #desk;
  #root;

  constructor(desk, root) {
    this.#desk = desk;
    this.#root = root;
    desk.store.on('world', () => this.show());
  }

  show() {
    const { cards } = this.#desk.store.world;
    keyed(this.#root, cards, (card) => card.asn, (card) => new Face(this.#desk, card, cards.indexOf(card)));
  }

  /** Puts a card in, and the focus on the PIN. */
  async insert(asn, station, nozzle) {
    const card = this.#desk.store.card(asn);
    const done = await this.#desk.act(() => api.insert(asn, station, nozzle), `${card.label} is in ${this.#desk.store.placeName({ station, nozzle })}.`);
    if (done) this.#desk.forecourt.pump(station, nozzle)?.focusNext('pin');
  }

  /** The dialog at a reader: which card? */
  choose(station, nozzle) {
    const free = this.#desk.store.world.cards.filter((card) => !card.where);
    const rows = free.map((card, place) => {
      const { decimals, currency } = this.#desk.store.world;
      const node = button('', () => {
        dialog.close();
        this.insert(card.asn, station, nozzle);
      }, { class: 'choice', data: place === 0 ? { first: '' } : {} });
      node.append(stateMark(card.state), el('span', { class: 'choice-name', text: card.label }), el('span', { class: 'choice-more', text: `${cardState(card.state).word}, ${money(card.balance, decimals)} ${currency}` }));
      return el('li', {}, node);
    });
    const body = rows.length ? el('ul', { class: 'choices' }, rows) : el('p', { text: 'Every card is in a reader. Pull one out first.' });
    const dialog = openDialog(`Which card goes into ${this.#desk.store.placeName({ station, nozzle })}?`, body);
  }

  /** The dialog of one card. */
  open(asn) {
    const card = this.#desk.store.card(asn);
    const parts = el('div', { class: 'card-dialog' }, this.#facts(card), this.#places(card, () => dialog.close()), this.#tears(card));
    const dialog = openDialog(card.label, parts);
  }

  #facts(card) {
    const { decimals, currency } = this.#desk.store.world;
    const fact = (name, value) => (value ? [el('dt', { text: name }), el('dd', {}, value)] : []);
    const purse = (one) => {
      const owed = one.overdraft ? `, of it ${money(one.overdraft, decimals)} overdraft` : '';
      return fact(one.purse === 'ed' ? 'Deposit (ED)' : 'Purse (EP)', `${money(one.balance, decimals)} ${currency}${owed}`);
    };
    const lock = card.lock && `terminal ${card.lock.tid}, number ${card.lock.ttc}, CTC ${card.lock.ctc}`;
    const state = el('span', { class: 'badge' }, stateMark(card.state), el('span', { text: `${cardState(card.state).word} – ${cardState(card.state).says}` }));
    return el(
      'dl',
      { class: 'facts' },
      fact('Number', grouped(card.asn)),
      fact('Holder', card.holder),
      fact('State', state),
      card.purses.map(purse),
      fact('Lock', lock),
      card.blacklisted ? fact('Blacklisted', 'It gets no new lock; what is open is still freed.') : [],
    );
  }

  #places(card, close) {
    if (card.where) {
      const pull = () => {
        close();
        this.#desk.act(() => api.pull(card.asn), `${card.label} is out.`);
      };
      return button(`Pull it out of ${this.#desk.store.placeName(card.where)}`, pull, { class: 'big primary', data: { first: '' } });
    }
    const places = this.#desk.store.world.stations.flatMap((station) => station.nozzles.map((nozzle) => ({ station, nozzle })));
    const firstFree = places.find(({ nozzle }) => !nozzle.card);
    const rows = places.map((place) => {
      const { station, nozzle } = place;
      const put = () => {
        close();
        this.insert(card.asn, station.name, nozzle.number);
      };
      const node = button('', put, { class: 'choice', data: place === firstFree ? { first: '' } : {} });
      node.append(el('span', { class: 'choice-name', text: `${station.title} ${nozzle.number}` }), el('span', { class: 'choice-more', text: nozzle.card ? 'taken' : nozzle.product }));
      allow(node, !nozzle.card, 'Another card is in this reader.');
      return el('li', {}, node);
    });
    return el('section', { 'aria-label': 'Readers' }, el('h3', { text: 'Put it into a reader' }), el('ul', { class: 'choices two' }, rows));
  }

  #tears(card) {
    const now = card.tear ? (card.tear_at ?? 'next') : null;
    const rows = TEARS.map(([when, words]) => {
      const radio = el('input', { type: 'radio', name: 'tear', checked: when === now, on: { change: () => this.#desk.act(() => api.tear(card.asn, when)) } });
      return el('label', { class: 'radio' }, radio, el('span', { text: words }));
    });
    const hint = el('p', { class: 'hint', text: 'After a command: the card carried it out, and its answer never leaves.' });
    return el('fieldset', { class: 'tears' }, el('legend', { text: 'The card’s power' }), rows, hint);
  }
}
