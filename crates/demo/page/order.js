// The PIN pad, and what is asked with it: a refuelling, or a load, unload or purchase at the reader.

import * as api from './api.js';
import { openDialog } from './dialog.js';
import { button, el, say } from './dom.js';

const ASKED = [
  ['refuel', 'Refuel'],
  ['load', 'Load'],
  ['unload', 'Unload'],
  ['purchase', 'Buy'],
];
const MOST_DIGITS = 12;

/** Euros as typed (`12`, `12.5`, `12,50`) in whole smallest units; null when empty, undefined when it is no amount. */
export function parseAmount(text, decimals) {
  const typed = text.trim().replace(',', '.');
  if (typed === '') return null;
  const [whole, rest = ''] = typed.split('.');
  if (!/^\d{1,7}$/.test(whole) || !/^\d*$/.test(rest) || rest.length > decimals || typed.split('.').length > 2) return undefined;
  return Number(whole + rest.padEnd(decimals, '0'));
}

/** The dialog at a nozzle with a card in it. */
export class Orders {
  #desk;

  constructor(desk) {
    this.#desk = desk;
  }

  open(station, nozzle) {
    const { store } = this.#desk;
    const card = store.cardAt(station, nozzle);
    const form = new Form(store.world, card);
    form.node.addEventListener('submit', async (event) => {
      event.preventDefault();
      const order = form.read();
      if (!order) return;
      form.busy(true);
      try {
        if (order.what === 'refuel') await api.refuel(station, nozzle, order.asked);
        else await api.pay(station, nozzle, { what: order.what, ...order.asked });
        dialog.close();
        this.#desk.forecourt.pump(station, nozzle)?.focusNext(order.what === 'refuel' ? 'hose' : 'card');
      } catch (refused) {
        form.busy(false);
        form.complain(refused.message);
      }
    });
    const dialog = openDialog(`${store.placeName({ station, nozzle })}${card ? `, ${card.label}` : ''}`, form.node, { kind: 'order' });
  }
}

class Form {
  #world;
  #pin;
  #amount;
  #what;
  #error = el('p', { class: 'error', role: 'alert' });
  #submit = el('button', { type: 'submit', class: 'big primary', text: 'Start' });
  #purse;

  constructor(world, card) {
    this.#world = world;
    this.#pin = el('input', { id: 'pin', type: 'password', inputmode: 'numeric', autocomplete: 'off', maxlength: MOST_DIGITS, class: 'pin', data: { first: '' }, 'aria-describedby': 'pin-hint' });
    this.#amount = el('input', { id: 'amount', type: 'text', inputmode: 'decimal', autocomplete: 'off', placeholder: 'fill up' });
    this.#what = this.#choice('what', 'What', ASKED, 'refuel', (what) => {
      this.#amount.placeholder = what === 'refuel' ? 'fill up' : 'how much';
    });
    const purses = card?.purses.length > 1 ? card.purses.map(({ purse }) => [purse, purse.toUpperCase()]) : [];
    this.#purse = this.#choice('purse', 'Purse', purses, card?.purse);
    this.node = el(
      'form',
      { novalidate: true },
      this.#what.node,
      el('label', { for: 'pin', class: 'field-name', text: 'PIN' }),
      this.#pin,
      el('p', { id: 'pin-hint', class: 'hint', text: `Every card of this demo has the PIN ${world.pin}.` }),
      this.#pad(),
      el('div', { class: 'order-more' }, el('div', {}, el('label', { for: 'amount', class: 'field-name', text: `At most (${world.currency})` }), this.#amount), this.#purse.node),
      this.#error,
      this.#submit,
    );
  }

  #choice(name, legend, rows, chosen, changed) {
    const inputs = rows.map(([value, words]) => {
      const input = el('input', { type: 'radio', name, value, checked: value === chosen, on: { change: () => changed?.(value) } });
      return { input, node: el('label', { class: 'segment' }, input, el('span', { text: words })) };
    });
    const node = rows.length ? el('fieldset', { class: 'segments' }, el('legend', { text: legend }), inputs.map((one) => one.node)) : el('span', {});
    return { node, value: () => inputs.find(({ input }) => input.checked)?.input.value };
  }

  #pad() {
    const press = (digit) => {
      if (this.#pin.value.length < MOST_DIGITS) this.#pin.value += digit;
    };
    const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => button(digit, () => press(digit)));
    const clear = button('C', () => {
      this.#pin.value = '';
    }, { 'aria-label': 'Clear the PIN' });
    const back = button('⌫', () => {
      this.#pin.value = this.#pin.value.slice(0, -1);
    }, { 'aria-label': 'Take the last digit back' });
    return el('div', { class: 'pad', role: 'group', 'aria-label': 'PIN pad' }, digits, clear, button('0', () => press('0')), back);
  }

  /** What is asked; undefined, with a word about it, when something is missing. */
  read() {
    const what = this.#what.value();
    const amount = parseAmount(this.#amount.value, this.#world.decimals);
    const needed = what !== 'refuel';
    if (!/^\d+$/.test(this.#pin.value)) return this.complain('Enter the PIN: digits only.', this.#pin);
    if (amount === undefined) return this.complain('This is no amount: write it like 12.50.', this.#amount);
    if (needed && !amount) return this.complain('Say how much.', this.#amount);
    const asked = { pin: this.#pin.value, purse: this.#purse.value() };
    return { what, asked: amount === null ? asked : { ...asked, amount } };
  }

  complain(words, field) {
    say(this.#error, words);
    (field ?? this.#pin).focus();
    return undefined;
  }

  busy(is) {
    this.#submit.disabled = is;
    if (is) say(this.#error, '');
  }
}
