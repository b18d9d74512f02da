/**
 * The whole server with one conversation of many people, and a second port whose POST says something in it: each message is
 * stored before it is told. `node fan-out-causerie.ts <data directory> <people>`
 */
import http from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { createApp } from '../../apps/server/src/app.ts';
import { loadConfig } from '../../apps/server/src/config.ts';
import { mostWaiting } from '../../apps/server/src/http/index.ts';
import { newId } from '../../apps/server/src/platform/ids/index.ts';
import { signUp } from '../sign-up.ts';

const [directory, people] = [process.argv[2]!, Number(process.argv[3])];
const config = loadConfig({ ...process.env, DATA_DIR: directory, PORT: '0', LOG_LEVEL: 'warn' }, '/');
const app = await createApp(config);
const { conversations } = app;
const portOf = (server: http.Server) => (server.address() as { port: number }).port;
await app.http.listen({ port: 0, host: '127.0.0.1', backlog: mostWaiting });

const tokens: string[] = [];
const ids: string[] = [];
for (let i = 0; i < people; i++) {
  const token = await signUp(portOf(app.http.server), `listener-${i}@example.org`);
  tokens.push(token);
  ids.push((await app.accounts.personOf({ authorization: `Bearer ${token}` }))!.id);
}
const [owner, ...others] = ids as [string, ...string[]];
const conversation = newId('cnv');
const about = { title: 'Many', status: { type: 'active' }, metadata: {}, createdAt: new Date() } as const;
await conversations.create(owner, { id: conversation, kind: 'group', ...about });
for (const other of others) await conversations.members.join(owner, conversation, other, 'member');

// Whoever speaks again after a while finds the connection open.
const speaking = http.createServer({ keepAliveTimeout: 0 }, async (request, response) => {
  const item = { id: newId('msg'), type: 'message', hidden: false, createdAt: new Date() };
  const payload = { text: await readText(request) };
  await conversations.putItem(owner, conversation, { ...item, authorId: owner, payload });
  response.end();
});
await new Promise<void>((resolve) => speaking.listen(0, '127.0.0.1', resolve));
console.log(
  JSON.stringify({ ready: true, port: portOf(app.http.server), speaking: portOf(speaking), conversation, tokens }),
);
process.on('SIGTERM', () => {
  speaking.closeAllConnections();
  speaking.close();
  void app.close().then(() => process.exit(0));
});
