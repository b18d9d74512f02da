import type { PendingItem, RequestKey, RunState } from './types.ts';

/** Who follows a run in this process. Called in the order things happen; must not throw and must not wait. */
export type RunFollower = {
  /** `n` is the number of the durable event this frame tells of, or null for a signal; `kept`: no snapshot makes up for it. */
  frame(frame: string, n: number | null, urgent: boolean, kept: boolean): void;
  end(state: Exclude<RunState, 'running'>): void;
};

/** Why a run ends before it is done: a person stopped it, the server stops, or a fault of the server escaped in it. */
export type StopReason = 'stopped' | 'interrupted' | 'failed';

/**
 * A run in flight in this process: where its frames go, and what is known of the items it has not finished.
 *
 * The producer calls `emit` some hundred thousand times a second, so there is nothing here but a loop over the followers;
 * one follower is the rule.
 */
export class LiveRun {
  readonly id: string;
  /** Empty until the run is claimed. */
  conversationId = '';
  readonly personId: string;
  /** Null when the client did not name its request. */
  readonly request: RequestKey | null;
  /** The session it was begun in, and with which it ends; empty when it has none. */
  readonly sessionId: string;
  /** Set by the producer: the unfinished items as they stand at this moment. */
  pending: () => PendingItem[] = () => [];
  /** Whether a person may stop it; the producer says so in its stream options. */
  allowCancel = true;
  readonly #abort = new AbortController();
  readonly #followers = new Set<RunFollower>();
  #state: RunState = 'running';

  constructor(id: string, personId: string, request: RequestKey | null = null, sessionId = '') {
    this.id = id;
    this.personId = personId;
    this.request = request;
    this.sessionId = sessionId;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Aborted when the run is asked to stop; the reason is a `StopReason`. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  follow(follower: RunFollower): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  get followed(): boolean {
    return this.#followers.size > 0;
  }

  emit(frame: string, n: number | null, urgent: boolean, kept = n !== null): void {
    for (const follower of this.#followers) follower.frame(frame, n, urgent, kept);
  }

  stop(reason: StopReason): void {
    if (this.#state === 'running') this.#abort.abort(reason);
  }

  end(state: Exclude<RunState, 'running'>): void {
    if (this.#state !== 'running') return;
    this.#state = state;
    for (const follower of [...this.#followers]) follower.end(state);
    this.#followers.clear();
  }
}
