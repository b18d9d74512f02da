import { AppError } from '../../errors.ts';
import type { Bus } from '../../platform/bus/index.ts';
import { accessConversation } from './access.ts';
import type { LiveRun } from './live-run.ts';
import type { ConversationQueries } from './queries.ts';
import { type Liveness, newAsker, type Runs, remoteInterestMs } from './runs.ts';
import { type BusMessage, channelOf, decodeMessage, encodeMessage } from './signals.ts';
import type { LogEvent, PendingItem } from './types.ts';

/** What a subscriber is told, in order. */
export type FeedOutput =
  /** A durable event: exactly once, without gaps, in the order of `n`. */
  | { kind: 'event'; event: LogEvent }
  /** A run is in flight and this is what it has so far; the frames that follow go on from here. */
  | { kind: 'snapshot'; runId: string; pending: PendingItem[]; allowCancel: boolean }
  /** A frame of the run in flight that no row will ever hold. */
  | { kind: 'signal'; frame: string }
  /** All that had happened when the subscriber came has been told. `running` says whether a run is in flight. */
  | { kind: 'caught-up'; running: boolean; interrupted: boolean }
  /** The conversation is no more, or no longer this person's. Nothing follows. */
  | { kind: 'gone' };

/** Rows read at a time while catching up. */
const batch = 200;
/** How long to wait for the process that has the run to send its snapshot. */
const snapshotPatienceMs = 1000;

export type Subscription = { close(): void };

/**
 * Follows a conversation from event `after` on: `onOutput` is called in order, never concurrently, and must not throw.
 *
 * Signals and notices arrive as they happen while rows are read in between, so everything goes through one queue, and a
 * notice of event `n` reads rows up to `n` and no further: reading on would tell of an item's end before the deltas that
 * still wait in the queue, and the client would apply them to the finished text.
 *
 * Throws `not_found` before the first output when the person has no such conversation.
 */
