import { AppError } from '../../../errors.ts';
import type { LogQueries } from '../log/queries.ts';
import { accessConversation } from '../rights/access.ts';
import type { RunQueries } from '../runs/queries.ts';
import type { Conversation } from '../types.ts';
import { checkSignal, type Signal } from './signals.ts';
import { type FeedOutput, type Follower, Tail, type TailDeps, type Wire } from './tail.ts';

/** Rows read at a time while catching up. */
const batch = 200;
/** The most outputs kept for a reader that still reads the log; beyond that it starts again from its last event. */
const mostBacklog = 2000;

export type Reader<Frame> = {
  wire: Wire<Frame>;
  /** Called in order, never concurrently; must not throw and must not wait. */
  send(frame: Frame, output: FeedOutput): void;
  /** The feed broke off: nothing follows. */
  onError(error: unknown): void;
  /** A reader that lacks more events than this must read the conversation anew (`events_gone`). Default: no limit. */
  mostBehind?: number;
};

export type Following = {
  /** The number of the last event sent to the reader. */
  readonly lastEvent: number;
  close(): void;
  /** Stops sending to a slow reader. `resume` goes on after its last event, with a new snapshot of what is in flight. */
  pause(): void;
  resume(): void;
  /** Sends a signal of the person to the conversation's followers. Throws `bad_request` for a signal that is too large. */
  signal(signal: Pick<Signal, 'type' | 'key' | 'data'>): void;
};

/** The details give `last_event`: a client that has read the conversation anew may follow from there. */
const eventsGone = ({ lastEvent }: Conversation) =>
  new AppError('events_gone', undefined, { details: { last_event: lastEvent } });

