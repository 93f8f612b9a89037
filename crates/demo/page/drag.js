// Cards by mouse or pen: from the wallet into a reader, out of it, or over to another one. Fingers tap instead, so that
// they can still scroll; everything here can be done by keys, too.

/** Pixels until a press becomes a drag. */
const SLACK = 6;

/**
 * Makes cards draggable below `root`. `drop(asn, place)` is told where a card was let go: a reader, or null for the
 * wallet or nowhere.
 */
export function draggable(root, drop) {
  let held = null;

  const target = (event) => {
    const pump = document.elementFromPoint(event.clientX, event.clientY)?.closest('.pump');
    return pump && { node: pump, place: { station: pump.dataset.station, nozzle: Number(pump.dataset.nozzle) } };
  };

  const light = (node) => {
    root.querySelectorAll('.pump.aimed').forEach((one) => one !== node && one.classList.remove('aimed'));
    node?.classList.add('aimed');
  };

  const begin = (event) => {
    const box = held.source.getBoundingClientRect();
    const ghost = document.querySelector(`.face[data-asn="${held.asn}"]`).cloneNode(true);
    ghost.classList.add('ghost');
    ghost.removeAttribute('data-in');
    ghost.setAttribute('aria-hidden', 'true');
    ghost.tabIndex = -1;
    const width = Math.max(box.width, 130);
    Object.assign(ghost.style, { width: `${width}px`, height: `${width / 1.586}px` });
    held.grip = { x: width / 2, y: width / 3.2 };
    held.ghost = ghost;
    document.body.append(ghost);
    document.body.classList.add('dragging');
    move(event);
  };

  const move = (event) => {
    held.ghost.style.transform = `translate(${event.clientX - held.grip.x}px, ${event.clientY - held.grip.y}px)`;
    light(target(event)?.node);
  };

  const end = () => {
    held?.ghost?.remove();
    held = null;
    light(null);
    document.body.classList.remove('dragging');
  };

  root.addEventListener('pointerdown', (event) => {
    const source = event.target.closest('.face, .slot-card.in');
    if (!source || event.button !== 0 || event.pointerType === 'touch') return;
    held = { source, asn: source.dataset.asn, x: event.clientX, y: event.clientY, ghost: null };
  });
  addEventListener('pointermove', (event) => {
    if (!held) return;
    if (held.ghost) move(event);
    else if (Math.hypot(event.clientX - held.x, event.clientY - held.y) > SLACK) begin(event);
  });
  addEventListener('pointerup', (event) => {
    if (held?.ghost) {
      drop(held.asn, target(event)?.place ?? null);
      // The click that follows belongs to the drag.
      const swallow = (click) => click.stopPropagation();
      addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener('click', swallow, { capture: true }), 0);
    }
    end();
  });
  addEventListener('pointercancel', end);
  addEventListener('keydown', (event) => event.key === 'Escape' && end());
}
