// What happens, as it happens: one stream of server-sent events, kept up and brought level after a break.

import * as api from './api.js';

/** Milliseconds until a stream that the server refused is tried again, doubled up to the most. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

/** Milliseconds behind something that happened, when stations are asked how their queues and locks stand now. */
const SOON = 400;

/** A stream that comes back by itself, also after a refusal, which EventSource takes as final. */
class Stream {
  #url;
  #heard;
  #state;
  #source = null;
  #timer = 0;
  #wait = FIRST_WAIT;

  /** `heard` gets each event and its number; `state` is told `true` at each connection, and `false` when it breaks. */
  constructor(url, heard, state) {
    this.#url = url;
    this.#heard = heard;
    this.#state = state;
  }

  open() {
    if (this.#source !== null) return;
    clearTimeout(this.#timer);
    const source = new EventSource(this.#url);
    this.#source = source;
    source.onopen = () => {
      this.#wait = FIRST_WAIT;
      this.#state(true);
    };
    source.onmessage = (message) => this.#heard(JSON.parse(message.data), message.lastEventId);
    source.onerror = () => {
      this.#state(false);
      if (source.readyState !== EventSource.CLOSED) return;
      this.close();
      this.#timer = setTimeout(() => this.open(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
    };
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }
}

/** Runs one call at a time; whoever asks meanwhile gets one more, not many. */
function coalesced(ask) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      // A failed question is asked again by the next event, or when the stream comes back.
      await ask().catch(() => {});
    } while (again);
    running = false;
  };
}

/**
 * Follows the world and its stations into the store. `told(line)` gets each line of the timeline once, also those that
 * are told again to who comes later; `ended(station, outcome)` a visit's end as it happens.
 */
export class Live {
  #store;
  #told;
  #ended;
  #stream;
  #stations = new Map();
  #askWorld;
  #askBooks;
  #storiesTold = 0;
  #soon = 0;

  constructor(store, told, ended) {
    this.#store = store;
    this.#told = told;
    this.#ended = ended;
    this.#askWorld = coalesced(async () => {
      const told = this.#storiesTold;
      const world = await api.world();
      // What was told while the answer was on its way is newer than the answer.
      if (told !== this.#storiesTold && this.#store.world?.id === world.id) world.story = this.#store.world.story;
      this.#tookWorld(world);
    });
    this.#askBooks = coalesced(async () => this.#store.setBooks(await api.books()));
    this.#stream = new Stream('/demo/v1/events', (event, id) => this.#happened(event, id), (up) => this.#worldLive(up));
  }

  start() {
    // The first picture does not wait for the stream.
    this.refresh();
    // A page that nobody sees takes no connection, and gives its own back: a browser has six for one server.
    const level = () => (document.hidden ? this.#stream.close() : this.#stream.open());
    level();
    document.addEventListener('visibilitychange', level);
    addEventListener('pagehide', () => this.#stream.close());
    addEventListener('pageshow', level);
  }

  /** Asks for everything again, now. */
  refresh() {
    this.#askWorld();
    this.#askBooks();
  }

  #worldLive(up) {
    this.#store.setLive('world', up);
    if (!up) return;
    this.refresh();
    this.#stations.forEach(({ ask, power }) => power && ask());
  }

  #happened(event, id) {
    if (event.event === 'at') {
      this.#stations.get(event.station)?.heard(event.happened);
      return;
    }
    this.#askStationsSoon();
    if (event.event === 'told') {
      if (this.#store.addLine(event.line, id)) this.#told(event.line);
    } else if (event.event === 'story') this.#storyTold(event.story);
    else if (event.event === 'changed') (event.part === 'books' ? this.#askBooks : this.#askWorld)();
  }

  /** Queues and open locks change without an event of their own. */
  #askStationsSoon() {
    if (this.#soon !== 0) return;
    this.#soon = setTimeout(() => {
      this.#soon = 0;
      this.#stations.forEach(({ ask, power }) => power && ask());
    }, SOON);
  }

  #storyTold(story) {
    this.#storiesTold += 1;
    this.#store.setStory(story);
  }

  #tookWorld(world) {
    const fresh = this.#store.setWorld(world);
    for (const { name } of world.stations) {
      const known = this.#stations.get(name) ?? this.#follow(name);
      const power = world.switches[name]?.power ?? true;
      if (!power) this.#store.setSite(name, null);
      else if (fresh || !known.power) known.ask();
      known.power = power;
    }
    if (fresh) this.#askBooks();
  }

  #follow(name) {
    const newer = new Map();
    const ask = coalesced(async () => {
      newer.clear();
      const site = await api.site(name);
      site.nozzles = site.nozzles.map((nozzle) => newer.get(nozzle.number) ?? nozzle);
      this.#store.setSite(name, site);
    });
    const heard = (happened) => {
      if (happened.event === 'nozzle') newer.set(happened.nozzle.number, happened.nozzle);
      this.#station(name, happened, ask);
    };
    // Its power is not known yet: it is asked when it has some.
    const known = { ask, heard, power: false };
    this.#stations.set(name, known);
    return known;
  }

  #station(name, event, ask) {
    const change = (act) => this.#store.changeSite(name, act);
    switch (event.event) {
      case 'nozzle':
        change((site) => {
          const place = site.nozzles.findIndex((nozzle) => nozzle.number === event.nozzle.number);
          if (place >= 0) site.nozzles[place] = event.nozzle;
        });
        break;
      case 'centre':
        change((site) => {
          site.centre = event.line;
        });
        break;
      case 'list':
        change((site) => {
          site[event.list] = event.standing;
        });
        break;
      case 'warned':
        ask();
        break;
      case 'ended':
        this.#ended(name, event.outcome);
        break;
      default:
    }
  }
}
