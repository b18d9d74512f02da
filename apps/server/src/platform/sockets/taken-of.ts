import type { Socket } from 'node:net';

/** How many of the socket's bytes the system has taken. */
export function takenOf(socket: Socket): number {
  const handle = (socket as { _handle?: { bytesWritten: number; writeQueueSize: number } | null })._handle;
  return handle ? handle.bytesWritten - handle.writeQueueSize : socket.bytesWritten;
}
