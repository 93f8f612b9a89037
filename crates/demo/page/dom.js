// Making and changing elements. Nothing here builds markup out of text: what a server says is only ever text.

const SVG = 'http://www.w3.org/2000/svg';

/** Sets attributes, listeners (`on: {click}`), data (`data: {asn}`), `class` and `text` on an element. */
function furnish(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (name === 'data') {
      for (const [key, item] of Object.entries(value)) node.dataset[key] = item;
    } else if (name === 'text') {
      node.textContent = value;
    } else {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  return node;
}

/** An HTML element. Children are elements or text; empty ones are left out. */
export function el(name, attributes = {}, ...children) {
  const node = furnish(document.createElement(name), attributes);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An SVG element. */
export function svg(name, attributes = {}, ...children) {
  const node = furnish(document.createElementNS(SVG, name), attributes);
  node.append(...children.flat(Infinity).filter(Boolean));
  return node;
}

/** Changes the text only where it differs, so that a live region does not say it again. */
export function say(node, text) {
  const wanted = text ?? '';
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** Sets an attribute, or takes it away for null. */
export function mark(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else {
    const wanted = value === true ? '' : String(value);
    if (node.getAttribute(name) !== wanted) node.setAttribute(name, wanted);
  }
}

/**
 * A button that cannot be used now keeps its place and its focus: it is `aria-disabled`, and says why.
 */
export function allow(button, allowed, why = '') {
  mark(button, 'aria-disabled', allowed ? null : 'true');
  mark(button, 'title', allowed ? null : why || null);
}

/** Whether a button may be used. */
export const allowed = (button) => button.getAttribute('aria-disabled') !== 'true';

/** A button that calls only while it is allowed to. */
export function button(text, act, attributes = {}) {
  const node = el('button', { type: 'button', ...attributes }, text);
  node.addEventListener('click', (event) => {
    if (allowed(node)) act(event);
  });
  return node;
}

/** Keeps a list of elements in step with items: one element for each key, made once, changed in place. */
export function keyed(parent, items, key, make) {
  const known = parent.keyed ?? (parent.keyed = new Map());
  const wanted = new Set(items.map(key));
  for (const [name, part] of known) {
    if (!wanted.has(name)) {
      part.node.remove();
      known.delete(name);
    }
  }
  items.forEach((item, place) => {
    const name = key(item);
    let part = known.get(name);
    if (!part) {
      part = make(item);
      known.set(name, part);
    }
    if (parent.children[place] !== part.node) parent.insertBefore(part.node, parent.children[place] ?? null);
    part.show?.(item);
  });
}
