import { closeCodes } from '@causerie/api';
import { createPlaces } from '../../platform/limits/index.ts';
import type { FrameWriter } from '../../platform/sockets/index.ts';
import type { Conversations } from '../conversations/index.ts';
import { createPersonBudgets } from './connection/budget.ts';
import { Connection, type ConnectionDeps, type LiveTimes } from './connection/connection.ts';
import { type EndedSessions, watchSessions } from './watch-sessions.ts';
import { type LiveWire, liveWire, type PresentItem } from './wire.ts';

/** The most conversations that one person may have open in this process, for each allowed socket; one socket may have more. */
const openForEachSocket = 32;
/** The longest delay before clients reconnect after a restart, so that they do not all come at once. */
const longestRetryMs = 3000;

const usualTimes: LiveTimes = { helloMs: 10_000, pingMs: 30_000, slowMs: 30_000 };

/** What a door brings along for each socket. */
export type LiveSocket = {
  person: ConnectionDeps['person'];
  sessionId: string;
  /** The origin of addresses given to this client. */
  origin: string;
  writer: FrameWriter;
  log: ConnectionDeps['log'];
  close(code: number, reason: string): void;
};

export type Live = ReturnType<typeof createLive>;

/** The live sockets of this process: one `Connection` for each. */
export function createLive(deps: {
  conversations: Conversations;
  /** The payload of an item with addresses that begin with `origin`. */
  present(item: Parameters<PresentItem>[0], origin: string): ReturnType<PresentItem>;
  sessions: EndedSessions;
  /** The most sockets of one person. */
  maxSockets: number;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  log: { warn(details: object, message: string): void };
  times?: Partial<LiveTimes>;
}) {
  const times = { ...usualTimes, ...deps.times };
  const open = new Set<LiveSocket>();
  const places = createPlaces({ each: openForEachSocket * deps.maxSockets });
  const budgetOf = createPersonBudgets(deps.maxSockets);
  const watch = watchSessions(deps.sessions, deps.log, () => open);
  deps.stopping.addEventListener('abort', () => {
    for (const socket of open)
      socket.close(closeCodes.restarting, `retry_ms=${Math.ceil(Math.random() * longestRetryMs)}`);
  });

  /** One encoder for all readers of an origin, so that each output is encoded once. */
  const wires = new Map<string, { wire: LiveWire; present: PresentItem }>();
  const wireFor = (origin: string) => {
    const known = wires.get(origin);
    if (known) return known;
    // The caller names the origin, so there can be any number of them.
    if (wires.size >= 100) wires.clear();
    const present: PresentItem = (item) => deps.present(item, origin);
    const made = { wire: liveWire(present), present };
    wires.set(origin, made);
    return made;
  };

  return {
    times,
    maxSockets: deps.maxSockets,

    /** Adds a client; call `end` when its socket is closed. */
    connect(socket: LiveSocket): Pick<Connection, 'receive' | 'charge' | 'isSlow' | 'end'> {
      const { person, origin, writer, log, close } = socket;
      const { conversations } = deps;
      const connection = new Connection({
        conversations,
        person,
        ...wireFor(origin),
        writer,
        places,
        budget: budgetOf(person.id),
        times,
        log,
        close,
      });
      open.add(socket);
      return {
        receive: (text) => connection.receive(text),
        charge: () => connection.charge(),
        get isSlow() {
          return connection.isSlow;
        },
        end() {
          open.delete(socket);
          connection.end();
        },
      };
    },

    close: watch.close,
  };
}
