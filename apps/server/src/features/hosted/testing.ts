import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { world } from '../../../testing/world.ts';

export type Refusal = { error: { code: string; message: string } };
export type Step = (request: IncomingMessage, response: ServerResponse, body: string) => unknown;
type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

/** The server's own key of OpenAI. */
export const key = 'sk-of-the-server';

/** A step that answers with JSON. */
export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Step => {
  return (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

/**
 * Makes a world in front of an OpenAI that a script plays over real HTTP, for the whole test file. Each test has its own
 * script and its own list of what OpenAI saw, and fails if steps are left over.
 */
export async function hostedWorld() {
  const openai = { url: '', script: [] as Step[], seen: [] as Seen[] };
  const played = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const step = openai.script.shift();
    const body = await text(request).catch(() => 'cut off');
    openai.seen.push({ method, url, headers, body });
    if (step) await step(request, response, body);
    else response.writeHead(500).end('not in the script');
  });
  played.listen(0, '127.0.0.1');
  await once(played, 'listening');
  openai.url = `http://127.0.0.1:${(played.address() as { port: number }).port}`;
  afterAll(() => {
    played.closeAllConnections();
    played.close();
  });
  beforeEach(() => {
    openai.script = [];
    openai.seen = [];
  });
  afterEach(() => {
    expect(openai.script, 'steps that were not used').toEqual([]);
  });
  const made = await world({
    answers: 'agents',
    logLevel: 'info',
    people: ['ann'],
    env: {
      RATE_LIMIT_PER_MINUTE: '100',
      OPENAI_API_KEY: key,
      OPENAI_BASE_URL: `${openai.url}/v1/`,
      CHATKIT_WORKFLOW_ID: 'wf_1',
      ALLOWED_ORIGINS: 'https://friend.example',
    },
  });
  return { ...made, openai };
}
