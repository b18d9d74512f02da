import type { StreamEvent, ThreadItem } from '@causerie/chatkit';
import { applyEvent, emptyReplay } from '@causerie/chatkit/replay';

type FeedEvent = StreamEvent | { type: 'causerie.run'; state: string };

/** The text of one answer in a client, by its events, compared with the text of the model. */
export class Reader {
  threadId = '';
  /** The number of the last event that has one. */
  lastEvent = 0;
  /** The current text. */
  text = '';
  /** When (performance.now) how much of the text was on the screen; an entry for each change. */
  readonly shown: { at: number; length: number }[] = [];
  /** The faults after each event, a line each: words repeated or missing, deltas for an unknown item. */
  readonly faults: string[] = [];
  /** Codes of `error` events. */
  readonly errors: string[] = [];
  /** The states of `causerie.run`, in order. */
  readonly runs: string[] = [];
  /** The text of each done item, by its id. */
  readonly done = new Map<string, string>();
  readonly #expected: string;
  readonly #onText: (reader: Reader) => void;
  #state = emptyReplay;

  /** `expected` is the model's whole text; `onText` is called after each change of the text. */
  constructor(expected: string, onText: (reader: Reader) => void = () => {}) {
    this.#expected = expected;
    this.#onText = onText;
  }

  /** Takes one server-sent event, without the empty line at its end. */
  take(frame: string): void {
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (data === undefined) return;
    const event = JSON.parse(data) as FeedEvent;
    if (event.type === 'causerie.run') this.runs.push(event.state);
    else this.#apply(event);
    // Only a whole frame counts: the client requests a broken frame again.
    const id = /^id: (\d+)$/m.exec(frame)?.[1];
    if (id !== undefined) this.lastEvent = Number(id);
  }

  get isWhole(): boolean {
    return this.text === this.#expected;
  }

  /** How much of the whole text is shown, from 0 to 1. */
  get progress(): number {
    return this.text.length / this.#expected.length;
  }

  /** When more than so much of the text was shown first; undefined when it never was. */
  shownBeyond(length: number): number | undefined {
    return this.shown.find((entry) => entry.length > length)?.at;
  }

  #apply(event: StreamEvent): void {
    if (event.type === 'thread.created') this.threadId = event.thread.id;
    if (event.type === 'error') this.errors.push(event.code);
    if (event.type === 'thread.item.done') this.done.set(event.item.id, textOf(event.item));
    if (event.type === 'thread.item.updated' && !this.#state.items.some(({ id }) => id === event.item_id))
      this.faults.push(`an update of ${event.item_id}, which was never given`);
    this.#state = applyEvent(this.#state, event);
    const text = textOf(this.#state.items.findLast(({ type }) => type === 'assistant_message'));
    if (text === this.text) return;
    this.text = text;
    this.shown.push({ at: performance.now(), length: text.length });
    if (!this.#expected.startsWith(text)) this.faults.push(`${event.type}: ${firstDifference(text, this.#expected)}`);
    this.#onText(this);
  }
}

/** The text of an answer. */
export const textOf = (item?: ThreadItem): string =>
  item?.type === 'assistant_message' ? item.content.map(({ text }) => text).join('') : '';

function firstDifference(text: string, expected: string): string {
  let at = 0;
  while (text[at] === expected[at]) at++;
  const from = Math.max(0, at - 12);
  return `at ${at} "${text.slice(from, at + 12)}" for "${expected.slice(from, at + 12)}"`;
}
