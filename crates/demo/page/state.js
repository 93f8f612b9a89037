// What the page knows, and who is told when it changes.

/** Lines of the timeline that are kept. */
const LINES = 500;
/** Receipts that are kept. */
const RECEIPTS = 12;

/**
 * The one store of the page. Parts: `world`, `site:NAME`, `books`, `lines`, `receipts`, `story`, `live`.
 * Changes are gathered until the next frame; a listener is called once for all that came.
 */
export class Store {
  #listeners = new Map();
  #changed = new Set();
  #frame = 0;
  /** The lines that came, by their number and time: a demo that was started again counts afresh. */
  #known = new Set();

  world = null;
  books = null;
  /** By name: `api::site::Site`, or null while the station has no power. */
  sites = new Map();
  lines = [];
  /** Counts every line that came, also those that were dropped. */
  told = 0;
  /** Counts how often lines were forgotten. */
  forgotten = 0;
  /** Newest first, also of a world that is not known yet. */
  #receipts = [];
  /** By stream: whether it is connected. */
  live = new Map();

  /** Calls the listener when any of these parts changed. */
  on(parts, listener) {
    for (const part of [parts].flat()) {
      if (!this.#listeners.has(part)) this.#listeners.set(part, new Set());
      this.#listeners.get(part).add(listener);
    }
  }

  /** Says that a part changed. */
  tell(part) {
    this.#changed.add(part);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#flush());
  }

  #flush() {
    const listeners = new Set();
    for (const part of this.#changed) this.#listeners.get(part)?.forEach((each) => listeners.add(each));
    this.#changed.clear();
    this.#frame = 0;
    listeners.forEach((each) => each());
  }

  setWorld(world) {
    const fresh = this.world !== null && this.world.id !== world.id;
    if (fresh) this.#forget(world.id);
    this.world = world;
    ['world', 'story', 'receipts'].forEach((part) => this.tell(part));
    return fresh;
  }

  /** What is of another world than this one; lines of this one may have come before it was known. */
  #forget(id) {
    this.sites.clear();
    this.lines = this.lines.filter((line) => line.world === id);
    this.forgotten += 1;
    this.tell('lines');
  }

  setBooks(books) {
    this.books = books;
    this.tell('books');
  }

  setStory(story) {
    if (this.world === null) return;
    this.world.story = story;
    this.tell('story');
  }

  setSite(name, site) {
    this.sites.set(name, site);
    this.tell(`site:${name}`);
  }

  /** Changes a part of a station's site, where that is known. */
  changeSite(name, change) {
    const site = this.sites.get(name);
    if (!site) return;
    change(site);
    this.tell(`site:${name}`);
  }

  /** Adds a line, and says so; one that was told before, as after a break, is left out. */
  addLine(line, id) {
    const name = `${id} ${line.at}`;
    if (this.#known.has(name)) return false;
    this.#known.add(name);
    this.told += 1;
    this.lines.push({ ...line, number: this.told });
    if (this.lines.length > LINES) this.lines.splice(0, this.lines.length - LINES);
    this.tell('lines');
    return true;
  }

  /** Receipts of this world. */
  get receipts() {
    return this.#receipts.filter((receipt) => receipt.world === this.world?.id);
  }

  /** Keeps the receipt of a visit; one of a lock that is known already takes its place. */
  addReceipt(receipt) {
    const same = (other) => ['world', 'tid', 'ttc'].every((key) => other[key] === receipt[key]);
    this.#receipts = [receipt, ...this.#receipts.filter((other) => !same(other))].slice(0, RECEIPTS);
    this.tell('receipts');
  }

  setLive(stream, connected) {
    if (this.live.get(stream) === connected) return;
    this.live.set(stream, connected);
    this.tell('live');
  }

  // What views ask.

  card(asn) {
    return this.world?.cards.find((card) => card.asn === asn);
  }

  station(name) {
    return this.world?.stations.find((station) => station.name === name);
  }

  /** A station's name for people. */
  title(name) {
    return this.station(name)?.title ?? name;
  }

  /** A reader in words. */
  placeName({ station, nozzle }) {
    return `${this.title(station)} ${nozzle}`;
  }

  /** A nozzle as the station says it is; undefined while nothing is heard. */
  nozzle(station, number) {
    return this.sites.get(station)?.nozzles.find((nozzle) => nozzle.number === number);
  }

  /** A nozzle as hands find it: hose and card. */
  place(station, number) {
    return this.station(station)?.nozzles.find((nozzle) => nozzle.number === number);
  }

  /** The card in a reader. */
  cardAt(station, number) {
    return this.world?.cards.find((card) => card.where?.station === station && card.where.nozzle === number);
  }

  switches(station) {
    return this.world?.switches[station] ?? { power: true, link: true };
  }
}
