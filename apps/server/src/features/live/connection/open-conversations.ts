import { liveSocket } from '@causerie/api';
import { AppError } from '../../../errors.ts';
import type { Places } from '../../../platform/limits/index.ts';
import type { Frame } from '../../../platform/sockets/index.ts';
import type { Conversations, FeedOutput, Following } from '../../conversations/index.ts';
import type { LiveWire } from '../wire.ts';
import type { Outbox } from './outbox.ts';

/** The most events a reader may lack; beyond it, the client reads the conversation anew over HTTP. */
const mostBehind = 500;
const { mostOpen } = liveSocket;

type Deps = {
  conversations: Pick<Conversations, 'follow'>;
  personId: string;
  wire: LiveWire;
  outbox: Outbox;
  /** The limit of open conversations over all of the person's sockets. */
  places: Places;
  /** A conversation was opened or closed. */
  onChange(conversation: string, isOpen: boolean): void;
  /** The feed broke off after the event `lastEvent`; a client that opens it again continues from there. */
  onBroken(conversation: string, lastEvent: number, error: unknown): void;
};

type Open = {
  conversation: string;
  following: Following | null;
  /** Outputs from before the answer to the opening has left; null from then on. */
  held: [Frame | null, FeedOutput][] | null;
  /** The frame that found the reader slow: it goes first when the reader has taken the rest. */
  kept: Frame | null;
  leave(): void;
};

/** The conversations that one socket has open. */
export class OpenConversations {
  readonly #deps: Deps;
  readonly #open = new Map<string, Open>();
  /** Conversations that wait until the reader has taken its frames. */
  readonly #paused = new Set<Open>();
  #isClosed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  has(conversation: string): boolean {
    return this.#open.has(conversation);
  }

  names(): Iterable<string> {
    return this.#open.keys();
  }

  /**
   * Follows a conversation from event `after` on; an open one starts again from there. Calls `onOpen` before the first
   * frame of it. Throws what `follow` throws, and `too_many_feeds`.
   */
  async open(conversation: string, after: number, onOpen: () => void): Promise<void> {
    const { conversations, personId, wire, outbox, places } = this.#deps;
    this.close(conversation);
    const leave = this.#open.size < mostOpen ? places.take(personId) : 'key';
    if (typeof leave === 'string')
      throw new AppError('too_many_feeds', `A socket may have at most ${mostOpen} conversations open. Close some.`);
    const open: Open = { conversation, following: null, held: [], kept: null, leave };
    this.#open.set(conversation, open);
    this.#deps.onChange(conversation, true);
    try {
      open.following = await conversations.follow(personId, conversation, after, {
        wire,
        mostBehind,
        send: (frame, output) => this.#tell(open, frame, output),
        onError: (error) => {
          const lastEvent = open.following?.lastEvent ?? after;
          if (this.#remove(open)) this.#deps.onBroken(conversation, lastEvent, error);
        },
      });
    } catch (error) {
      this.#remove(open);
      throw error;
    }
    // The socket ended meanwhile.
    if (this.#isClosed) return open.following.close();
    onOpen();
    const { held } = open;
    open.held = null;
    // However slow the reader is: all of it counts as sent.
    for (const [frame, output] of held ?? []) {
      if (frame) outbox.write(frame);
      if (output.kind === 'gone') this.#remove(open);
    }
  }

  /** Does nothing for a conversation that is not open. */
  close(conversation: string): void {
    const open = this.#open.get(conversation);
    if (open) this.#remove(open);
  }

  /** Null where it is not open. */
  following(conversation: string): Following | null {
    return this.#open.get(conversation)?.following ?? null;
  }

  /** The reader has taken all frames: waiting conversations continue after their last event, until the reader is slow again. */
  resume(): void {
    for (const open of this.#paused) {
      if (this.#deps.outbox.isSlow) return;
      this.#paused.delete(open);
      if (open.kept) this.#deps.outbox.write(open.kept);
      open.kept = null;
      open.following?.resume();
    }
  }

  closeAll(): void {
    this.#isClosed = true;
    for (const open of [...this.#open.values()]) this.#remove(open);
  }

  #tell(open: Open, frame: Frame | null, output: FeedOutput): void {
    if (open.held) {
      open.held.push([frame, output]);
      return;
    }
    const { outbox } = this.#deps;
    if (output.kind === 'gone') {
      this.#remove(open);
      if (open.kept) outbox.write(open.kept);
    }
    if (!outbox.isSlow || output.kind === 'gone') {
      if (frame) outbox.write(frame);
      return;
    }
    // A later signal replaces an earlier one, so a dropped signal does no harm.
    if (output.kind === 'signal' || !open.following || this.#paused.has(open)) return;
    // Frames already sent stay valid; the log and the runs in flight are read again from here.
    open.kept = frame;
    this.#paused.add(open);
    open.following.pause();
  }

  #remove(open: Open): boolean {
    if (this.#open.get(open.conversation) !== open) return false;
    this.#open.delete(open.conversation);
    this.#deps.onChange(open.conversation, false);
    this.#paused.delete(open);
    open.following?.close();
    open.leave();
    return true;
  }
}
