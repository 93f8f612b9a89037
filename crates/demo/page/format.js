// Numbers and names for people.

/** Whole smallest units as money: `8766` with two decimals is `87.66`. */
export function money(units, decimals = 2) {
  if (units === null || units === undefined) return '–';
  const sign = units < 0 ? '−' : '';
  const digits = String(Math.abs(units)).padStart(decimals + 1, '0');
  const whole = decimals > 0 ? digits.slice(0, -decimals) : digits;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return decimals > 0 ? `${sign}${grouped}.${digits.slice(-decimals)}` : `${sign}${grouped}`;
}

/** Thousandths of a unit, with two digits behind the point. */
export function quantity(thousandths) {
  return ((thousandths ?? 0) / 1000).toFixed(2);
}

/** With a capital at its beginning. */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The last four digits of a card's number. */
export const lastFour = (asn) => `··${asn.slice(-4)}`;

/** A card's number in groups of four. */
export const grouped = (asn) => asn.replace(/(.{4})(?=.)/g, '$1 ');

/** Bytes in hex, in pairs, so that a line can break between them. */
export const pairs = (hex) => hex.replace(/\s+/g, '').replace(/(..)(?=.)/g, '$1 ').toUpperCase();

/** Seconds in words. */
export function span(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

/** `YYYYMMDDhhmmss` as a time of day. */
export function clock(moment) {
  const digits = (moment ?? '').replace(/\D/g, '');
  return digits.length >= 14 ? `${digits.slice(8, 10)}:${digits.slice(10, 12)}:${digits.slice(12, 14)}` : '';
}

/** What a card is, as a word and a sentence; its colour and its shape go by the same name. */
export const CARD_STATES = {
  unlocked: { word: 'Free', says: 'green: nothing is locked' },
  tac_unread: { word: 'Unread', says: 'amber: debited, and its proof was not read yet' },
  grey: { word: 'Grey', says: 'grey: locked for a delivery that is not debited yet' },
  app_locked: { word: 'Blocked', says: 'blocked by its issuer' },
};

/** The state of a card, also of one that a newer program names. */
export const cardState = (state) => CARD_STATES[state] ?? { word: state, says: state };

/** What a nozzle is, as a word, and what the customer does next when the station says nothing. */
export const NOZZLE_STATES = {
  free: { word: 'Free', next: 'Put a card in.' },
  card: { word: 'Card is in', next: 'Enter the PIN.' },
  busy: { word: 'Card at work', next: 'One moment.' },
  open: { word: 'Open', next: 'Lift the hose.' },
  flowing: { word: 'Flowing', next: 'Hang up when you have enough.' },
  finishing: { word: 'Debiting', next: 'One moment.' },
  out_of_order: { word: 'Out of order', next: '' },
  off: { word: 'No power', next: 'The station is dark.' },
};

/** The state of a nozzle. */
export const nozzleState = (state) => NOZZLE_STATES[state] ?? { word: state, next: '' };
