/** The limit for a server that stores nothing: `ws` alone, which sends what one says to all in a loop. */
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => {
    for (const client of server.clients)
      if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
  });
});
server.on('listening', () =>
  console.log(JSON.stringify({ ready: true, port: (server.address() as { port: number }).port })),
);
process.on('SIGTERM', () => process.exit(0));
