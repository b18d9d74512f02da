import { type ClientFrame, closeCodes, type FrameId, liveSocket } from '@causerie/api';
import { AppError } from '../../../errors.ts';
import type { Places } from '../../../platform/limits/index.ts';
import type { FrameWriter } from '../../../platform/sockets/index.ts';
import type { Conversations } from '../../conversations/index.ts';
import { readFrame, UnreadableFrame } from '../frames.ts';
import { errorOf, frame, type LiveWire, listPageFrame, type PresentItem } from '../wire.ts';
import { Budget, costs } from './budget.ts';
import { OpenConversations } from './open-conversations.ts';
import { Outbox } from './outbox.ts';
import { PersonList } from './person-list.ts';
import { ThrottledSignals } from './throttle-signals.ts';

/** Time limits in milliseconds: for the `hello`, between two pings, and for a reader that takes nothing. */
export type LiveTimes = { helloMs: number; pingMs: number; slowMs: number };

export type ConnectionDeps = {
  conversations: Conversations;
  person: { id: string; name: string };
  wire: LiveWire;
  present: PresentItem;
  writer: FrameWriter;
  /** The limit of open conversations over all of the person's sockets. */
  places: Places;
  /** The request budget over all of the person's sockets. */
  budget: Budget;
  times: LiveTimes;
  log: { error(details: object, message: string): void };
  /** Closes the socket with a code and a reason. */
  close(code: number, reason: string): void;
};

/** How many conversations of one `resume` are opened at the same time. */
const openedAtOnce = 4;
/** The most requests that wait for the one before them. */
const mostWaiting = 240;

type Frame<Type extends ClientFrame['type']> = Extract<ClientFrame, { type: Type }>;
/** Requests that need the database; they are answered in turn. */
type Request = Exclude<ClientFrame, { type: 'ping' | 'signal' }>;

