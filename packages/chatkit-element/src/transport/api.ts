import type { ElementOptions } from '../options/options.ts';
import type { Page, PlainRequest, StreamingRequest, Thread, WireAttachment } from '../protocol.ts';
import { ApiError, errorOf } from './api-error.ts';
import { Connection } from './connection.ts';
import { pause } from './pause.ts';
import { type OnEvent, readEvents } from './read-events.ts';

/** How often a request that broke before its answer began is repeated, and how long after the first failure, in ms. */
const mostRepeats = 4;
const firstRepeatMs = 500;
/** The longest `Retry-After`, in seconds, that a request waits for. */
const longestWait = 30;

type Config = { api: ElementOptions['api']; locale: string };

/**
 * The element's only way out: one ChatKit endpoint, called through the page's own `api.fetch`. What goes beyond the
 * protocol is used only after the server has offered it (`Causerie-Resume`), and not once the address changes.
 */
export class Api {
  readonly #config: () => Config;
  readonly connection = new Connection((signal) =>
    this.ask({ type: 'threads.list', params: { limit: 1, order: 'desc' } }, signal),
  );
  #secret: string | null = null;
  #asking: Promise<string> | null = null;
  #offeredBy: string | null = null;

  constructor(config: () => Config) {
    this.#config = config;
  }

  /** Whether the server keeps answers running when the element leaves, and can continue them. */
  get canResume(): boolean {
    return this.#offeredBy !== null && this.#offeredBy === this.#url();
  }

  /**
   * Returns the client secret of the page, if the page has one. The page is asked once, however many wait. `refused` is a
   * secret that the server did not accept: the page is asked for another.
   */
  async secret(refused?: string): Promise<string | undefined> {
    const { api } = this.#config();
    const ask = 'getClientSecret' in api ? api.getClientSecret : undefined;
    if (!ask) return undefined;
    if (this.#secret !== null && this.#secret !== refused) return this.#secret;
    if (this.#asking) return this.#asking;
    const asking = (async () => ask(this.#secret))();
    this.#asking = asking;
    try {
      const secret = await asking;
      if (this.#asking === asking) this.#secret = secret;
      return secret;
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  /** Drops the client secret: the page has changed the server, which must not get the secret of the last one. */
  forgetSecret(): void {
    this.#secret = null;
    this.#asking = null;
  }

  /** Makes a request that is answered by JSON. `lastEvent` is the log position that a resumable server sends with it. */
  async ask<T>(request: PlainRequest, signal?: AbortSignal): Promise<{ body: T; lastEvent: number | undefined }> {
    const response = await this.#post(request, 'application/json', signal);
    const last = Number(response.headers.get('causerie-last-event') ?? Number.NaN);
    let body: T;
    try {
      body = JSON.parse((await response.text()) || '{}') as T;
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ApiError(response.status, 'format', undefined, { cause });
    }
    return { body, lastEvent: Number.isFinite(last) ? last : undefined };
  }

  /**
   * Makes a request that is answered by a stream of events. Resolves at its end; rejects when it breaks or is aborted.
   *
   * A server that can resume gets `key`, an idempotency key, and answers one key once. There a request that broke before
   * its answer began is repeated a few times; on other servers a repeat might be a second message. While the server is
   * known to be away, every request waits for it.
   */
  async stream(
    request: StreamingRequest,
    { key, signal, onOpen, onEvent }: { key: string; signal: AbortSignal; onOpen(): void; onEvent: OnEvent },
  ): Promise<void> {
    let began = false;
    const hear: OnEvent = (event, id) => {
      began = true;
      onEvent(event, id);
    };
    for (let repeats = 0; ; repeats++) {
      await this.connection.whenBack(signal);
      signal.throwIfAborted();
      const named = this.canResume;
      try {
        const response = await this.#post(request, 'text/event-stream', signal, named ? key : undefined);
        onOpen();
        return await readEvents(response, hear, signal);
      } catch (error) {
        const wait = named && !began && repeats < mostRepeats ? waitBeforeRepeat(error, repeats) : null;
        if (wait === null || signal.aborted) throw error;
        if (error instanceof ApiError && error.status !== 503) this.connection.checkServer();
        await pause(wait, signal);
      }
    }
  }

  /** Reads the live feed of a thread: the events after `after`, then each as it happens. Only where `canResume`. */
  async live(
    threadId: string,
    after: number,
    untilIdle: boolean,
    options: { signal: AbortSignal; onOpen(): void; onEvent: OnEvent },
  ): Promise<void> {
    const response = await this.#send(
      `${this.#threadUrl(threadId, 'stream')}?after=${after}${untilIdle ? '&until=idle' : ''}`,
      {
        method: 'GET',
        headers: await this.#headers('text/event-stream'),
        signal: options.signal,
      },
    );
    options.onOpen();
    await readEvents(response, options.onEvent, options.signal);
  }

  /** Stops the running answer of a thread. Only where `canResume`; elsewhere closing the stream stops it. */
  async stop(threadId: string): Promise<void> {
    await this.#send(this.#threadUrl(threadId, 'stop'), {
      method: 'POST',
      headers: await this.#headers('application/json'),
      // The page may be closing.
      keepalive: true,
      signal: AbortSignal.timeout(5000),
    });
  }

  /** Lists threads by last activity; with a query, those that contain it. Null where the server has no such list. */
  async threads(query: string, after: string | undefined): Promise<Page<Thread> | null> {
    if (!this.canResume) return null;
    const asked = new URLSearchParams({ limit: '30', ...(query && { query }), ...(after && { after }) });
    try {
      const response = await this.#send(`${this.#urlBelow('threads')}?${asked}`, {
        method: 'GET',
        headers: await this.#headers('application/json', false),
      });
      return (await response.json()) as Page<Thread>;
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 405)) return null;
      throw error;
    }
  }

