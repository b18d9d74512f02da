import type { Page, Thread } from '../protocol.ts';
import type { Api } from '../transport/api.ts';
import { Signal } from './signal.ts';

type Word = { kind: 'changed' | 'deleted'; id: string };

/**
 * The list of threads. Tabs on the same server tell each other that something changed, never what: each asks for itself,
 * so that nobody sees what the server would not show them.
 */
export class History {
  readonly threads = new Signal<readonly Thread[]>([]);
  readonly state = new Signal<'unloaded' | 'loading' | 'ready' | 'failed'>('unloaded');
  readonly hasMore = new Signal(false);
  readonly #api: Api;
  readonly #onError: (error: unknown) => void;
  readonly #onDeleted: (id: string) => void;
  #channel: BroadcastChannel | null = null;
  #after: string | undefined;
  #stale = false;
  #generation = 0;

  constructor(api: Api, onError: (error: unknown) => void, onDeleted: (id: string) => void) {
    this.#api = api;
    this.#onError = onError;
    this.#onDeleted = onDeleted;
  }

  /** Starts listening to other tabs that use the same server. */
  join(url: string): void {
    this.leave();
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(`openai-chatkit ${url}`);
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data.kind === 'deleted') {
        this.#drop(data.id);
        this.#onDeleted(data.id);
      }
      this.#stale = true;
      if (this.state.value === 'ready' && document.visibilityState === 'visible') void this.load();
    };
  }

  leave(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  reset(): void {
    this.#generation++;
    this.threads.value = [];
    this.hasMore.value = false;
    this.state.value = 'unloaded';
  }

  /** Loads the newest page; what was shown stays until it is there. */
  async load(): Promise<void> {
    const generation = ++this.#generation;
    if (this.state.value !== 'ready') this.state.value = 'loading';
    try {
      const page = await this.#page(undefined);
      if (generation !== this.#generation) return;
      this.threads.value = page.data;
      this.#turn(page);
      this.#stale = false;
      this.state.value = 'ready';
    } catch (error) {
      if (generation !== this.#generation) return;
      if (this.state.value === 'loading') this.state.value = 'failed';
      this.#onError(error);
    }
  }

  async open(): Promise<void> {
    if (this.state.value !== 'ready' || this.#stale) await this.load();
    else void this.load();
  }

  async more(): Promise<void> {
    if (!this.hasMore.value) return;
    const generation = this.#generation;
    try {
      const page = await this.#page(this.#after);
      if (generation !== this.#generation) return;
      const known = new Set(this.threads.value.map((thread) => thread.id));
      this.threads.value = [...this.threads.value, ...page.data.filter((thread) => !known.has(thread.id))];
      this.#turn(page);
    } catch (error) {
      this.#onError(error);
    }
  }

  async rename(id: string, title: string): Promise<void> {
    const before = this.threads.value;
    this.threads.value = before.map((thread) => (thread.id === id ? { ...thread, title } : thread));
    try {
      await this.#api.ask({ type: 'threads.update', params: { thread_id: id, title } });
      this.#tell({ kind: 'changed', id });
    } catch (error) {
      this.threads.value = before;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#api.ask({ type: 'threads.delete', params: { thread_id: id } });
    this.#drop(id);
    this.#tell({ kind: 'deleted', id });
  }

  /** Something the stream said about a thread: new, or with another title. */
  note(thread: Thread): void {
    const rest = this.threads.value.filter((other) => other.id !== thread.id);
    const known = this.threads.value.find((other) => other.id === thread.id);
    if (known?.title === thread.title && known) return;
    if (this.state.value === 'ready') this.threads.value = [thread, ...rest];
    this.#tell({ kind: 'changed', id: thread.id });
  }

  async #page(after: string | undefined): Promise<Page<Thread>> {
    const params = { limit: 30, order: 'desc' as const, ...(after && { after }) };
    const { body } = await this.#api.ask<Page<Thread>>({ type: 'threads.list', params });
    return {
      ...body,
      data: Array.isArray(body.data) ? body.data.filter((thread) => typeof thread?.id === 'string') : [],
    };
  }

  #turn(page: Page<Thread>): void {
    this.#after = page.after;
    // A page that says "more" without saying where would be asked for for ever.
    this.hasMore.value = Boolean(page.has_more && page.after);
  }

  #drop(id: string): void {
    this.threads.value = this.threads.value.filter((thread) => thread.id !== id);
  }

  #tell(word: Word): void {
    this.#channel?.postMessage(word);
  }
}
