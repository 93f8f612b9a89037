// One nozzle: its drawing with the display, what it says, and the hands' buttons.

import * as api from './api.js';
import { CEILING_WIDTH, pump as drawPump, stateMark } from './art.js';
import { allow, allowed, button, el, mark, say } from './dom.js';
import { cardState, money, nozzleState, quantity } from './format.js';

const RUNS = new Set(['busy', 'open', 'flowing', 'finishing']);

/** A nozzle's place in the yard. */
export class Pump {
  #desk;
  #station;
  #number;
  #art;
  #parts = {};

  /** `desk` has the store, the dialogs, and `act`, which runs a call and shows its refusal. */
  constructor(desk, station, shown) {
    this.#desk = desk;
    this.#station = station;
    this.#number = shown.number;
    this.#art = drawPump(shown.kind);
    this.node = this.#build(shown);
    desk.store.on(['world', `site:${station}`, 'receipts'], () => this.show());
    this.show();
  }

  #build(shown) {
    const charger = shown.kind === 'charger';
    this.words = charger
      ? { lift: 'Plug in', hang: 'Unplug', next: 'Plug the cable in.', hose: 'cable' }
      : { lift: 'Lift hose', hang: 'Hang up', next: 'Lift the hose.', hose: 'hose' };
    const name = this.#name();
    const parts = this.#parts;
    const make = (key, text, act) => {
      parts[key] = button(text, act, { class: `act act-${key}`, 'aria-label': `${text}: ${name}` });
      return parts[key];
    };
    parts.state = el('span', { class: 'pump-state' });
    parts.says = el('p', { class: 'pump-says' });
    parts.reading = el('p', { class: 'sr' });
    return el(
      'article',
      { class: 'pump', 'aria-label': `${name}, ${shown.product}`, data: { station: this.#station, nozzle: this.#number, kind: shown.kind } },
      el('h4', { class: 'pump-name' }, el('span', { text: `${charger ? 'Charger' : 'Pump'} ${this.#number}` }), parts.state),
      this.#art.drawing,
      parts.reading,
      parts.says,
      el(
        'div',
        { class: 'pump-acts' },
        make('card', 'Put a card in', () => this.#card()),
        make('pin', 'Enter PIN', () => this.#pin()),
        make('hose', this.words.lift, () => this.#hose()),
      ),
    );
  }

  // What the buttons do.

  #card() {
    const card = this.#desk.store.cardAt(this.#station, this.#number);
    if (card) this.#desk.act(() => api.pull(card.asn), `${card.label} is out of ${this.#name()}.`);
    else this.#desk.cards.choose(this.#station, this.#number);
  }

  #pin() {
    const nozzle = this.#nozzle();
    if (nozzle?.state === 'open' || nozzle?.state === 'flowing') {
      this.#desk.act(() => api.stop(this.#station, this.#number));
    } else if (nozzle?.card?.state === 'grey') {
      this.#desk.act(() => api.unlock(this.#station, this.#number));
    } else {
      this.#desk.orders.open(this.#station, this.#number);
    }
  }

  #hose() {
    const lifted = this.#place()?.lifted ?? false;
    this.#desk.act(() => api.hose(this.#station, this.#number, !lifted));
  }

  /** Puts the focus on what comes next: PIN, hose or card. */
  focusNext(key = 'pin') {
    this.#parts[key].focus();
  }

  // What is shown.

  #name() {
    return this.#desk.store.placeName({ station: this.#station, nozzle: this.#number });
  }

