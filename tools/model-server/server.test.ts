import { expect, it } from 'vitest';
import { startModelServer } from './server.ts';

const post = (url: string, path = '/v1/responses', body: object = { stream: true }) =>
  fetch(url + path, { method: 'POST', body: JSON.stringify(body) });

it('fails on a step that was not used, and on a request that is not in the script', async () => {
  const server = await startModelServer();
  try {
    server.script({ text: 'unused' });
    expect(() => server.verify()).toThrow('1 step(s)');
    expect(() => server.verify()).not.toThrow();
    expect((await post(server.url)).status).toBe(500);
    expect(() => server.verify()).toThrow('POST /v1/responses');
    server.script({ text: 'maybe', optional: true });
    expect(() => server.verify()).not.toThrow();
  } finally {
    await server.close();
  }
});

it('keeps a step for the request it is meant for, and gives each reply ids of its own', async () => {
  const server = await startModelServer({ always: { text: ['a', 'b'] } });
  try {
    server.script({ status: 418, when: ({ body }) => body.model === 'teapot' });
    const first = await (await post(server.url)).text();
    const second = await (await post(server.url)).text();
    expect((await post(server.url, '/v1/responses', { model: 'teapot' })).status).toBe(418);
    const id = (text: string) => /"id":"(msg_[^"]+)"/.exec(text)?.[1];
    expect(id(first)).toBeDefined();
    expect(id(first)).not.toBe(id(second));
    expect(server.requests.map((request) => request.wire)).toEqual(['responses', 'responses', 'responses']);
    server.verify();
  } finally {
    await server.close();
  }
});

it('chooses an answer by what is asked, and sends its deltas in bursts', async () => {
  const server = await startModelServer({
    always: ({ body }) => ({ text: body.words, paceMs: 1, burst: 2 }),
  });
  try {
    for (const words of [['one '], ['one ', 'two ', 'three ', 'four ', 'five ']]) {
      const text = await (await post(server.url, '/v1/responses', { stream: true, words })).text();
      const deltas = [...text.matchAll(/"type":"response\.output_text\.delta".*?"delta":"(.*?)"/g)];
      expect(deltas.map(([, delta]) => delta)).toEqual(words);
    }
    server.verify();
  } finally {
    await server.close();
  }
});
