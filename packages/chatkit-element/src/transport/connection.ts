import { Signal } from '../state/signal.ts';
import { ApiError } from './api-error.ts';
import { pause } from './pause.ts';

/** How long the server has for its first answer, in ms: people see within two seconds that the network is gone. */
const firstAnswerMs = 1500;
const laterAnswerMs = 8000;
/** How long to wait between questions to a server that does not answer, in ms: doubled each time, up to the longest. */
const firstPauseMs = 1000;
const longestPauseMs = 10_000;

/**
 * Finds out whether the server can be reached. The browser's opinion of the network is a reason to ask, never an answer:
 * the server may be on this very machine, and a network may lead nowhere.
 */
export class Connection {
  /** The server was asked and did not answer. */
  readonly away = new Signal(false);
  readonly #ask: (signal: AbortSignal) => Promise<unknown>;
  #asking: Promise<void> | null = null;
  #stop = new AbortController();

  /** @param ask makes a request that changes nothing. Any answer shows that the server is there. */
  constructor(ask: (signal: AbortSignal) => Promise<unknown>) {
    this.#ask = ask;
  }

  start(): void {
    this.#stop = new AbortController();
    addEventListener('offline', this.checkServer);
    if (!navigator.onLine) this.checkServer();
  }

  stop(): void {
    removeEventListener('offline', this.checkServer);
    this.#stop.abort();
  }

  /** Asks the server until it answers, since something failed as it does when the server is away. */
  checkServer = (): void => {
    this.#asking ??= this.#askUntilAnswered(this.#stop.signal).finally(() => {
      this.#asking = null;
    });
  };

  /** Resolves once the server is not known to be away, or `signal` is aborted. */
  async whenBack(signal: AbortSignal): Promise<void> {
    if (!this.#asking) return;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([this.#asking, aborted]);
  }

  async #askUntilAnswered(stop: AbortSignal): Promise<void> {
    for (let failures = 0; !stop.aborted && !(await this.#answers(stop, failures)); failures++) {
      this.away.value = true;
      const wait = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
      // After a restart of the server all its clients would come back at once.
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
      // 502 to 504 come from a gateway whose server does not answer.
      return error instanceof ApiError && error.status > 0 && !(error.status >= 502 && error.status <= 504);
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', giveUp);
    }
  }
}
