import { AppError } from '../../../errors.ts';
import type { LogQueries } from '../log/queries.ts';
import { accessConversation } from '../rights/access.ts';
import type { RunQueries } from '../runs/queries.ts';
import type { Conversation } from '../types.ts';
import { checkSignal, type Signal } from './signals.ts';
import { type FeedOutput, type Follower, Tail, type TailDeps, type Wire } from './tail.ts';

/** Rows read at a time while catching up. */
const batch = 200;
/** So much may be told to the others while one reads the log; then it begins anew from where it is. */
const mostHeld = 2000;

export type Reader<Frame> = {
  wire: Wire<Frame>;
  /** Called in order, never concurrently; must not throw and must not wait. */
  tell(frame: Frame, output: FeedOutput): void;
  /** The feed broke off: nothing follows. */
  onError(error: unknown): void;
  /** Who lacks more events than this reads the conversation anew instead of following what led to it. Default: nobody. */
  mostBehind?: number;
};

export type Following = {
  /** The number of the last event that was told. */
  readonly lastEvent: number;
  close(): void;
  /** The reader is slow: nothing is told until `resume`, which goes on from the last event, with what is in flight then. */
  pause(): void;
  resume(): void;
  /** Tells the conversation's followers what the person does. Throws `bad_request` for a signal that is too large. */
  signal(signal: Pick<Signal, 'type' | 'key' | 'data'>): void;
};

/** Who reads the conversation anew may follow from its last event on. */
const eventsGone = ({ lastEvent }: Conversation) =>
  new AppError('events_gone', undefined, { details: { last_event: lastEvent } });

/** The feeds of this process: one tail for each conversation that anybody follows here. */
export function createFeeds(deps: TailDeps & { log: LogQueries; runQueries: Pick<RunQueries, 'pieces' | 'lastRun'> }) {
  const tails = new Map<string, Tail>();

  /** A tail that is open as this returns. One that the last of its followers left meanwhile is none. */
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
    /** A run begins in this process: those who follow its conversation hear it. */
    attach: (run: Parameters<Tail['attach']>[0]) => tails.get(run.conversationId)?.attach(run),

    get count(): number {
      return tails.size;
    },

    /**
     * Follows a conversation from event `after` on. First the events after it, then what runs in flight have said, then
     * `caught-up`; from there on all that happens, as it happens.
     *
     * Throws, before the first output, `not_found` when the person has no such conversation, `bad_request` for an event that
     * has not happened yet, and `events_gone` for one so long ago that those after it are not kept, or more than the reader
     * wants; its details say `last_event`, from which who has read the conversation anew may follow.
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
      /** The log may be trimmed while one reads it, or rests. */
      const refuseGone = async () => {
        const now = await accessConversation(deps.log, personId, conversationId);
        if (lastEvent < now.trimmedTo) throw eventsGone(now);
      };
      let lastEvent = after;
      /** What the others are told while this one reads; null while it is told at once. */
      let held: [Frame, FeedOutput][] | null = null;
      let state: 'closed' | 'open' | 'paused' = 'open';
      /** Counts the times it began: what an earlier one still reads is nothing to it. */
      let turn = 0;
      let isCaughtUp = false;
      let tail: Tail | undefined;

      const tell = (frame: Frame, output: FeedOutput) => {
        if (output.kind === 'event') lastEvent = output.event.n;
        reader.tell(frame, output);
        if (output.kind === 'gone') close();
      };
      const tellOwn = (output: FeedOutput) => {
        if (state === 'open') tell(reader.wire.encode(output, conversationId), output);
      };
      const follower: Follower<Frame> = {
        personId,
        wire: reader.wire,
        tell(frame, output) {
          if (state !== 'open') return;
          if (!held) return tell(frame, output);
          held.push([frame, output]);
          if (held.length > mostHeld) begin();
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
        held = null;
      };
      const close = () => {
        state = 'closed';
        leave();
      };

      /** Takes its place in the tail, and reads what lies before it. */
      const begin = () => {
        leave();
        const mine = turn;
        void catchUp(mine).catch((error) => {
          tail?.closeIfUnused();
          if (mine !== turn) return;
          if (error.code === 'not_found') tellOwn({ kind: 'gone' });
          else follower.onError(error);
        });
      };
      const catchUp = async (mine: number) => {
        let joined: Tail;
        do {
          joined = await tailOf(conversation);
          tail = joined;
          // The tail may be behind what was there when this one came, and must not tell it that this was all.
          const known = Math.max(lastEvent, conversation.lastEvent);
          if (known > joined.lastEvent) await joined.readUpTo(known);
          if (mine !== turn) return joined.closeIfUnused();
        } while (joined.isClosed);
        held = [];
        const place = joined.join(follower as Follower);
        while (lastEvent < place.lastEvent) {
          const upTo = place.lastEvent;
          const events = await deps.log.readEvents(personId, conversationId, { after: lastEvent, upTo, limit: batch });
          if (mine !== turn) return;
          // Nothing, though the log has grown: what was written is withdrawn, or the right is gone.
          if (events.length === 0 && !(await deps.log.findConversation(personId, conversationId)))
            return tellOwn({ kind: 'gone' });
          if (mine !== turn) return;
          if (events[0] && events[0].n > lastEvent + 1) await refuseGone();
          if (mine !== turn) return;
          for (const event of events) tellOwn({ kind: 'event', event, isNews: isCaughtUp });
          if (events.length < batch) break;
        }
        for (const output of place.outputs) tellOwn(output);
        if (!isCaughtUp) {
          const lastRun = place.running ? null : await deps.runQueries.lastRun(conversationId);
          if (mine !== turn) return;
          isCaughtUp = true;
          const interrupted = lastRun?.state === 'interrupted' && !lastRun.followed;
          tellOwn({ kind: 'caught-up', running: place.running, interrupted });
        }
        const waiting = held ?? [];
        held = null;
        for (const [frame, output] of waiting) follower.tell(frame, output);
      };

      // The place is taken before this returns: nothing that happens from now on is missed.
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
