import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** A reader that takes less while more waits for it counts as one that takes nothing. The slowest phone line is quicker. */
const leastBytesPerSecond = 4096;
/** So often, within the time it has, a reader is looked at. */
const looks = 4;

/** How far a reader got at the last look. */
type Mark = { handed: number; taken: number; lateMs: number };

/**
 * Sends away readers that do not take their answer, whatever it is: a stream, a page, a file; while it is written and when
 * it is complete. What they do not take stays in memory, and a dozen of them could fill it.
 *
 * Looked at are the bytes that the system has taken, since one large write counts as nothing until it is through: Node
 * tells them of no socket, but of its handle, as its own time limit of sockets uses it.
 */
export function limitWriting(server: Server, patienceMs: number): void {
  const everyMs = patienceMs / looks;
  const marks = new Map<Socket, Mark>();
  // All connections, since one may have asked for several answers at once; from one that waits for nothing, nothing is due.
  server.on('connection', (socket) => {
    marks.set(socket, { handed: 0, taken: 0, lateMs: 0 });
    socket.once('close', () => marks.delete(socket));
  });
  const sampling = setInterval(() => {
    for (const [socket, mark] of marks) {
      const taken = takenOf(socket);
      // All that waited at the last look is through: whatever waits now is new.
      const late = taken < mark.handed && taken - mark.taken < (leastBytesPerSecond * everyMs) / 1000;
      mark.lateMs = late ? mark.lateMs + everyMs : 0;
      mark.handed = socket.bytesWritten;
      mark.taken = taken;
      if (mark.lateMs >= patienceMs) socket.destroy();
    }
  }, everyMs).unref();
  server.once('close', () => clearInterval(sampling));
}

function takenOf(socket: Socket): number {
  const handle = (socket as { _handle?: { bytesWritten: number; writeQueueSize: number } | null })._handle;
  return handle ? handle.bytesWritten - handle.writeQueueSize : socket.bytesWritten;
}
