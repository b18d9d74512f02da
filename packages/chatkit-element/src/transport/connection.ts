import { Signal } from '../state/signal.ts';
import { ApiError } from './api-error.ts';
import { pause } from './pause.ts';

/** How long the server has for its first answer, in ms: two seconds after the network went, people know. */
const firstAnswerMs = 1500;
const laterAnswerMs = 8000;
/** How often it is asked while it does not answer, in ms, doubled each time up to the second. */
const firstPauseMs = 1000;
const longestPauseMs = 10_000;

/**
 * Whether the server can be reached. What a browser thinks of the network is a reason to ask, never an answer: the server
 * may be on this very machine, and a network may lead nowhere.
 */
export class Connection {
  /** The server was asked and did not answer. */
  readonly away = new Signal(false);
  readonly #ask: (signal: AbortSignal) => Promise<unknown>;
  #asking: Promise<void> | null = null;
  #stop = new AbortController();

  /** @param ask any question that changes nothing; whatever the server says to it, it is there. */
  constructor(ask: (signal: AbortSignal) => Promise<unknown>) {
    this.#ask = ask;
  }

  start(): void {
    this.#stop = new AbortController();
    addEventListener('offline', this.suspect);
    if (!navigator.onLine) this.suspect();
  }

  stop(): void {
    removeEventListener('offline', this.suspect);
    this.#stop.abort();
  }

  /** Something failed as it does when the server is away: it is asked, until it answers. */
  suspect = (): void => {
    this.#asking ??= this.#askUntilAnswered(this.#stop.signal).finally(() => {
      this.#asking = null;
    });
  };

  /** Resolves when nothing is known against the server's being there, or `signal` is aborted. */
  async back(signal: AbortSignal): Promise<void> {
    if (!this.#asking) return;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([this.#asking, aborted]);
  }

  async #askUntilAnswered(stop: AbortSignal): Promise<void> {
    for (let failures = 0; !stop.aborted && !(await this.#answers(stop, failures)); failures++) {
      this.away.value = true;
      const wait = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
      // Everybody whose server restarts would come back at once.
      await pause(wait * (0.5 + Math.random() / 2), stop);
    }
    this.away.value = false;
  }

  async #answers(stop: AbortSignal, failures: number): Promise<boolean> {
    const question = new AbortController();
    const giveUp = () => question.abort(new DOMException('no answer', 'TimeoutError'));
    const timer = setTimeout(giveUp, failures ? laterAnswerMs : firstAnswerMs);
    stop.addEventListener('abort', giveUp);
    try {
      await this.#ask(question.signal);
      return true;
    } catch (error) {
      // A gateway answers for a server that does not.
      return error instanceof ApiError && error.status > 0 && !(error.status >= 502 && error.status <= 504);
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', giveUp);
    }
  }
}
