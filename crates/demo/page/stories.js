// The stories: buttons that play themselves, and the stage that says what to do, or which step plays.

import * as api from './api.js';
import { button, el, keyed, mark, say } from './dom.js';
import { capital } from './format.js';

/** Played by the large button. */
const ESCAPE = 'escape';

const ENDS = {
  ended: 'Played to its end.',
  failed: 'It did not end as it should.',
  stopped: 'Stopped.',
};

/** A story as a button in the list. */
class Row {
  #words = el('span', { class: 'story-row' });
  #what = el('span', { class: 'story-what' });

  constructor(story, play) {
    this.button = button('', () => play(story.name), { class: 'story', data: { story: story.name } });
    this.button.append(el('span', { class: 'story-title', text: story.title }), this.#words, this.#what);
    say(this.#words, story.row);
    say(this.#what, story.what);
    this.node = el('li', {}, this.button);
  }
}

/** The list of stories in `root`, and the stage. */
export class Stories {
  #desk;
  #root;
  #stage;
  #said = '';

  /** `stage` has the elements of the stage by name: box, title, words, steps, bar, count, play, stop. */
  constructor(desk, root, stage) {
    this.#desk = desk;
    this.#root = root;
    this.#stage = stage;
    stage.play.addEventListener('click', () => this.play(this.#next().name));
    stage.stop.addEventListener('click', () => this.stop());
    desk.store.on('story', () => this.show());
  }

  #all() {
    return this.#desk.store.world?.stories ?? [];
  }

  /** The escape first; behind a story that ended, the one after it. */
  #next() {
    const all = this.#all();
    const { story } = this.#desk.store.world;
    const last = all.findIndex((one) => one.name === story?.name);
    return last >= 0 ? all[(last + 1) % all.length] : (all.find((one) => one.name === ESCAPE) ?? all[0]);
  }

  async play(name) {
    const begun = await this.#desk.act(() => api.play(name));
    if (begun) this.#desk.showTimeline();
  }

  /** The one with which everybody should begin. */
  playEscape() {
    const story = this.#all().find((one) => one.name === ESCAPE) ?? this.#all()[0];
    if (story) this.play(story.name);
  }

  stop() {
    this.#desk.act(() => api.stopStory());
  }

  show() {
    const all = this.#all();
    if (all.length === 0) return;
    keyed(this.#root, all, (story) => story.name, (story) => new Row(story, (name) => this.play(name)));
    const { story } = this.#desk.store.world;
    for (const node of this.#root.querySelectorAll('.story')) {
      const current = node.dataset.story === story?.name;
      mark(node, 'data-state', current ? story.state : null);
      mark(node, 'aria-current', current && story.state === 'runs' ? 'true' : null);
    }
    this.#showStage(story, all.find((one) => one.name === story?.name));
  }

  #showStage(story, shown) {
    const { box, title, words, bar, count, play, stop } = this.#stage;
    const state = shown ? story.state : 'idle';
    mark(box, 'data-state', state);
    mark(stop, 'hidden', state !== 'runs');
    mark(play, 'hidden', state === 'runs');
    say(play.querySelector('span'), shown ? `Next: ${this.#next().title}` : `Play: ${this.#next().title}`);
    if (!shown) return;
    say(title, shown.title);
    const ends = ENDS[state];
    say(words, capital(story.words || ends || ''));
    say(count, state === 'runs' ? `Step ${story.step} of ${story.of}` : (ends ?? ''));
    mark(bar, 'max', Math.max(1, story.of));
    mark(bar, 'value', state === 'ended' ? story.of : story.step);
    const says = state === 'runs' ? `Step ${story.step}: ${story.words}` : `${shown.title}: ${ends ?? ''} ${capital(story.words)}`;
    if (says !== this.#said) this.#desk.announce(says);
    this.#said = says;
  }
}

/** The stage's elements. */
export function stageOf(root) {
  const part = (name) => root.querySelector(`[data-stage="${name}"]`);
  return { box: root, title: part('title'), words: part('words'), bar: part('bar'), count: part('count'), play: part('play'), stop: part('stop') };
}