/** The feeds of this process: one tail for each conversation that is followed here. */
export function createFeeds(deps: TailDeps & { log: LogQueries; runQueries: Pick<RunQueries, 'pieces' | 'lastRun'> }) {
  const tails = new Map<string, Tail>();

  /** Returns an open tail. A tail that its last follower left meanwhile is replaced. */
  const tailOf = async (conversation: Conversation): Promise<Tail> => {
    const { id } = conversation;
    for (;;) {
      let tail = tails.get(id);
      if (!tail) {
        const made = new Tail(deps, conversation, () => {
          if (tails.get(id) === made) tails.delete(id);
        });
        tail = made;
        tails.set(id, tail);
      }
      await tail.ready;
      if (tail.isGone) throw new AppError('not_found', `Conversation ${id} not found`);
      if (!tail.isClosed) return tail;
    }
  };

  return {
    /** Shows a run that begins in this process to the followers of its conversation. */
    attach: (run: Parameters<Tail['attach']>[0]) => tails.get(run.conversationId)?.attach(run),

    get count(): number {
      return tails.size;
    },

    /**
     * Follows a conversation from event `after` on. The reader receives the events after it, then snapshots of the runs in
     * flight, then `caught-up`, and after that everything as it happens.
     *
     * Throws before the first output: `not_found` when the person has no such conversation; `bad_request` for an event that
     * has not happened yet; `events_gone` when the events after it are trimmed, or more than the reader wants. Its details
     * give `last_event`: a client that has read the conversation anew may follow from there.
     */
    async follow<Frame>(
      personId: string,
      conversationId: string,
      after: number,
      reader: Reader<Frame>,
    ): Promise<Following> {
      const conversation = await accessConversation(deps.log, personId, conversationId);
      if (after > conversation.lastEvent) {
        throw new AppError('bad_request', `The conversation's last event is ${conversation.lastEvent}, not ${after}.`);
      }
      const behind = conversation.lastEvent - after;
      if (after < conversation.trimmedTo || behind > (reader.mostBehind ?? Number.POSITIVE_INFINITY))
        throw eventsGone(conversation);
      /** The log may be trimmed while the reader catches up or pauses. */
      const refuseTrimmed = async () => {
        const now = await accessConversation(deps.log, personId, conversationId);
        if (lastEvent < now.trimmedTo) throw eventsGone(now);
      };
      let lastEvent = after;
      /** Outputs that wait while the reader catches up; null once they are sent at once. */
      let backlog: [Frame, FeedOutput][] | null = null;
      let state: 'closed' | 'open' | 'paused' = 'open';
      /** Counts the starts: a read that belongs to an earlier start is ignored. */
      let turn = 0;
      let isCaughtUp = false;
      let tail: Tail | undefined;

      const send = (frame: Frame, output: FeedOutput) => {
        if (output.kind === 'event') lastEvent = output.event.n;
        reader.send(frame, output);
        if (output.kind === 'gone') close();
      };
      const sendOwn = (output: FeedOutput) => {
        if (state === 'open') send(reader.wire.encode(output, conversationId), output);
      };
      const follower: Follower<Frame> = {
        personId,
        wire: reader.wire,
        send(frame, output) {
          if (state !== 'open') return;
          if (!backlog) return send(frame, output);
          backlog.push([frame, output]);
          if (backlog.length > mostBacklog) begin();
        },
        onError(error) {
          if (state === 'closed') return;
          close();
          reader.onError(error);
        },
      };
      const leave = () => {
        turn++;
        tail?.leave(follower as Follower);
        backlog = null;
      };
      const close = () => {
        state = 'closed';
        leave();
      };

      /** Joins the tail and reads the events before that place. */
      const begin = () => {
        leave();
        const mine = turn;
        void catchUp(mine).catch((error) => {
          tail?.closeIfUnused();
          if (mine !== turn) return;
          if (error.code === 'not_found') sendOwn({ kind: 'gone' });
          else follower.onError(error);
        });
      };
      const catchUp = async (mine: number) => {
        let joined: Tail;
        do {
          joined = await tailOf(conversation);
          tail = joined;
          // The tail may be behind the state that this reader was promised, and must not send `caught-up` too early.
          const known = Math.max(lastEvent, conversation.lastEvent);
          if (known > joined.lastEvent) await joined.readUpTo(known);
          if (mine !== turn) return joined.closeIfUnused();
        } while (joined.isClosed);
        backlog = [];
        const place = joined.join(follower as Follower);
        while (lastEvent < place.lastEvent) {
          const upTo = place.lastEvent;
          const events = await deps.log.readEvents(personId, conversationId, { after: lastEvent, upTo, limit: batch });
          if (mine !== turn) return;
          // No rows although the log has grown: the write was rolled back, or the person lost access.
          if (events.length === 0 && !(await deps.log.findConversation(personId, conversationId)))
            return sendOwn({ kind: 'gone' });
          if (mine !== turn) return;
          if (events[0] && events[0].n > lastEvent + 1) await refuseTrimmed();
          if (mine !== turn) return;
          for (const event of events) sendOwn({ kind: 'event', event, isNews: isCaughtUp });
          if (events.length < batch) break;
        }
        for (const output of place.outputs) sendOwn(output);
        if (!isCaughtUp) {
          const lastRun = place.running ? null : await deps.runQueries.lastRun(conversationId);
          if (mine !== turn) return;
          isCaughtUp = true;
          const interrupted = lastRun?.state === 'interrupted' && !lastRun.followed;
          sendOwn({ kind: 'caught-up', running: place.running, interrupted });
        }
        const waiting = backlog ?? [];
        backlog = null;
        for (const [frame, output] of waiting) follower.send(frame, output);
      };

      // Get the tail before returning: the reader misses nothing that happens from now on.
      tail = await tailOf(conversation);
      begin();

      return {
        get lastEvent() {
          return lastEvent;
        },
        close,
        pause() {
          if (state !== 'open') return;
          state = 'paused';
          leave();
        },
        resume() {
          if (state !== 'paused') return;
          state = 'open';
          begin();
        },
        signal(signal) {
          checkSignal(signal);
          if (state === 'open') tail?.signal({ ...signal, personId });
        },
      };
    },
  };
}
