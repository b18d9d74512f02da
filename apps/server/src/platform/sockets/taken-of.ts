import type { Socket } from 'node:net';

/** How many bytes the system has taken of what the socket was given. */
export function takenOf(socket: Socket): number {
  const handle = (socket as { _handle?: { bytesWritten: number; writeQueueSize: number } | null })._handle;
  return handle ? handle.bytesWritten - handle.writeQueueSize : socket.bytesWritten;
}