export async function subscribe(
  deps: {
    queries: ConversationQueries;
    bus: Bus;
    runs: Runs;
    process: Liveness;
  },
  personId: string,
  conversationId: string,
  after: number,
  onOutput: (output: FeedOutput) => void,
  onError: (error: unknown) => void,
): Promise<Subscription> {
  const { queries, bus, runs } = deps;
  const conversation = await accessConversation(queries, personId, conversationId);
  if (after > conversation.lastEvent) {
    throw new AppError('bad_request', `The thread's last event is ${conversation.lastEvent}, not ${after}.`);
  }

  const self = newAsker();
  const channel = channelOf(conversationId);
  let last = after;
  let closed = false;
  let unfollow: (() => void) | null = null;
  let followedRun: LiveRun | null = null;
  /** The run whose end was told last: it may be live for a moment longer, until its process hears that the end is stored. */
  let endedRun: unknown = null;
  let asking: NodeJS.Timeout | null = null;
  /** Until the snapshot is here, signals are part of it and must not be told twice. */
  let heardSnapshot: ((message: Extract<BusMessage, { kind: 'snapshot' }> | null) => void) | null = null;
  let remoteRun: string | null = null;

  // One job after another, in the order of their arrival.
  let tail: Promise<void> = Promise.resolve();
  const enqueue = (job: () => unknown) => {
    tail = tail
      .then(async () => {
        if (!closed) await job();
      })
      .catch((error) => {
        if (!closed) onError(error);
      });
  };
  const tell = (output: FeedOutput) => {
    if (!closed) onOutput(output);
  };

  const close = () => {
    closed = true;
    unfollow?.();
    if (asking) clearInterval(asking);
    void subscribed.then((unsubscribe) => unsubscribe());
  };

  /**
   * Tells the events up to `upTo` (or all there are) that were not told yet, then what a run among them has so far: in this
   * order, since what the run answers is often read along with its start. Returns whether such a run is in flight.
   */
  const readUpTo = async (upTo: number | null): Promise<boolean> => (await tellUpTo(upTo)) && followRun();

  /** Returns whether a run started among them. */
  const tellUpTo = async (upTo: number | null): Promise<boolean> => {
    let started = false;
    while (!closed && (upTo === null || last < upTo)) {
      const events = await queries.readEvents(personId, conversationId, { after: last, upTo, limit: batch });
      for (const event of events) {
        last = event.n;
        if (event.type === 'conversation.created' || event.type === 'conversation.updated') {
          event.conversation = await queries.findConversation(personId, conversationId);
          if (!event.conversation) return gone();
        }
        tell({ kind: 'event', event });
        started ||= event.type === 'run.started';
        if (event.type === 'run.ended') endedRun = event.payload?.run_id;
      }
      if (events.length === 0 && upTo !== null) {
        // Nothing up to `upTo` though the bus spoke of it: withdrawn (a claim given back), or the right is gone.
        if (!(await queries.findConversation(personId, conversationId))) return gone();
        last = Math.max(last, upTo);
      }
      if (events.length < batch) break;
    }
    return started && !closed;
  };

  const gone = () => {
    tell({ kind: 'gone' });
    close();
    return false;
  };

  /** From now on, what the run says is told as it says it; first what it has said. */
  const followRun = async (): Promise<boolean> => {
    const run = runs.live(conversationId);
    if (run && run.id !== endedRun) {
      if (run === followedRun) return true;
      unfollow?.();
      followedRun = run;
      unfollow = run.follow({
        frame(frame, n) {
          if (n === null) enqueue(() => tell({ kind: 'signal', frame }));
        },
        end() {
          followedRun = null;
        },
      });
      // Taken in the same turn of the event loop as `follow`: nothing can fall between them.
      await tellSnapshot(run.id, run.pending(), run.allowCancel);
      return true;
    }
    return followRemoteRun();
  };

  const tellSnapshot = async (runId: string, pending: PendingItem[], allowCancel: boolean) => {
    // An item may have been stored in the very moment it was still pending: its row was told, or will be.
    const stored = await queries.storedIds(
      conversationId,
      pending.map((item) => item.id),
    );
    tell({ kind: 'snapshot', runId, pending: pending.filter((item) => !stored.has(item.id)), allowCancel });
  };

  /** The run is in another process: it sends a snapshot and then its signals, as long as we ask now and then. */
  const followRemoteRun = async (): Promise<boolean> => {
    const running = await queries.runningIn(conversationId);
    // One of this process that is not live any more is just ending: its last event is on the way.
    if (!running || running.processKey === deps.process.key) return false;
    // Whoever comes back after a crash waits until it is certain, and is told of the end with the text so far.
    if ((await deps.process.verdictOn(running.processKey)) === 'dead') {
      await runs.recover();
      return false;
    }
    if (remoteRun === running.id) return true;
    const snapshot = await new Promise<Extract<BusMessage, { kind: 'snapshot' }> | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), snapshotPatienceMs);
      heardSnapshot = (message) => {
        heardSnapshot = null;
        clearTimeout(timer);
        resolve(message);
      };
      // Again and again: the other process may have begun a moment ago, and not be listening yet.
      const ask = () => {
        if (!heardSnapshot || closed) return;
        bus.publish(channel, encodeMessage({ kind: 'ask', from: self }));
        setTimeout(ask, snapshotPatienceMs / 10).unref();
      };
      ask();
    });
    heardSnapshot = null;
    remoteRun = running.id;
    if (snapshot) await tellSnapshot(snapshot.runId, snapshot.pending, snapshot.allowCancel);
    asking ??= setInterval(() => {
      if (remoteRun) bus.publish(channel, encodeMessage({ kind: 'ask', from: `${self}+` }));
    }, remoteInterestMs / 3).unref();
    return true;
  };

  const subscribed = bus.subscribe(channel, {
    message(text) {
      const message = decodeMessage(text);
      if (!message || closed) return;
      switch (message.kind) {
        case 'event':
          return enqueue(() => readUpTo(message.n));
        case 'gone':
          return enqueue(gone);
        case 'snapshot':
          // Resolved at once, not queued: the queue itself waits for it.
          if (message.to === self) heardSnapshot?.(message);
          return;
        case 'signals':
          // Those of a run in this process came directly already.
          if (runs.live(conversationId)?.id === message.runId || heardSnapshot) return;
          return enqueue(() => {
            if (remoteRun === message.runId) for (const frame of message.frames) tell({ kind: 'signal', frame });
          });
      }
    },
    gap() {
      remoteRun = null;
      enqueue(async () => {
        await readUpTo(null);
        await followRun();
      });
    },
  });
  await subscribed;

  enqueue(async () => {
    await readUpTo(null);
    // Where none is in flight, one may have ended since we read: its last words come before "that was all".
    const running = (await followRun()) || (await readUpTo(null));
    const lastRun = running ? null : await queries.lastRun(conversationId);
    tell({ kind: 'caught-up', running, interrupted: lastRun?.state === 'interrupted' && !lastRun.followed });
  });
  return { close };
}