  #nozzle() {
    return this.#desk.store.nozzle(this.#station, this.#number);
  }

  #place() {
    return this.#desk.store.place(this.#station, this.#number);
  }

  #receipt() {
    const { receipts } = this.#desk.store;
    return receipts.find((one) => one.station === this.#station && one.nozzle === this.#number);
  }

  show() {
    const { store } = this.#desk;
    const power = store.switches(this.#station).power;
    const nozzle = power ? this.#nozzle() : undefined;
    const state = power ? (nozzle?.state ?? 'busy') : 'off';
    const card = store.cardAt(this.#station, this.#number);
    mark(this.node, 'data-state', state);
    mark(this.node, 'data-lifted', this.#place()?.lifted ? 'true' : 'false');
    say(this.#parts.state, nozzleState(state).word);
    say(this.#parts.says, this.#advice(state, nozzle, card));
    this.#showDisplay(nozzle);
    this.#showSlot(card);
    this.#showActs(state, nozzle, card);
  }

  #advice(state, nozzle, card) {
    if (nozzle?.message) return nozzle.message;
    if (state === 'open') return this.#place()?.lifted ? 'It is about to flow.' : this.words.next;
    if (state === 'card' && nozzle?.card?.state === 'grey') return 'This card is grey: unlock it.';
    if (state === 'card' && this.#receipt()?.asn === card?.asn && nozzle?.sale) return 'Done. Pull the card out.';
    return nozzleState(state).next;
  }

  #showDisplay(nozzle) {
    const { decimals, currency } = this.#desk.store.world;
    const { product, sale } = nozzle ?? {};
    const dark = !nozzle;
    const amount = dark ? '' : money(sale?.amount ?? 0, decimals);
    const flowed = dark ? '' : `${quantity(sale?.quantity)} ${product.unit}`;
    const unitPrice = dark ? '' : `${money(sale?.unit_price ?? product.unit_price, decimals)} / ${product.unit}`;
    say(this.#art.amount, amount);
    say(this.#art.quantity, flowed);
    say(this.#art.price, unitPrice);
    say(this.#art.product, product?.name ?? this.#place()?.product ?? '');
    const share = sale?.ceiling ? Math.min(1, sale.amount / sale.ceiling) : 0;
    mark(this.#art.bar, 'width', (share * CEILING_WIDTH).toFixed(1));
    const ceiling = sale ? `, at most ${money(sale.ceiling, decimals)} ${currency}` : '';
    say(this.#parts.reading, dark ? 'The display is dark.' : `${amount} ${currency}, ${flowed}, ${unitPrice}${ceiling}`);
    say(this.#art.ceiling, sale ? `max ${money(sale.ceiling, decimals)}` : '');
  }

  #showSlot(card) {
    mark(this.#art.card, 'data-state', card ? card.state : null);
    mark(this.#art.card, 'data-asn', card?.asn ?? null);
    mark(this.#art.card, 'data-dead', card?.dead ? 'true' : null);
    this.#art.card.classList.toggle('in', Boolean(card));
    say(this.#art.holder, card ? card.holder.split(' ')[0].slice(0, 9) : '');
    if (this.#art.mark.dataset.state !== (card?.state ?? '')) {
      this.#art.mark.dataset.state = card?.state ?? '';
      this.#art.mark.replaceChildren(...(card ? [stateMark(card.state, { width: 14, height: 14 })] : []));
    }
    const says = card ? `${card.label}, ${cardState(card.state).word}` : 'no card';
    mark(this.node, 'aria-description', says);
  }

  #showActs(state, nozzle, card) {
    const { card: slot, pin, hose } = this.#parts;
    const name = this.#name();
    const text = (node, words) => {
      say(node, words);
      mark(node, 'aria-label', `${words}: ${name}`);
    };
    text(slot, card ? 'Pull card' : 'Put a card in');
    const lifted = this.#place()?.lifted;
    text(hose, lifted ? this.words.hang : this.words.lift);
    mark(hose, 'aria-pressed', lifted ? 'true' : 'false');
    const stops = state === 'open' || state === 'flowing';
    text(pin, stops ? 'Stop' : nozzle?.card?.state === 'grey' ? 'Unlock' : 'Enter PIN');
    allow(pin, stops || (state === 'card' && Boolean(nozzle?.card)), card ? 'The station is at work.' : 'Put a card in first.');
    slot.classList.toggle('primary', !card && !RUNS.has(state) && state !== 'off');
    pin.classList.toggle('primary', allowed(pin) && !stops);
    hose.classList.toggle('primary', state === 'open' && !lifted);
  }
}