  /** Returns an address of a sent file, valid for a few minutes. Null where the server gives no files back. */
  async fileUrl(id: string): Promise<string | null> {
    if (!this.canResume) return null;
    const response = await this.#send(this.#urlBelow(`attachments/${encodeURIComponent(id)}`), {
      method: 'GET',
      headers: await this.#headers('application/json', false),
    });
    const { url } = (await response.json()) as { url?: unknown };
    return typeof url === 'string' && /^https?:/.test(url) ? url : null;
  }

  /** Uploads a file the way `api.uploadStrategy` says, and returns the attachment that the server made of it. */
  async upload(file: File, signal: AbortSignal): Promise<WireAttachment> {
    const { api } = this.#config();
    const strategy = 'uploadStrategy' in api ? api.uploadStrategy : undefined;
    if (strategy?.type === 'direct') {
      const response = await this.#send(strategy.uploadUrl, {
        method: 'POST',
        body: asForm(file),
        headers: await this.#headers('application/json', false),
        signal,
      });
      return attachmentOf(await response.json());
    }
    const params = { name: file.name, size: file.size, mime_type: file.type || 'application/octet-stream' };
    const { body } = await this.ask<WireAttachment>({ type: 'attachments.create', params }, signal);
    const attachment = attachmentOf(body);
    const target = attachment.upload_descriptor;
    if (!target) return attachment;
    const method = target.method === 'PUT' ? 'PUT' : 'POST';
    const init: RequestInit = {
      method,
      body: method === 'PUT' ? file : asForm(file),
      headers: { ...target.headers },
      signal,
    };
    const url = new URL(target.url, document.baseURI);
    // A signed address elsewhere must not get what the page's fetch adds for its own server.
    const response =
      url.origin === new URL(this.#url(), document.baseURI).origin
        ? await this.#fetch(url.href, init)
        : await fetch(url, { ...init, credentials: 'omit' }).catch(unreachable(signal));
    if (!response.ok) throw await errorOf(response);
    return attachment;
  }

  async #post(
    request: PlainRequest | StreamingRequest,
    accept: string,
    signal?: AbortSignal,
    key?: string,
  ): Promise<Response> {
    const init: RequestInit = {
      method: 'POST',
      headers: { ...(await this.#headers(accept)), ...(key !== undefined && { 'Idempotency-Key': key }) },
      body: JSON.stringify(request),
    };
    if (signal) init.signal = signal;
    return this.#send(this.#url(), init);
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    let response = await this.#fetch(url, init);
    if (response.status === 401) {
      const headers = init.headers as Record<string, string>;
      // The secret may have expired: the page is asked once for a new one.
      const renewed = await this.secret(headers.Authorization?.slice('Bearer '.length));
      if (renewed !== undefined) {
        init.headers = { ...headers, Authorization: `Bearer ${renewed}` };
        response = await this.#fetch(url, init);
      }
    }
    if (response.headers.get('causerie-resume') === '1') this.#offeredBy = this.#url();
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const { api } = this.#config();
    const own = 'fetch' in api ? api.fetch : undefined;
    const response = await Promise.resolve()
      .then(() => (own ? own(url, init) : fetch(url, init)))
      .catch(unreachable(init.signal ?? undefined));
    // A page's fetch wrapper often forgets to return, so the error names it.
    if (!response) throw new ApiError(0, 'network', 'api.fetch returned no response.');
    return response;
  }

  /** Returns a plain object, since pages spread it in their `api.fetch`. */
  async #headers(accept: string, json = true): Promise<Record<string, string>> {
    const { locale } = this.#config();
    const headers: Record<string, string> = { Accept: accept, 'Accept-Language': locale };
    if (json) headers['Content-Type'] = 'application/json';
    if (this.canResume) headers['Causerie-Resume'] = '1';
    const secret = await this.secret();
    if (secret !== undefined) headers.Authorization = `Bearer ${secret}`;
    return headers;
  }

  #url(): string {
    return this.#config().api.url ?? '';
  }

  #threadUrl(threadId: string, leaf: string): string {
    return this.#urlBelow(`threads/${encodeURIComponent(threadId)}/${leaf}`);
  }

  #urlBelow(path: string): string {
    return `${this.#url()
      .replace(/[?#].*$/, '')
      .replace(/\/$/, '')}/${path}`;
  }
}

/** How long to wait, in ms, before a request that failed with `error` is repeated; null when a repeat would not help. */
function waitBeforeRepeat(error: unknown, repeats: number): number | null {
  if (!(error instanceof ApiError)) return null;
  const { status, retryAfter = 0 } = error;
  // A 503 without `Retry-After` comes from a server that is not set up for the request.
  const passes = status === 0 || status === 502 || status === 504 || (status === 503 && retryAfter > 0);
  if (!passes || retryAfter > longestWait) return null;
  return Math.max(retryAfter * 1000, firstRepeatMs * 2 ** repeats * (0.5 + Math.random() / 2));
}

function unreachable(signal: AbortSignal | undefined): (cause: unknown) => never {
  return (cause) => {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof ApiError) throw cause;
    throw new ApiError(0, 'network', undefined, { cause });
  };
}

function asForm(file: File): FormData {
  const form = new FormData();
  form.set('file', file, file.name);
  return form;
}

function attachmentOf(body: unknown): WireAttachment {
  const attachment = body as WireAttachment | null;
  if (!attachment || typeof attachment.id !== 'string') throw new ApiError(200, 'format');
  return attachment;
}
