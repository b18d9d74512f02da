import { createServer } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { nginxBinary, startNginx } from './testing/processes.ts';

// The shipped limits with smaller numbers: the real ones take a flood to reach.

type Answer = { status: number; type: string; retryAfter: string | undefined; body: string };

it.skipIf(!nginxBinary).each(['causerie.conf', 'causerie-split.conf'])(
  '%s: one address has a bound of requests and of connections, told as the server tells it',
  async (site) => {
    const held: (() => void)[] = [];
    const upstream = createServer((asked, answer) => {
      if (asked.url === '/own') answer.writeHead(429, { 'content-type': 'text/plain' }).end('of the server itself');
      else if (asked.url === '/held') held.push(() => answer.end());
      else answer.end('here');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const start = (edit: (text: string) => string) =>
      startNginx(site, [(upstream.address() as AddressInfo).port], undefined, edit);
    const agent = new Agent({ keepAlive: true });
    const ask = (port: number, certificate: string, path: string) =>
      new Promise<Answer>((resolve, reject) => {
        const options = { host: '127.0.0.1', port, path, servername: 'chat.example.com', ca: certificate, agent };
        request({ ...options, headers: { host: 'chat.example.com' } }, (reply) => {
          let body = '';
          reply.setEncoding('utf8').on('data', (text: string) => {
            body += text;
          });
          reply.on('end', () =>
            resolve({
              status: reply.statusCode!,
              type: String(reply.headers['content-type']),
              retryAfter: reply.headers['retry-after'],
              body,
            }),
          );
        })
          .on('error', reject)
          .end();
      });
    const refused = (answer: Answer) => {
      expect(answer).toMatchObject({ status: 429, type: 'application/json', retryAfter: '1' });
      expect(JSON.parse(answer.body)).toEqual({
        error: {
          code: 'rate_limited',
          message: expect.any(String),
          request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        },
      });
    };

    // A request a minute, and three more at once.
    const few = await start((text) => text.replace('rate=100r/s', 'rate=1r/m').replace('burst=400', 'burst=3'));
    const answers: Answer[] = [];
    for (let i = 0; i < 4; i++) answers.push(await ask(few.port, few.certificate, i === 3 ? '/own' : '/'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[3]!.body).toBe('of the server itself');
    refused(await ask(few.port, few.certificate, '/'));
    await few.stop();

    const two = await start((text) => text.replace('causerie_connections 400', 'causerie_connections 2'));
    const waiting = [ask(two.port, two.certificate, '/held'), ask(two.port, two.certificate, '/held')];
    await expect.poll(() => held.length, { timeout: 10_000 }).toBe(2);
    refused(await ask(two.port, two.certificate, '/'));
    for (const answer of held) answer();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask(two.port, two.certificate, '/')).status).toBe(200);
    agent.destroy();
    await two.stop();
    upstream.close();
  },
  60_000,
);
