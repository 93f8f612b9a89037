// The desk: puts the parts of the page together.

import * as api from './api.js';
import { Books } from './books.js';
import { mark, say } from './dom.js';
import { draggable } from './drag.js';
import { Forecourt } from './forecourt.js';
import { money } from './format.js';
import { Keys } from './keys.js';
import { Live } from './live.js';
import { Orders } from './order.js';
import { Receipts, receiptOf } from './receipts.js';
import { Store } from './state.js';
import { Stories, stageOf } from './stories.js';
import { tabs } from './tabs.js';
import { Timeline } from './timeline.js';
import { Wallet } from './wallet.js';

const byId = (id) => document.getElementById(id);

/** How visits end, in words. */
const ENDS = {
  settled: 'settled',
  escaped: 'the card was pulled: it is grey, and the record waits for it',
  refused: 'refused',
  card_lost: 'the card is gone',
  unlocked: 'the card is free again',
  nothing: 'the card was free already',
  done: 'done',
};

/** What every part needs: the store, the other parts, and how a call is made and its refusal shown. */
class Desk {
  store = new Store();
  #shown = null;

  constructor() {
    this.orders = new Orders(this);
    this.forecourt = new Forecourt(this, byId('forecourt-body'));
    this.cards = new Wallet(this, byId('cards'));
    this.receipts = new Receipts(this, byId('papers'));
    this.stories = new Stories(this, byId('story-list'), stageOf(byId('stage')));
    this.timeline = new Timeline(this, byId('panel-timeline'));
    this.books = new Books(this, byId('books-body'), byId('books-chip'));
    this.#shown = tabs(byId('tabs'));
  }

  /** Says something to whoever listens to the page. */
  announce(words) {
    say(byId('announcer'), words);
  }

  /** Shows what was refused, until the next act. */
  complain(words) {
    say(byId('trouble-words'), words);
    mark(byId('trouble'), 'hidden', words === '');
  }

  /** Makes a call; hands back its answer, or undefined when it was refused, which `complain` is told. */
  async ask(call, complain = (words) => this.complain(words)) {
    this.complain('');
    try {
      return (await call()) ?? null;
    } catch (refused) {
      complain(refused.message);
      return undefined;
    }
  }

  /** Makes a call that changes something; true when it was done. */
  async act(call, done = '') {
    const answer = await this.ask(call);
    if (answer === undefined) return false;
    if (done) this.announce(done);
    this.live.refresh();
    return true;
  }

  showTimeline() {
    this.#shown('panel-timeline');
  }

  showStories() {
    this.#shown('panel-stories');
  }

  /** A line came, now or as one that was told before: the receipt that it tells of is kept. */
  told(line) {
    const receipt = receiptOf(line);
    if (receipt) this.store.addReceipt(receipt);
  }

  /** A visit ended just now: it is said how. */
  ended(station, outcome) {
    const { decimals, currency } = this.store.world;
    const words = [`${this.store.placeName({ station, nozzle: outcome.nozzle })}: ${ENDS[outcome.outcome] ?? outcome.outcome}`];
    if (outcome.amount > 0) words.push(`${money(outcome.amount, decimals)} ${currency}`);
    if (outcome.balance_after !== null && outcome.balance_after !== undefined) words.push(`${money(outcome.balance_after, decimals)} ${currency} left`);
    if (outcome.reason) words.push(outcome.reason);
    this.announce(words.join(', '));
    // In a story a refusal is what everybody waits for.
    const plays = this.store.world.story?.state === 'runs';
    if (outcome.outcome === 'refused' && outcome.reason && !plays) this.complain(words.join(', '));
    this.live.refresh();
  }

  /** A card was let go over a reader, or beside all of them. */
  async dropped(asn, place) {
    const { where } = this.store.card(asn) ?? {};
    if (place && where?.station === place.station && where.nozzle === place.nozzle) return;
    if (where && !(await this.act(() => api.pull(asn)))) return;
    if (place) this.cards.insert(asn, place.station, place.nozzle);
  }
}

function header(desk) {
  byId('speed').addEventListener('change', (event) => desk.act(() => api.speed(Number(event.target.value))));
  byId('reset').addEventListener('click', () => desk.act(() => api.reset(), 'Everything is fresh.'));
  byId('trouble-close').addEventListener('click', () => desk.complain(''));
  desk.store.on('live', () => {
    const up = desk.store.live.get('world') !== false;
    mark(byId('away'), 'hidden', up);
  });
  desk.store.on('world', () => {
    const { version, speed } = desk.store.world;
    say(byId('version'), version ? `Version ${version}` : '');
    const options = [...byId('speed').options];
    const nearest = options.reduce((best, one) => (Math.abs(one.value - speed) < Math.abs(best.value - speed) ? one : best));
    if (document.activeElement !== byId('speed')) byId('speed').value = nearest.value;
  });
}

function shortcuts(desk) {
  const card = (key) => document.querySelectorAll('#cards .face')[Number(key) - 1]?.click();
  const keys = new Keys([
    { keys: ['1', '2', '3', '4', '5', '6'], words: 'A card of the wallet', act: card },
    { keys: ['e'], words: 'Play the escape', act: () => desk.stories.playEscape() },
    { keys: ['x'], words: 'Stop the story', act: () => desk.stories.stop() },
    { keys: ['s'], words: 'Stories', act: () => {
      desk.showStories();
      byId('tab-stories').focus();
    } },
    { keys: ['t'], words: 'Timeline', act: () => {
      desk.showTimeline();
      byId('tab-timeline').focus();
    } },
    { keys: ['f'], words: 'Forecourt', act: () => document.querySelector('.pump .act')?.focus() },
    { keys: ['b'], words: 'Books', act: () => byId('books').querySelector('summary').focus() },
  ]);
  byId('help').addEventListener('click', () => keys.help());
}

const desk = new Desk();
desk.live = new Live(desk.store, (line) => desk.told(line), (station, outcome) => desk.ended(station, outcome));
header(desk);
shortcuts(desk);
draggable(document.body, (asn, place) => desk.dropped(asn, place));
desk.live.start();
