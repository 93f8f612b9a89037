// Tabs: arrows go from one to the next, as screen readers expect.

import { mark } from './dom.js';

/** Works the tabs of a list; hands back `show(id of a panel)`. */
export function tabs(list) {
  const all = [...list.querySelectorAll('[role="tab"]')];
  const panel = (tab) => document.getElementById(tab.getAttribute('aria-controls'));
  const select = (tab) => {
    for (const one of all) {
      const chosen = one === tab;
      mark(one, 'aria-selected', chosen ? 'true' : 'false');
      mark(one, 'tabindex', chosen ? '0' : '-1');
      mark(panel(one), 'hidden', !chosen);
    }
  };
  list.addEventListener('click', (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) select(tab);
  });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    select(next);
    next.focus();
  });
  return (id) => select(all.find((tab) => tab.getAttribute('aria-controls') === id));
}
