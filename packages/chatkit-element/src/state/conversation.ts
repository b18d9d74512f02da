import type { Item, StreamEvent, Thread, UserMessage } from '../protocol.ts';
import { applyUpdate, objects, ownedItem } from './item-updates.ts';
import { Signal } from './signal.ts';

/**
 * One item on the screen. `key` stays when a message that was shown at once gets its id from the server, so that its node
 * in the page stays too, and with it the reader's selection. The item is changed in place and `changed` counts up: a token
 * must not cost a copy of the answer.
 */
export class Entry {
  readonly key: string;
  item: Item;
  /** Between `thread.item.added` and `thread.item.done`. */
  streaming: boolean;
  /** `sending`: sent from here and not yet confirmed; `failed`: it did not arrive; `local`: never meant for the server. */
  origin: 'server' | 'sending' | 'failed' | 'local' = 'server';
  /** The idempotency key under which it was sent, and the thread. Sent there again, it keeps the key. */
  sentAs: { requestKey: string; threadId: string | null } | null = null;
  readonly changed = new Signal(0);

  constructor(key: string, item: Item, streaming: boolean) {
    this.key = key;
    this.item = item;
    this.streaming = streaming;
  }
}

/** Types of items that are never shown, even when a server sends one by mistake. */
const hidden = new Set(['hidden_context_item', 'sdk_hidden_context']);

/**
 * The items of the open thread, in order. Stream events keep them up to date; an event about something unknown changes
 * nothing. Changes are collected, and `commit` shows them, once a frame.
 */
export class Conversation {
  readonly thread = new Signal<Thread | null>(null);
  /** A new list whenever an entry comes, goes or moves; the same when one changes. */
  readonly entries = new Signal<readonly Entry[]>([]);
  #order: Entry[] = [];
  #byId = new Map<string, Entry>();
  #dirty = new Set<Entry>();
  #moved = false;
  #keys = 0;

  find(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  get last(): Entry | undefined {
    return this.#order.at(-1);
  }

  /** The newest entry for which the test holds. */
  findLast(test: (entry: Entry) => boolean): Entry | undefined {
    return this.#order.findLast(test);
  }

  clear(): void {
    this.#order = [];
    this.#byId.clear();
    this.#dirty.clear();
    this.#moved = true;
    this.thread.value = null;
    this.commit();
  }

  /** Adds a page of older items (oldest first) in front. Known items are not added again. */
  prepend(items: readonly Item[]): void {
    const fresh: Entry[] = [];
    for (const item of items) {
      if (!isItem(item) || this.#byId.has(item.id)) continue;
      fresh.push(this.#register(item, false));
    }
    if (!fresh.length) return;
    this.#order = [...fresh, ...this.#order];
    this.#moved = true;
    this.commit();
  }

  /** Makes the newest items exactly these (oldest first): known ones keep their place in the page, missing ones go. */
  sync(items: readonly Item[], complete: boolean): void {
    const shown = items.filter(isItem);
    const first = shown[0];
    const start = first ? this.#order.findIndex((entry) => entry.item.id === first.id) : -1;
    const kept = complete || start < 0 ? [] : this.#order.slice(0, start);
    const keptIds = new Set(kept.map((entry) => entry.item.id));
    const next = kept;
    for (const item of shown) {
      if (keptIds.has(item.id)) continue;
      const known = this.#byId.get(item.id);
      if (known) this.#replace(known, item, false);
      next.push(known ?? this.#register(item, false));
    }
    const local = this.#order.filter((entry) => entry.origin !== 'server');
    this.#order = [...next, ...local.filter((entry) => !next.includes(entry))];
    this.#byId = new Map(this.#order.map((entry) => [entry.item.id, entry]));
    this.#moved = true;
    this.commit();
  }

  /** Shows an item that the server does not have (yet). */
  addLocal(item: Item, origin: 'sending' | 'local'): Entry {
    const entry = this.#append(item, false);
    entry.origin = origin;
    this.commit();
    return entry;
  }

  remove(id: string): void {
    const entry = this.#byId.get(id);
    if (!entry) return;
    this.#byId.delete(id);
    this.#order = this.#order.filter((other) => other !== entry);
    this.#moved = true;
  }

  /** Removes an item that only this element has. */
  dismiss(id: string): void {
    this.remove(id);
    this.commit();
  }

  /** Drops everything after an item, as the server does on a retry without sending events for it. */
  removeAfter(id: string): void {
    const index = this.#order.findIndex((entry) => entry.item.id === id);
    if (index < 0) return;
    for (const entry of this.#order.slice(index + 1)) this.#byId.delete(entry.item.id);
    this.#order = this.#order.slice(0, index + 1);
    this.#moved = true;
    this.commit();
  }

  /** Applies one event to the items. Returns false for events that are not about items or the thread. */
  apply(event: StreamEvent): boolean {
    switch (event.type) {
      case 'thread.created':
      case 'thread.updated':
        if (event.thread?.id) this.thread.value = { ...event.thread };
        return true;
      case 'thread.item.added':
      case 'thread.item.done':
      case 'thread.item.replaced':
        if (isItem(event.item)) this.#upsert(event.item, event.type === 'thread.item.added');
        return true;
      case 'thread.item.removed':
        this.remove(event.item_id);
        return true;
      case 'thread.item.updated': {
        const entry = this.#byId.get(event.item_id);
        if (entry && event.update && applyUpdate(entry.item, event.update)) this.#dirty.add(entry);
        return true;
      }
      default:
        return false;
    }
  }

  /** Shows no item as growing any longer: nothing more of the answer will come. */
  settle(): void {
    for (const entry of this.#order) {
      if (!entry.streaming) continue;
      entry.streaming = false;
      this.#dirty.add(entry);
    }
    this.commit();
  }

  commit(): void {
    if (this.#moved) {
      this.#moved = false;
      this.entries.value = [...this.#order];
    }
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const entry of dirty) entry.changed.value++;
  }

  #upsert(item: Item, streaming: boolean): void {
    const known = this.#byId.get(item.id);
    if (known) {
      this.#replace(known, item, streaming);
      return;
    }
    // The message that was shown at once becomes the one that the server stored, even one that was taken for failed.
    if (item.type === 'user_message') {
      const waiting = this.#order.find(
        (entry) =>
          entry.item.type === 'user_message' &&
          (entry.origin === 'sending' || (entry.origin === 'failed' && wordsOf(entry.item) === wordsOf(item))),
      );
      if (waiting) {
        this.#byId.delete(waiting.item.id);
        this.#byId.set(item.id, waiting);
        waiting.origin = 'server';
        this.#replace(waiting, item, false);
        return;
      }
    }
    this.#append(item, streaming);
  }

  #replace(entry: Entry, item: Item, streaming: boolean): void {
    entry.item = ownedItem(item);
    entry.streaming = streaming;
    this.#dirty.add(entry);
  }

  #append(item: Item, streaming: boolean): Entry {
    const entry = this.#register(item, streaming);
    this.#order = [...this.#order, entry];
    this.#moved = true;
    return entry;
  }

  #register(item: Item, streaming: boolean): Entry {
    const entry = new Entry(`e${this.#keys++}`, ownedItem(item), streaming);
    this.#byId.set(item.id, entry);
    return entry;
  }
}

const wordsOf = (message: UserMessage): string =>
  objects(message.content)
    .map(({ text }) => text)
    .join();

function isItem(item: Item | undefined): item is Item {
  return !!item && typeof item.id === 'string' && typeof item.type === 'string' && !hidden.has(item.type);
}