/** One client on its socket: its requests, answered in their order, and the frames it receives. */
export class Connection {
  readonly #deps: ConnectionDeps;
  readonly #budget = new Budget();
  readonly #outbox: Outbox;
  readonly #open: OpenConversations;
  readonly #list: PersonList;
  readonly #signals: ThrottledSignals<Frame<'signal'>>;
  readonly #waiting: Request[] = [];
  readonly #helloTimer: NodeJS.Timeout;
  #isGreeted = false;
  #isBusy = false;
  #isClosed = false;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    const { person, conversations, times } = deps;
    this.#outbox = new Outbox(deps.writer, times.slowMs, {
      drained: () => {
        this.#open.resume();
        this.#list.resume();
      },
      hopeless: () => deps.close(closeCodes.slow, 'slow'),
    });
    this.#open = new OpenConversations({
      conversations,
      personId: person.id,
      wire: deps.wire,
      outbox: this.#outbox,
      places: deps.places,
      onChange: (conversation, isOpen) => this.#list.noteOpen(conversation, isOpen),
      onBroken: (conversation, lastEvent, error) => {
        if (isGone(error)) this.#tell({ type: 'limited', conversation, ...error.details });
        else this.#tell({ type: 'closed', conversation, n: lastEvent, error: errorOf(this.#known(error)) });
      },
    });
    this.#list = new PersonList({
      open: (cursor, reader) => conversations.openInbox(person.id, cursor, reader),
      outbox: this.#outbox,
      opened: this.#open,
      toFrame: (page, id) => listPageFrame(page, deps.present, id),
    });
    this.#signals = new ThrottledSignals(({ conversation, signal, key, data }) =>
      this.#open.following(conversation)?.signal({ type: signal, key, data }),
    );
    this.#helloTimer = setTimeout(() => deps.close(closeCodes.noHello, 'say hello first'), times.helloMs).unref();
  }

  /** Takes one message of the client; null for a binary one. */
  receive(text: string | null): void {
    if (this.#isClosed || !this.charge()) return;
    try {
      if (text === null) throw new UnreadableFrame('bad_request', 'A frame is text.');
      this.#take(readFrame(text));
    } catch (error) {
      if (error instanceof UnreadableFrame) this.#budget.fine(costs.unreadable);
      this.#refuse(error, { id: error instanceof UnreadableFrame ? error.frameId : undefined });
    }
  }

  /** Counts a message of any kind; returns false for one too many, which ends the socket. */
  charge(): boolean {
    if (this.#budget.take(1)) return true;
    this.#deps.close(closeCodes.tooMany, 'too many frames');
    return false;
  }

  /** Whether more waits for the client than it takes; such a client is watched by its bytes, not by pings. */
  get isSlow(): boolean {
    return this.#outbox.isSlow;
  }

  /** The socket ends: no frame is sent any more. */
  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#helloTimer);
    this.#waiting.length = 0;
    this.#signals.close();
    this.#open.closeAll();
    this.#list.close();
    this.#outbox.close();
  }

  #take(given: ClientFrame): void {
    if (given.type === 'hello') this.#greet(given);
    if (!this.#isGreeted) throw new UnreadableFrame('bad_request', 'Say hello first.', { frameId: given.id });
    if (given.type === 'ping') this.#tell({ type: 'pong', id: given.id });
    else if (given.type === 'signal') this.#signal(given);
    else this.#queue(given);
  }

  #greet({ id, protocol }: Frame<'hello'>): void {
    if (this.#isGreeted) throw new UnreadableFrame('bad_request', 'A socket says hello once.', { frameId: id });
    if (protocol !== liveSocket.protocol) {
      this.#refuse(new AppError('bad_request', `This server speaks version ${liveSocket.protocol}.`), { id });
      this.#deps.close(closeCodes.otherProtocol, `protocol ${liveSocket.protocol}`);
      return;
    }
    this.#isGreeted = true;
    clearTimeout(this.#helloTimer);
  }

  #signal(given: Frame<'signal'>): void {
    const { id, conversation, signal, key } = given;
    if (!this.#open.following(conversation)) {
      this.#refuse(new AppError('conflict', 'Open the conversation first.'), { id, conversation });
      return;
    }
    if (!this.#deps.budget.take(costs.signal)) {
      if (id !== undefined) this.#refuse(rateLimited(), { id, conversation });
      return;
    }
    this.#signals.say(`${signal} ${conversation} ${key}`, given);
    if (id !== undefined) this.#tell({ type: 'done', id });
  }

  #queue(given: Request): void {
    if (this.#waiting.length >= mostWaiting) this.#deps.close(closeCodes.tooMany, 'too many frames');
    else this.#waiting.push(given);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#waiting.shift(); next && !this.#isClosed; next = this.#waiting.shift()) {
      try {
        // A reader that does not take its frames gets no more.
        await this.#outbox.drained();
        await this.#answer(next);
      } catch (error) {
        this.#refuse(error, { id: next.id, conversation: 'conversation' in next ? next.conversation : undefined });
      }
    }
    this.#isBusy = false;
  }

  async #answer(given: Request): Promise<void> {
    const { conversations, person, times } = this.#deps;
    const { id } = given;
    switch (given.type) {
      case 'hello':
        this.#tell({
          type: 'hello',
          id,
          protocol: liveSocket.protocol,
          person: { id: person.id, name: person.name },
          ping_ms: times.pingMs,
          most_open: liveSocket.mostOpen,
        });
        if (given.cursor !== undefined) await this.#list.read(given.cursor, id);
        return;
      case 'open':
        this.#charge(costs.open);
        return this.#openOne(given.conversation, given.after, id);
      case 'close':
        this.#open.close(given.conversation);
        return this.#tell({ type: 'closed', id, conversation: given.conversation });
      case 'resume':
        return this.#resume(given);
      case 'read':
        this.#charge(costs.read);
        await conversations.members.noteRead(person.id, given.conversation, {
          readTo: given.read_to,
          deliveredTo: given.delivered_to,
        });
        if (id !== undefined) this.#tell({ type: 'done', id });
    }
  }

  async #openOne(conversation: string, after: number, id: FrameId): Promise<void> {
    try {
      await this.#open.open(conversation, after, () => this.#tell({ type: 'opened', id, conversation, after }));
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#tell({ type: 'limited', id, conversation, ...error.details });
    }
  }

  async #resume({ id, cursor, conversations }: Frame<'resume'>): Promise<void> {
    const wanted = Object.entries(conversations);
    this.#charge(Math.ceil(costs.resumed * wanted.length) + (cursor === undefined ? 0 : costs.list));
    if (cursor !== undefined) await this.#list.read(cursor, id);
    const next = wanted.values();
    const openSome = async () => {
      for (const [conversation, after] of next) {
        await this.#outbox.drained();
        if (this.#isClosed) return;
        await this.#openOne(conversation, after, id).catch((error) => this.#refuse(error, { id, conversation }));
      }
    };
    await Promise.all(Array.from({ length: openedAtOnce }, openSome));
    this.#tell({ type: 'resumed', id });
  }

  #charge(cost: number): void {
    if (!this.#budget.take(cost) || !this.#deps.budget.take(cost)) throw rateLimited();
  }

  #tell(content: Parameters<typeof frame>[0]): void {
    if (!this.#isClosed) this.#outbox.write(frame(content));
  }

  #refuse(error: unknown, about: { id?: FrameId; conversation?: string | undefined } = {}): void {
    this.#tell({ type: 'error', ...about, error: errorOf(this.#known(error)) });
  }

  #known(error: unknown): AppError {
    if (error instanceof AppError) return error;
    if (!this.#isClosed) this.#deps.log.error({ err: error }, 'a frame could not be answered');
    return new AppError('internal', undefined, { cause: error });
  }
}

const rateLimited = () => new AppError('rate_limited', undefined, { retryAfter: 5 });

/** Reports that the missed events cannot be sent: the client must read the conversation anew. */
const isGone = (error: unknown): error is AppError & { details: { last_event: number } } =>
  error instanceof AppError && error.code === 'events_gone';
