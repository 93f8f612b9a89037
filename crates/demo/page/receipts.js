// Receipts: a tray of papers, and the viewer, from which another station can be shown the paper of a grey card.

import * as api from './api.js';
import { openDialog } from './dialog.js';
import { button, el, keyed, mark, say } from './dom.js';
import { money } from './format.js';

/** The receipt that a line tells of, where it does: a visit ended, and something was locked, and delivered or debited. */
export function receiptOf({ what, world, station, detail }) {
  const outcome = what === 'ended' ? detail?.outcome : null;
  if (!outcome?.lock || !['settled', 'escaped'].includes(outcome.outcome)) return null;
  const { lock, nozzle, asn, amount } = outcome;
  return { world, station, nozzle, asn, amount, tid: lock.tid, ttc: lock.ttc, grey: outcome.outcome === 'escaped' };
}

/** The tray in `root`, and the viewer. */
export class Receipts {
  #desk;
  #root;

  constructor(desk, root) {
    this.#desk = desk;
    this.#root = root;
    desk.store.on('receipts', () => this.show());
    this.show();
  }

  show() {
    const { receipts, world } = this.#desk.store;
    mark(this.#root, 'data-empty', receipts.length === 0 ? 'true' : null);
    keyed(this.#root, receipts, (one) => `${one.world}-${one.tid}-${one.ttc}-${one.grey}`, (one) => {
      const words = `${this.#desk.store.placeName(one)} · ${money(one.amount, world?.decimals)}`;
      const node = button(words, () => this.open(one), { class: 'paper', data: { grey: one.grey ? 'true' : 'false' }, 'aria-label': `Receipt ${words}${one.grey ? ', not paid: grey' : ''}` });
      return { node: el('li', {}, node) };
    });
  }

  /** Shows it: picture, text, and what its paper is good for. */
  async open(receipt) {
    const { station, tid, ttc } = receipt;
    const shown = await this.#desk.ask(() => api.receipt(station, tid, ttc));
    if (!shown) return;
    const address = await api.receiptPicture(station, tid, ttc).catch(() => null);
    const text = el('pre', { class: 'receipt-text', text: shown.lines.join('\n') });
    const picture = address
      ? el('img', { class: 'receipt-picture', src: address, alt: `Receipt: ${shown.lines.filter((line) => line.trim()).join(', ')}` })
      : text;
    const parts = [el('div', { class: 'receipt-paper' }, picture)];
    if (address) parts.push(el('details', { class: 'receipt-words' }, el('summary', { text: 'As text' }), text));
    if (shown.paper) parts.push(this.#paper(receipt, shown.paper));
    openDialog(`Receipt of ${this.#desk.store.title(station)}`, el('div', { class: 'receipt' }, parts), { kind: 'wide', closed: () => address && URL.revokeObjectURL(address) });
  }

  /** The part for a grey card: the paper is shown to a station, which then frees the card without any line. */
  #paper(receipt, text) {
    const result = el('p', { class: 'paper-result', role: 'status' });
    const others = this.#desk.store.world.stations.filter((station) => station.name !== receipt.station);
    const show = async (station) => {
      const taken = await this.#desk.ask(() => api.paper(station, text), (words) => say(result, words));
      if (!taken) return;
      const { decimals, currency } = this.#desk.store.world;
      const title = this.#desk.store.title(station);
      say(result, `${title} checked the signature of ${this.#desk.store.title(taken.station)}: the lock costs ${money(taken.amount, decimals)} ${currency}. Now put the card in at ${title}.`);
    };
    const buttons = others.map(({ name }) => button(`Show this paper at ${this.#desk.store.title(name)}`, () => show(name), { class: 'big primary', data: { paper: name } }));
    return el(
      'section',
      { class: 'paper-use', 'aria-label': 'What this paper is good for' },
      el('p', { text: 'The code holds the grey record, signed by the station: another station frees the card from the paper alone, with no line to anybody.' }),
      buttons,
      result,
    );
  }
}
