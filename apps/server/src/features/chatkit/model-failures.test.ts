import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ModelServer,
  type RecordedRequest,
  type Step,
  startModelServer,
} from '../../../../../tools/model-server/server.ts';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';
import { createLog } from '../../platform/telemetry/log.ts';

const forTitle = (request: RecordedRequest) => JSON.stringify(request.body).includes('Write a title');
const forAnswer = (request: RecordedRequest) => !forTitle(request);
/** The request for a title, beside the answer; given up with it, it may come late, or not at all. */
const title: Step = { text: 'A title', when: forTitle };

/** The two ways to ask OpenAI's models and those like them, each with errors as it tells them in mid-stream. */
const apis = [
  {
    api: 'responses',
    error: 'event: error\ndata: {"type":"error","code":"server_error","message":"x","param":null}\n\n',
    refusal:
      'event: response.failed\n' +
      'data: {"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"invalid_prompt","message":"x"}}}\n\n',
  },
  {
    api: 'chat_completions',
    error: 'data: {"error":{"message":"x","type":"server_error","code":null}}\n\n',
    refusal: 'data: {"error":{"message":"x","type":"invalid_request_error","code":null}}\n\n',
  },
];

describe.each(apis)('over $api', ({ api, error, refusal }) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'causerie-models-'));
  const lines: string[] = [];
  let app: App;
  let database: TestDatabase;
  let models: ModelServer;
  let url: string;
  let token: string;

  beforeAll(async () => {
    // Loading it takes seconds on a machine that is busy, and a server that stands still so long refuses what comes next.
    await import('@openai/agents');
    database = await testDatabase();
    models = await startModelServer({ always: title });
    const config = loadConfig(
      {
        DATA_DIR: directory,
        OPENAI_BASE_URL: `${models.url}/v1`,
        MODEL_API: api,
        CHATKIT_AGENT_MODEL: 'openai/test',
        // Not so short that a busy machine could take a server for a silent one.
        MODEL_FIRST_BYTE_TIMEOUT: '5',
        MODEL_IDLE_TIMEOUT: '1',
      },
      directory,
    );
    const output = new PassThrough().on('data', (chunk) => lines.push(...String(chunk).trim().split('\n')));
    app = await createApp(config, { database, log: createLog('info', output) });
    await app.http.listen({ port: 0, host: '127.0.0.1' });
    url = `http://127.0.0.1:${(app.http.server.address() as { port: number }).port}`;
    const response = await fetch(`${url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ann@example.org', password: 'a long enough password' }),
    });
    token = ((await response.json()) as { access_token: string }).access_token;
  });
  afterEach(() => models.verify());
  afterAll(async () => {
    await app.close();
    await models.close();
    await database.close();
    rmSync(directory, { recursive: true });
  });

  function post(type: string, params: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${url}/api/chatkit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify({ type, params }),
    });
  }

  const half = ['Half of ', 'a sen'];
  const failures: [name: string, steps: Step[], retry: boolean, kept: string | null][] = [
    ['refuses the key (401)', [{ status: 401 }], true, null],
    ['does not know the model (404)', [{ status: 404 }], true, null],
    ['has too much to do (429)', [{ status: 429 }, { status: 429 }], true, null],
    ['is broken (500)', [{ status: 500 }, { status: 500 }], true, null],
    ['cuts its stream', [{ text: half, ending: 'cut' }], true, 'Half of a sen'],
    ['falls silent in mid-sentence', [{ text: half, ending: 'hang' }], true, 'Half of a sen'],
    ['ends without an end', [{ text: half, ending: 'end' }], true, 'Half of a sen'],
    ['breaks off right behind its words', [{ text: half, ending: 'reset' }], true, 'Half of a sen'],
    ['says behind its words that it failed', [{ text: half, tail: error }], true, 'Half of a sen'],
    ['says behind its words that it will not', [{ text: half, tail: refusal }], false, 'Half of a sen'],
    ['never answers', [{ silence: true }], true, null],
    ['sends garbage', [{ raw: '<html>not what you think</html>', contentType: 'text/html' }], true, null],
  ];

  it.each(failures)(
    'a model server that %s: an error event, the text kept, one line in the log',
    async (_, steps, retry, kept) => {
      models.script(...steps.map((step) => ({ ...step, when: forAnswer })));
      lines.length = 0;
      const response = await post(
        'threads.create',
        { input: { content: [{ type: 'input_text', text: 'hello' }], attachments: [], inference_options: {} } },
        { 'x-request-id': 'request-of-this-test' },
      );
      const events = [...(await response.text()).matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!));
      expect(response.status).toBe(200);
      const told = events.find((event) => event.type === 'error');
      expect(told).toMatchObject({
        code: 'custom',
        allow_retry: retry,
        message: expect.stringMatching(/\w{3,}.*\./),
      });
      expect(told.message).not.toMatch(/127\.0\.0\.1|http|stack|ECONN|undefined/);

      const { data } = (await (await post('items.list', { thread_id: events[0].thread.id, order: 'asc' })).json()) as {
        data: { type: string; content: { text: string }[] }[];
      };
      const answers = data.filter((item) => item.type === 'assistant_message').map((item) => item.content[0]!.text);
      // All that came is told before the failure, also what came in one packet with it; and what was told is kept.
      const before = events.slice(0, events.indexOf(told));
      expect(before.map((event) => event.update?.delta ?? '').join('')).toBe(kept ?? '');
      expect(answers).toEqual(kept === null ? [] : [kept]);

      const warnings = lines.map((line) => JSON.parse(line)).filter((line) => line.level === 'warn');
      expect(warnings).toHaveLength(1);
      expect(warnings[0].request_id).toBe('request-of-this-test');
      expect(JSON.stringify(warnings)).not.toContain('Half of');
    },
  );

  it('goes on after the next question, once the model is well again', async () => {
    models.script({ status: 401, when: forAnswer }, { text: 'Here I am.', when: forAnswer });
    const input = { content: [{ type: 'input_text', text: 'hello' }], attachments: [], inference_options: {} };
    const first = await (await post('threads.create', { input })).text();
    const { id } = JSON.parse(first.slice(6, first.indexOf('\n'))).thread;
    const second = await (await post('threads.add_user_message', { thread_id: id, input })).text();
    expect(second).toContain('Here I am.');
  });
});
