// Dialogs: the browser's own, which keep the focus inside and give it back.

import { el } from './dom.js';

let count = 0;

/** Opens a dialog with a heading; hands back its element, and `close`. It is gone from the page when it closes. */
export function openDialog(title, body, { kind = '', closed } = {}) {
  count += 1;
  const id = `dialog-${count}`;
  const close = () => node.close();
  const cross = el('button', { type: 'button', class: 'dialog-close', 'aria-label': 'Close', on: { click: close } }, '×');
  const node = el(
    'dialog',
    { class: `dialog ${kind}`, 'aria-labelledby': id },
    el('header', { class: 'dialog-head' }, el('h2', { id, text: title }), cross),
    body,
  );
  node.addEventListener('close', () => {
    node.remove();
    closed?.();
  });
  // A click on the backdrop hits the dialog itself.
  node.addEventListener('click', (event) => {
    if (event.target === node) close();
  });
  document.body.append(node);
  node.showModal();
  node.querySelector('[data-first]')?.focus();
  return { node, close };
}
