import type { Page, Thread } from '../protocol.ts';
import type { Api } from '../transport/api.ts';
import { Signal } from './signal.ts';

/** The threads that contain the words of a search, as far as they are loaded; `after` is where the next page begins. */
type Found = { question: string; threads: readonly Thread[]; after: string | undefined };

type TabMessage = { kind: 'changed' | 'deleted'; id: string };

/**
 * The list of threads. Tabs on the same server send each other the id of a changed thread, and nothing of it: each asks the
 * server itself, so that nobody sees what the server would not show them.
 */
export class ThreadList {
  readonly threads = new Signal<readonly Thread[]>([]);
  readonly state = new Signal<'unloaded' | 'loading' | 'ready' | 'failed'>('unloaded');
  readonly hasMore = new Signal(false);
  /** The result of a search in what was said, where the server can search. */
  readonly found = new Signal<Found | null>(null);
  readonly #api: Api;
  readonly #onError: (error: unknown) => void;
  #channel: BroadcastChannel | null = null;
  #after: string | undefined;
  #stale = false;
  #generation = 0;
  #searches = 0;

  constructor(api: Api, onError: (error: unknown) => void) {
    this.#api = api;
    this.#onError = onError;
  }

  /** Starts listening to other tabs that use the same server; `onDeleted` is called with the threads that they delete. */
  join(url: string, onDeleted: (id: string) => void): void {
    this.leave();
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(`openai-chatkit ${url}`);
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      if (data.kind === 'deleted') {
        this.#dropThread(data.id);
        onDeleted(data.id);
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
    this.found.value = null;
    this.hasMore.value = false;
    this.state.value = 'unloaded';
  }

  /** Loads the newest page. The old list is shown until then. */
  async load(): Promise<void> {
    const generation = ++this.#generation;
    if (this.state.value !== 'ready') this.state.value = 'loading';
    try {
      const page = await this.#fetchPage(undefined);
      if (generation !== this.#generation) return;
      this.threads.value = page.data;
      this.#setNextPage(page);
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

  async loadMore(): Promise<void> {
    if (!this.hasMore.value) return;
    const generation = this.#generation;
    try {
      const page = await this.#fetchPage(this.#after);
      if (generation !== this.#generation) return;
      const known = new Set(this.threads.value.map((thread) => thread.id));
      this.threads.value = [...this.threads.value, ...page.data.filter((thread) => !known.has(thread.id))];
      this.#setNextPage(page);
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Searches in what was said. The result of an older search is dropped. */
  async search(question: string): Promise<void> {
    const number = ++this.#searches;
    if (!question) this.found.value = null;
    if (!question || !this.#api.canResume) return;
    await this.#loadFound(number, question, undefined);
  }

  /** Loads the next page of the search. */
  async loadMoreFound(): Promise<void> {
    const { question, after } = this.found.value ?? {};
    if (question && after) await this.#loadFound(this.#searches, question, after);
  }

  async #loadFound(number: number, question: string, after: string | undefined): Promise<void> {
    try {
      const page = await this.#api.threads(question, after);
      if (number !== this.#searches || !page) return;
      const before = after ? (this.found.value?.threads ?? []) : [];
      const known = new Set(before.map((thread) => thread.id));
      const threads = [...before, ...threadsOf(page).filter((thread) => !known.has(thread.id))];
      this.found.value = { question, threads, after: page.has_more ? page.after : undefined };
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Moves a thread to the front, since something was said in it. */
  moveToFront(id: string): void {
    const thread = this.threads.value.find((other) => other.id === id);
    const rest = this.threads.value.filter((other) => other.id !== id);
    if (thread) this.threads.value = [{ ...thread, updated_at: new Date().toISOString() }, ...rest];
    this.#broadcast({ kind: 'changed', id });
  }

  async rename(id: string, title: string): Promise<void> {
    const before = this.threads.value;
    this.#changeThreads((threads) => threads.map((thread) => (thread.id === id ? { ...thread, title } : thread)));
    try {
      await this.#api.ask({ type: 'threads.update', params: { thread_id: id, title } });
      this.#broadcast({ kind: 'changed', id });
    } catch (error) {
      this.threads.value = before;
      this.found.value = null;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#api.ask({ type: 'threads.delete', params: { thread_id: id } });
    this.#dropThread(id);
    this.#broadcast({ kind: 'deleted', id });
  }

  /** Takes a thread from the stream: a new one, or one with a new title. */
  takeThread(thread: Thread): void {
    const rest = this.threads.value.filter((other) => other.id !== thread.id);
    const known = this.threads.value.find((other) => other.id === thread.id);
    if (known?.title === thread.title && known) return;
    if (this.state.value === 'ready')
      this.threads.value = [{ ...thread, updated_at: new Date().toISOString() }, ...rest];
    this.#broadcast({ kind: 'changed', id: thread.id });
  }

  async #fetchPage(after: string | undefined): Promise<Page<Thread>> {
    const own = await this.#api.threads('', after);
    if (own) return { ...own, data: threadsOf(own) };
    const params = { limit: 30, order: 'desc' as const, ...(after && { after }) };
    const { body } = await this.#api.ask<Page<Thread>>({ type: 'threads.list', params });
    // The first response may show that the server can resume, and has a better list.
    const better = after ? null : await this.#api.threads('', undefined).catch(() => null);
    return { ...body, ...better, data: threadsOf(better ?? body) };
  }

  #setNextPage(page: Page<Thread>): void {
    this.#after = page.after;
    // A page that says "more" without saying where would be requested for ever.
    this.hasMore.value = Boolean(page.has_more && page.after);
  }

  #dropThread(id: string): void {
    this.#changeThreads((threads) => threads.filter((thread) => thread.id !== id));
  }

  #changeThreads(change: (threads: readonly Thread[]) => readonly Thread[]): void {
    this.threads.value = change(this.threads.value);
    const found = this.found.value;
    if (found) this.found.value = { ...found, threads: change(found.threads) };
  }

  #broadcast(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }
}

/** Returns the threads of a page that have an id: a server may send anything. */
function threadsOf(page: Page<Thread>): Thread[] {
  return Array.isArray(page.data) ? page.data.filter((thread) => typeof thread?.id === 'string') : [];
}
