// The drawings: a pump or charger with its card, hose and car; marks of a card's state. Colours are in the style sheet.

import { svg } from './dom.js';

/** The shape that goes with a card's state, so that no one needs the colour: tick, eye, padlock, cross. */
const SHAPES = {
  unlocked: 'M3.5 8.5l3 3 6-7',
  tac_unread: 'M8 3.5v5.5M8 12v.6',
  grey: 'M5 7.5V5.2a3 3 0 0 1 6 0v2.3M4 7.5h8v5.5H4z',
  app_locked: 'M4 4l8 8M12 4l-8 8',
};
const OUTLINES = {
  unlocked: 'M8 0a8 8 0 1 1 0 16a8 8 0 0 1 0-16z',
  tac_unread: 'M8 0l8 15.5H0z',
  grey: 'M2 0h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H2a2 2 0 0 1-2-2V2a2 2 0 0 1 2-2z',
  app_locked: 'M4.7 0h6.6L16 4.7v6.6L11.3 16H4.7L0 11.3V4.7z',
};

/** The mark of a card's state, 16 by 16. */
export function stateMark(state, attributes = {}) {
  const outline = OUTLINES[state] ?? OUTLINES.grey;
  const shape = SHAPES[state] ?? SHAPES.grey;
  return svg(
    'svg',
    { class: 'mark', viewBox: '0 0 16 16', 'aria-hidden': 'true', data: { state }, ...attributes },
    svg('path', { class: 'mark-outline', d: outline }),
    svg('path', { class: 'mark-shape', d: shape }),
  );
}

/** A chip's contacts. */
export function chip() {
  return svg(
    'svg',
    { class: 'chip', viewBox: '0 0 28 21', 'aria-hidden': 'true' },
    svg('rect', { class: 'chip-body', x: 0.5, y: 0.5, width: 27, height: 20, rx: 4 }),
    svg('path', { class: 'chip-lines', d: 'M0 7h9v7H0M28 7h-9v7h9M9 7V.5M19 7V.5M9 14v6.5M19 14v6.5' }),
  );
}

const HUNG = 'M126 64 C152 64 158 120 143 128 C134 132 136 104 137 92';
const LIFTED = 'M126 64 C176 66 190 140 172 186';

function car() {
  return svg(
    'g',
    { class: 'car', transform: 'translate(80 167) scale(0.86)' },
    svg('ellipse', { class: 'car-shadow', cx: 58, cy: 46, rx: 58, ry: 4 }),
    svg('path', {
      class: 'car-body',
      d: 'M2 32q0-11 13-13l14-2Q41 4 54 3l20 0q12 1 21 13l13 3q8 2 8 12v4q0 3-3 3H5q-3 0-3-3z',
    }),
    svg('path', { class: 'car-glass', d: 'M35 17q8-10 19-10.500h7V17zM65 6.500h8q9 1 15 10.500H65z' }),
    svg('circle', { class: 'car-cap', cx: 106, cy: 24, r: 3 }),
    svg('circle', { class: 'wheel', cx: 26, cy: 38, r: 8 }),
    svg('circle', { class: 'wheel', cx: 91, cy: 38, r: 8 }),
    svg('circle', { class: 'hub', cx: 26, cy: 38, r: 3 }),
    svg('circle', { class: 'hub', cx: 91, cy: 38, r: 3 }),
  );
}

function nozzleHead() {
  return svg(
    'g',
    { class: 'gun' },
    svg('rect', { class: 'gun-holster', x: 129, y: 74, width: 15, height: 26, rx: 4 }),
    svg('path', { class: 'gun-hung', d: 'M132 78h9v6l-3 8h-4l-2-8z' }),
    svg('path', { class: 'gun-lifted', d: 'M168 181l9 4-4 7-9-4z' }),
  );
}

/**
 * A pump or charger. Hands back the drawing and its parts that change: the texts of the display, the bar of the
 * ceiling, the card in the slot.
 */
export function pump(kind) {
  const text = (name, y, at = 114) => svg('text', { class: name, x: at, y, 'text-anchor': 'end' });
  const parts = {
    amount: text('digits amount', 76),
    quantity: text('digits quantity', 92),
    price: text('digits price', 105),
    ceiling: text('digits price', 116),
    product: svg('text', { class: 'product', x: 70, y: 42, 'text-anchor': 'middle' }),
    bar: svg('rect', { class: 'ceiling-bar', x: 26, y: 121, width: 0, height: 4, rx: 2 }),
    holder: svg('text', { class: 'slot-name', x: 52, y: 161 }),
    mark: svg('g', { transform: 'translate(34 150)' }),
  };
  parts.card = svg(
    'g',
    { class: 'slot-card' },
    svg('rect', { class: 'slot-plastic', x: 29, y: 139, width: 82, height: 36, rx: 5 }),
    parts.mark,
    parts.holder,
  );
  const top = kind === 'charger'
    ? svg('path', { class: 'emblem', d: 'M72 5l-9 12h6l-2 8 9-12h-6z' })
    : svg('path', { class: 'emblem', d: 'M70 5c4 6 6 8 6 12a6 6 0 0 1-12 0c0-4 2-6 6-12z' });
  parts.drawing = svg(
    'svg',
    { class: 'pump-art', viewBox: '0 0 180 208', 'aria-hidden': 'true', data: { kind } },
    top,
    svg('rect', { class: 'pump-foot', x: 8, y: 190, width: 124, height: 12, rx: 3 }),
    svg('rect', { class: 'pump-body', x: 14, y: 26, width: 112, height: 168, rx: kind === 'charger' ? 22 : 9 }),
    svg('path', {
      class: 'pump-band',
      d: kind === 'charger' ? 'M14 48a22 22 0 0 1 22-22h68a22 22 0 0 1 22 22z' : 'M14 48V35a9 9 0 0 1 9-9h94a9 9 0 0 1 9 9v13z',
    }),
    parts.product,
    svg('rect', { class: 'display', x: 20, y: 53, width: 100, height: 77, rx: 5 }),
    parts.amount,
    parts.quantity,
    parts.price,
    parts.ceiling,
    svg('rect', { class: 'ceiling-rail', x: 26, y: 121, width: 88, height: 4, rx: 2 }),
    parts.bar,
    svg('rect', { class: 'slot', x: 28, y: 135, width: 84, height: 7, rx: 3 }),
    parts.card,
    car(),
    svg('path', { class: 'hose hose-hung', d: HUNG }),
    svg('path', { class: 'hose hose-lifted', d: LIFTED }),
    svg('path', { class: 'flow', d: LIFTED }),
    nozzleHead(),
  );
  return parts;
}

/** The width that the ceiling's bar may have. */
export const CEILING_WIDTH = 88;
