import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { takenOf } from '../platform/sockets/index.ts';

/** A reader that takes less than this while more waits counts as one that takes nothing. The slowest phone line is quicker. */
const leastBytesPerSecond = 4096;
/** How often a reader is checked within its time. */
const looks = 4;
/** A slow reader whose progress is invisible gets at most this multiple of the patience on top. */
const mostExtra = 20;
/** The most memory that readers beyond their patience may hold together. */
const mostHeldBytes = 32 * 1024 * 1024;

/** How far a reader got at the last look, and its incomplete answers. */
type Mark = { handed: number; taken: number; lateMs: number; answers: Set<ServerResponse> };

/**
 * Disconnects readers that do not take their answer, whether a stream, a page or a file; while it is written and when it is
 * complete. What they do not take stays in memory, and a dozen of them could fill it.
 *
 * It counts the bytes that the system has taken, since one large write counts as nothing until it is complete. Node reports
 * them only of the socket's handle, which its own time limit of sockets also reads.
 *
 * The system takes more only when a third of its buffer is free again (Linux, `sk_stream_write_space`), and that buffer
 * grows to 4 MB: of a reader that drains 60 kB a second nothing is seen for 25 s. So a reader has as much more time as a
 * steady one needs for half of what the system took. A limit on memory stops attackers who use that time to hold memory:
 * beyond what all such readers may hold together, those with the most unread bytes are disconnected first.
 */
export function limitWriting(server: Server, patienceMs: number): void {
  const everyMs = patienceMs / looks;
  const marks = new Map<Socket, Mark>();
  // All connections, since one may have asked for several answers at once; one that waits for nothing has no deadline.
  server.on('connection', (socket) => {
    marks.set(socket, { handed: 0, taken: 0, lateMs: 0, answers: new Set() });
    socket.once('close', () => marks.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    const answers = marks.get(socket)?.answers.add(response);
    response.once('close', () => answers?.delete(response));
  });
  // The owner of a socket closes it with a reason (see `Outbox`).
  server.on('upgrade', ({ socket }) => marks.delete(socket));
  const sampling = setInterval(() => {
    const overdue: { socket: Socket; holds: number }[] = [];
    for (const [socket, mark] of marks) {
      const taken = takenOf(socket);
      // Everything that waited at the last look has been taken: what waits now is new.
      const late = taken < mark.handed && taken - mark.taken < (leastBytesPerSecond * everyMs) / 1000;
      mark.lateMs = late ? mark.lateMs + everyMs : 0;
      mark.handed = socket.bytesWritten;
      mark.taken = taken;
      if (mark.lateMs < patienceMs) continue;
      const extraMs = Math.min((taken / 2 / leastBytesPerSecond) * 1000, mostExtra * patienceMs);
      if (mark.lateMs < patienceMs + extraMs) overdue.push({ socket, holds: heldFor(socket, mark.answers) });
      else socket.destroy();
    }
    let held = 0;
    for (const { socket, holds } of overdue.sort((one, other) => one.holds - other.holds)) {
      held += holds;
      if (held > mostHeldBytes) socket.destroy();
    }
  }, everyMs).unref();
  server.once('close', () => clearInterval(sampling));
}

/** The bytes in memory: what the socket was given, and the answers to pipelined requests, which it gets one after the other. */
function heldFor(socket: Socket, answers: Set<ServerResponse>): number {
  let bytes = socket.writableLength;
  for (const answer of answers) if (!answer.socket) bytes += answer.writableLength;
  return bytes;
}
