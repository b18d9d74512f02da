/** Socket.IO, which stores nothing here: one room, and what one of it says is emitted to it. */
import http from 'node:http';
import { Server } from 'socket.io';

const server = http.createServer();
const io = new Server(server, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => {
  void socket.join('room');
  socket.on('message', (text: string) => io.to('room').emit('message', text));
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ ready: true, port: (server.address() as { port: number }).port })),
);
process.on('SIGTERM', () => process.exit(0));
