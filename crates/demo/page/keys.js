// Shortcuts, and the dialog that lists them. They can be switched off, for whoever speaks to the computer.

import { openDialog } from './dialog.js';
import { el } from './dom.js';

/** Hears single keys outside fields and dialogs. `acts` is a list of `{keys, words, act(key)}`. */
export class Keys {
  #acts;
  #on = true;

  constructor(acts) {
    this.#acts = [...acts, { keys: ['?'], words: 'These shortcuts', act: () => this.help() }];
    addEventListener('keydown', (event) => this.#pressed(event));
  }

  #pressed(event) {
    const typing = event.target.closest?.('input, select, textarea, dialog');
    if (!this.#on || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const found = this.#acts.find(({ keys }) => keys.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found.act(event.key);
  }

  help() {
    const rows = this.#acts.map(({ keys, words }) => {
      const shown = keys.length > 3 ? [keys[0], '–', keys.at(-1)] : keys;
      return [el('dt', {}, shown.map((key) => (key === '–' ? ' – ' : el('kbd', { text: key })))), el('dd', { text: words })];
    });
    const box = el('input', { type: 'checkbox', checked: this.#on, data: { first: '' }, on: { change: () => {
      this.#on = box.checked;
    } } });
    const body = el(
      'div',
      {},
      el('dl', { class: 'keys' }, rows),
      el('p', { class: 'hint', text: 'Tab goes from part to part, Enter presses, Esc closes. Cards can also be dragged.' }),
      el('label', { class: 'radio' }, box, el('span', { text: 'Shortcuts are on' })),
    );
    openDialog('Keyboard', body);
  }
}
