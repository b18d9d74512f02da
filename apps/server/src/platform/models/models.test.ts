// Over 400 lines: every provider is held to the same rows, on one scripted server.
import type { lookup as lookupOfNode } from 'node:dns';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Model, ModelRequest, StreamEvent } from '@openai/agents';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { freePort } from '../../../../../tools/free-port.ts';
import { type AnswerStep, type ModelServer, startModelServer } from '../../../../../tools/model-server/server.ts';
import { createOutbound } from '../outbound/index.ts';
import { noTracing, type Tracing } from '../telemetry/tracing.ts';
import { createModels, type Models, type ModelsConfig, modelFailure } from './index.ts';
import { createModelFetch } from './model-fetch.ts';
import { sayReason } from './wire/provider-error.ts';

const outbound = createOutbound();
/** No model of this program is asked here; it has its own tests. */
const builtIn = { name: 'offline', open: () => Promise.reject(new Error('Nobody asks it.')) };
let server: ModelServer;

beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => {
  outbound.close();
  return server.close();
});
beforeEach(() => {
  server.requests.length = 0;
});
afterEach(() => {
  server.verify();
});

function open(more: Partial<ModelsConfig> = {}): Models {
  const provider = { apiKey: 'key', baseUrl: `${server.url}/v1` };
  return createModels({
    outbound,
    openai: { ...provider, api: 'responses' },
    anthropic: provider,
    google: { apiKey: 'key', baseUrl: `${server.url}/v1beta` },
    mistral: provider,
    ollamaUrl: `${server.url}/v1`,
    retryDelayMs: 10,
    builtIn,
    ...more,
  });
}

const request = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  systemInstructions: 'Be brief.',
  input: [{ role: 'user', content: 'Hello' }],
  modelSettings: {},
  tools: [
    {
      type: 'function',
      name: 'get_weather',
      description: 'Weather',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: true,
      },
      strict: false,
    } as ModelRequest['tools'][number],
  ],
  outputType: 'text',
  handoffs: [],
  tracing: false,
  ...more,
});

async function say(model: Model, more: Partial<ModelRequest> = {}) {
  const events: StreamEvent[] = [];
  for await (const event of model.getStreamedResponse(request(more))) events.push(event);
  const text = events.map((event) => (event.type === 'output_text_delta' ? event.delta : '')).join('');
  const done = events.find((event) => event.type === 'response_done')!.response;
  return { text, output: done.output, usage: done.usage };
}

const providers = [
  ['openai/scripted', 'responses', {}],
  ['scripted', 'responses', {}],
  ['openai/scripted', 'chat', { openai: { baseUrl: 'chat', api: 'chat_completions' } }],
  ['ollama/scripted', 'chat', {}],
  ['anthropic/claude-sonnet-4-5', 'anthropic', {}],
  ['google/gemini-2.5-flash', 'google', {}],
  ['mistral/mistral-medium-latest', 'chat', {}],
] as const;

function forProvider(more: object, limits: Partial<ModelsConfig> = {}) {
  const chat = 'openai' in more ? { openai: { baseUrl: `${server.url}/v1`, api: 'chat_completions' as const } } : {};
  return open({ ...chat, ...limits });
}

/** Reads an answer that fails: what it said before, and what the failure is. */
async function fail(model: Model) {
  let said = '';
  try {
    for await (const event of model.getStreamedResponse(request())) {
      if (event.type === 'output_text_delta') said += event.delta;
    }
  } catch (error) {
    return { said, ...modelFailure(error) };
  }
  throw new Error('It did not fail.');
}

it.each(providers)('%s speaks %s: text and usage', async (name, wire, more) => {
  server.script({ text: ['Bon', 'jour'], usage: { input: 7, output: 2 } });
  const model = await forProvider(more).resolve(name);
  const { text, usage } = await say(model);
  expect(text).toBe('Bonjour');
  expect(usage).toMatchObject({ inputTokens: 7, outputTokens: 2 });
  expect(server.requests[0]).toMatchObject({ wire });
  expect(JSON.stringify(server.requests[0]!.body)).toContain('Be brief.');
});

it.each(providers)('%s speaks %s: a tool call', async (name, _wire, more) => {
  server.script({ calls: [{ name: 'get_weather', arguments: { city: 'Lyon' } }] });
  const { output } = await say(await forProvider(more).resolve(name));
  const call = output.find((item) => item.type === 'function_call');
  expect(call).toMatchObject({ name: 'get_weather' });
  expect(JSON.parse((call as { arguments: string }).arguments)).toEqual({ city: 'Lyon' });
});

it.each(providers)('%s speaks %s: refusals and rubbish are told apart', async (name, _wire, more) => {
  const model = await forProvider(more).resolve(name);
  server.script({ status: 401 });
  expect(await fail(model)).toMatchObject({ kind: 'auth', retryable: true });
  server.script({ status: 429, headers: { 'retry-after': '60' } });
  expect(await fail(model)).toMatchObject({ kind: 'rate_limit', retryable: true });
  server.script({ status: 500 }, { status: 500 });
  expect(await fail(model)).toMatchObject({ kind: 'server', retryable: true });
  server.script({ raw: 'data: {"half\n\n' });
  expect(await fail(model)).toMatchObject({ kind: 'garbage', retryable: true });
});

it.each(providers)('%s speaks %s: it is not waited for without end', async (name, _wire, more) => {
  const model = await forProvider(more, { firstByteTimeoutMs: 300, idleTimeoutMs: 300 }).resolve(name);
  server.script({ silence: true });
  expect(await fail(model)).toMatchObject({ kind: 'timeout', retryable: true });
  server.script({ text: ['Half'], ending: 'hang' });
  expect(await fail(model)).toMatchObject({ kind: 'timeout', retryable: true });
});

const sse = (data: { type?: string; [key: string]: unknown }) =>
  `${data.type ? `event: ${data.type}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
const failed = (error: object) => sse({ type: 'response.failed', response: { id: 'r', status: 'failed', error } });
const cut = { kind: 'cut', retryable: true };
const broken = { kind: 'server', retryable: true };

it.each<[name: string, rest: Partial<AnswerStep>, failure: object, more?: object]>([
  ...providers.flatMap(([name, , more]) =>
    (['end', 'cut', 'reset'] as const).map((ending): [string, object, object, object] => [name, { ending }, cut, more]),
  ),
  ['openai/m', { tail: sse({ type: 'error', code: 'server_error', message: 'x' }) }, broken],
  ['openai/m', { tail: sse({ type: 'error', code: 'never_heard_of', message: 'x' }) }, broken],
  ['openai/m', { tail: failed({ code: 'server_error', message: 'x' }) }, broken],
  [
    'openai/m',
    { tail: failed({ code: 'rate_limit_exceeded', message: 'x' }) },
    { kind: 'rate_limit', retryable: true },
  ],
  ['openai/m', { tail: failed({ code: 'invalid_prompt', message: 'x' }) }, { kind: 'refused', retryable: false }],
  ['openai/m', { tail: sse({ type: 'response.incomplete', response: { id: 'r', status: 'incomplete' } }) }, cut],
  ['ollama/m', { tail: sse({ error: { message: 'x', type: 'server_error', code: null } }) }, broken],
  ['ollama/m', { tail: sse({ error: { message: 'x', type: 'invalid_request_error' } }) }, { retryable: false }],
  ['anthropic/m', { tail: sse({ type: 'error', error: { type: 'overloaded_error', message: 'x' } }) }, broken],
  ['google/m', { tail: sse({ error: { code: 503, message: 'x', status: 'UNAVAILABLE' } }) }, broken],
])(
  '%s: what came in one packet with the end of its stream (%j) is said, and the failure told',
  async (name, rest, expected, more = {}) => {
    const model = await forProvider(more).resolve(name);
    server.script({ text: ['Half of ', 'a sen'], ...rest });
    expect(await fail(model)).toMatchObject({ said: 'Half of a sen', ...expected });
  },
);

const more = ': more\n\n'.repeat(5_000);
const done = 'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

it.each<[name: string, why: string, tail: string, more?: object]>([
  ...providers.map(([name, , more]): [string, string, string, object] => [name, 'has read enough', '', more]),
  ['openai/m', 'is told of an error', sse({ type: 'error', code: 'server_error', message: 'x' }) + more],
  ['ollama/m', 'is told of an error', sse({ error: { message: 'x', type: 'server_error', code: null } }) + more],
  [
    'anthropic/m',
    'is told of an error',
    sse({ type: 'error', error: { type: 'overloaded_error', message: 'x' } }) + more,
  ],
  ['google/m', 'is told of an error', sse({ error: { code: 503, message: 'x', status: 'UNAVAILABLE' } }) + more],
  ['openai/m', 'is told of the end', `data: [DONE]\n\n${more}`],
  ['ollama/m', 'is told of the end', done + more],
])('%s: nothing is thrown at the process when a reader %s in mid-burst', async (name, _why, tail, more = {}) => {
  const thrown: unknown[] = [];
  const note = (error: unknown) => thrown.push(error);
  process.on('uncaughtExceptionMonitor', note);
  try {
    const model = await forProvider(more).resolve(name);
    server.script({ text: Array<string>(300).fill('word '), pieceBytes: 64, ...(tail && { tail }) });
    const read = async () => {
      let words = 0;
      for await (const event of model.getStreamedResponse(request())) {
        if (event.type !== 'output_text_delta') continue;
        // Meanwhile more comes than is taken in at once.
        if (++words === 1) await new Promise((resolve) => setTimeout(resolve, 100));
        if (!tail && words === 100) return;
      }
    };
    await read().catch(() => {});
    await server.requests[0]!.aborted;
    expect(thrown).toEqual([]);
  } finally {
    process.off('uncaughtExceptionMonitor', note);
  }
});

it('passes a failure of our own on as none of the model', () => {
  expect(modelFailure(new Error('database gone'))).toBeUndefined();
  expect(modelFailure(new TypeError('bug'))).toBeUndefined();
});

it.each(['openai/x', 'anthropic/x', 'google/x', 'mistral/x', 'nobody/x', 'openai/', '__proto__/x', ''])(
  'has no model %j without a key',
  async (name) => {
    const models = createModels({ outbound, builtIn, openai: {} });
    const error = await models.resolve(name).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'not_configured' });
    expect(modelFailure(error)).toMatchObject({ kind: 'not_configured', retryable: true });
  },
);

it.each<[Omit<ModelsConfig, 'outbound' | 'builtIn'>, string]>([
  [{ openai: {} }, 'offline'],
  [{ openai: { apiKey: 'k' } }, 'openai/'],
  [{ openai: { baseUrl: 'http://x/v1' } }, 'openai/'],
  [{ openai: {}, anthropic: { apiKey: 'k' } }, 'anthropic/'],
  [{ openai: {}, google: { apiKey: 'k' } }, 'google/'],
  [{ openai: {}, mistral: { apiKey: 'k' } }, 'mistral/'],
])('has a default for %j, which the configuration page names', (config, prefix) => {
  const models = createModels({ outbound, builtIn, ...config });
  expect(models.defaultName.startsWith(prefix)).toBe(true);
  const page = readFileSync(join(import.meta.dirname, '../../../../../docs/configuration.md'), 'utf8');
  const [line] = /^\| `CHATKIT_AGENT_MODEL`.*$/m.exec(page)!;
  expect(line.split('Default: ')[1]).toContain(models.defaultName);
});

it('needs no key for a server of one’s own, and sends the one there is', async () => {
  server.script({ text: 'Hi' }, { text: 'Hi' });
  await say(await open({ openai: { baseUrl: `${server.url}/v1`, api: 'responses' } }).resolve('llama'));
  await say(await open().resolve('llama'));
  expect(server.requests.map((r) => r.headers.authorization)).toEqual(['Bearer none', 'Bearer key']);
});

it('a model that the server does not know may be asked for again, once its name is set right', async () => {
  const model = await open({ openai: { baseUrl: `${server.url}/v1`, api: 'chat_completions' } }).resolve('llama');
  for (const [status, code] of [
    [404, null],
    [400, 'model_not_found'],
  ] as const) {
    server.script({ status, body: { error: { message: 'No such model: llama', code } } });
    expect(await fail(model)).toMatchObject({ kind: 'unknown_model', retryable: true });
  }
});

it('finds out that a server has no Responses API, once', async () => {
  const model = await open({ openai: { baseUrl: `${server.url}/v1` } }).resolve('llama');
  server.script({ status: 404 }, { text: 'Hi' }, { text: 'Again' });
  expect((await say(model)).text).toBe('Hi');
  expect((await say(model)).text).toBe('Again');
  expect(server.requests.map((r) => r.wire)).toEqual(['responses', 'chat', 'chat']);
});

const bad = (status: number, body: unknown) => ({ status, body });
const unsupported = (param: string) => ({ error: { message: `Unsupported parameter: '${param}'`, param } });
it.each<[string, string, AnswerStep | { status: number; body: unknown } | { raw: string }, string, unknown]>([
  [
    'a model without tools (Ollama)',
    'ollama/odd',
    bad(400, { error: { message: 'registry.ollama.ai/library/gemma:2b does not support tools', type: 'api_error' } }),
    'tools',
    undefined,
  ],
  [
    'a server without tools (vLLM)',
    'ollama/odd',
    bad(400, {
      object: 'error',
      message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      type: 'BadRequestError',
      code: 400,
    }),
    'tools',
    undefined,
  ],
  [
    'a server that takes no field it does not know (FastAPI)',
    'ollama/odd',
    bad(422, { detail: [{ type: 'extra_forbidden', loc: ['body', 'tools'], msg: 'Extra inputs are not permitted' }] }),
    'tools',
    undefined,
  ],
  [
    'a router without such a model (OpenRouter)',
    'ollama/odd',
    bad(404, { error: { message: 'No endpoints found that support tool use.', code: 404 } }),
    'tools',
    undefined,
  ],
  [
    'a server that says so with status 200',
    'ollama/odd',
    { raw: sse({ error: { message: 'tools are not supported by this model', type: 'invalid_request_error' } }) },
    'tools',
    undefined,
  ],
  [
    'a server that says so in a document',
    'ollama/odd',
    { raw: JSON.stringify({ error: 'Function calling is not supported' }) },
    'tools',
    undefined,
  ],
  ['a model without tools', 'openai/odd', bad(400, unsupported('tools')), 'tools', undefined],
  ['a server that keeps nothing', 'openai/odd', bad(400, unsupported('store')), 'store', undefined],
  [
    'a server without stream_options',
    'ollama/odd',
    bad(400, { error: { message: 'Unrecognized request argument supplied: stream_options' } }),
    'stream_options',
    undefined,
  ],
])('%s (%s) is asked again without, once', async (_, name, refusal, part, then) => {
  const model = await open().resolve(name);
  server.script(refusal, { text: 'Hi' }, { text: 'Again' });
  expect((await say(model)).text).toBe('Hi');
  expect((await say(model)).text).toBe('Again');
  const parts = server.requests.map(({ body }) => body[part]);
  expect(parts[0]).not.toEqual(then);
  expect(parts.slice(1)).toEqual([then, then]);
});

it('a template without a system role reads its instructions in the first message', async () => {
  const model = await open().resolve('ollama/gemma');
  server.script(bad(400, { error: { message: 'System role not supported' } }), { text: 'Hi' });
  expect((await say(model)).text).toBe('Hi');
  expect(server.requests[1]!.body.messages).toEqual([{ role: 'user', content: 'Be brief.\n\nHello' }]);
});

it('Mistral is told which answer is to go on', async () => {
  const model = await open().resolve('mistral/odd');
  server.script({ text: ' cat.' });
  const content = [{ type: 'output_text' as const, text: 'A' }];
  const begun = { role: 'assistant' as const, status: 'completed' as const, content };
  await say(model, { input: [{ role: 'user', content: 'Hello' }, begun] });
  expect(server.requests[0]!.body.messages.at(-1)).toEqual({ role: 'assistant', content: 'A', prefix: true });
});

it.each([
  ['openai/odd', 'org-1'],
  ['ollama/odd', undefined],
  ['mistral/odd', undefined],
])('%s is told the organization at OpenAI: %s', async (name, organization) => {
  vi.stubEnv('OPENAI_ORG_ID', 'org-1');
  try {
    const model = await open().resolve(name);
    server.script({ text: 'Hi' });
    await say(model);
    expect(server.requests[0]!.headers['openai-organization']).toBe(organization);
  } finally {
    vi.unstubAllEnvs();
  }
});

it('without a base URL it is Mistral that is asked', async () => {
  const names: string[] = [];
  const lookup = ((name: string, _: object, done: (error: Error) => void) => {
    names.push(name);
    done(new Error('no network'));
  }) as typeof lookupOfNode;
  const watched = createOutbound({}, { lookup });
  const model = await open({ outbound: watched, mistral: { apiKey: 'key' } }).resolve('mistral/odd');
  expect(await fail(model)).toMatchObject({ kind: 'unreachable' });
  expect(names).toEqual(['api.mistral.ai']);
});

it('who cannot be reached is named, without what is secret in its address', async () => {
  const port = await freePort();
  const baseUrl = `http://ann:secret@127.0.0.1:${port}/hidden/v1?key=secret`;
  const failure = await fail(await open({ openai: { baseUrl, api: 'chat_completions' } }).resolve('x'));
  expect(failure).toMatchObject({ kind: 'unreachable', detail: `ECONNREFUSED at 127.0.0.1:${port}` });
});

it('a refusal of something else is not asked again', async () => {
  const model = await open().resolve('ollama/odd');
  server.script(bad(400, { error: { message: 'Invalid tool_call_id: "x"', type: 'invalid_request_error' } }));
  expect(await fail(model)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('tool_call_id') });
  expect(server.requests).toHaveLength(1);
});

it.each([
  [
    'Unsupported value',
    { message: "'reasoning.encrypted_content' is not supported with this model", param: 'include' },
    'include',
  ],
  ['Encrypted content', { message: 'Encrypted content is not supported with this model.' }, 'include'],
  ['Summaries', { message: 'Your organization must be verified', param: 'reasoning.summary' }, 'reasoning'],
])('%s: no more is left out than what was refused', async (_, error, part) => {
  const model = await open().resolve('gpt-5');
  server.script(bad(400, { error }), { text: 'Hi' });
  await say(model, { modelSettings: { reasoning: { effort: 'low', summary: 'auto' } } });
  const [first, second] = server.requests.map(({ body }) => body);
  expect(second).toEqual({ ...first, [part]: undefined });
});

it.each([
  ['Bearer sk-1', '…'],
  ['your key sk-proj-abc*****xyz1', 'your key …'],
  ['a skeleton of keyboards', 'a skeleton of keyboards'],
  ['at http://me:pass@host/v1?api_key=abc', 'at http://host/v1?api_key=…'],
  ['<html><title>Sign in</title><p>x', 'Sign in'],
  ['two\nlines\u202e\u0007', 'two lines'],
  [`he said "${'word '.repeat(20)}"`, 'he said "…"'],
  [`${'<title>'.repeat(20_000)}`, expect.any(String)],
])('a reason of a server is fit to be shown: %.40j', (words, shown) => {
  expect(sayReason(words)).toEqual(shown);
});

/** Objects with the names of a wire, and anything in them. */
const oddly = (names: string[], types: string[]) =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 0, 1, '', 'a', '<think>', '{"city":"x"}', ...types),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
    ),
  })).value;
it.each([
  [
    'ollama/odd',
    oddly(
      [
        'choices',
        'index',
        'delta',
        'message',
        'content',
        'tool_calls',
        'id',
        'function',
        'name',
        'arguments',
        'reasoning',
        'finish_reason',
        'usage',
        'text',
        'type',
      ],
      ['stop', 'length', 'get_weather', 'thinking'],
    ),
    (odd: unknown) => ({ choices: [{ delta: odd }], ...(odd as object) }),
  ],
  [
    'openai/odd',
    oddly(
      [
        'type',
        'item',
        'output_index',
        'item_id',
        'content',
        'delta',
        'response',
        'output',
        'part',
        'text',
        'summary',
        'usage',
        'id',
        'call_id',
        'status',
        'arguments',
        'name',
      ],
      [
        'message',
        'reasoning',
        'function_call',
        'output_text',
        'response.completed',
        'response.output_item.done',
        'response.output_item.added',
        'response.output_text.delta',
        'response.incomplete',
        'response.content_part.added',
      ],
    ),
    (odd: unknown) => ({ type: 'response.completed', ...(odd as object) }),
  ],
])('%s: whatever a server sends is an answer or a failure of the model', async (name, odd, wrap) => {
  const model = await open().resolve(name);
  await fc.assert(
    fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 4 }), async (events) => {
      const raw = events.map((event) => `data: ${JSON.stringify(wrap(event))}\n\n`).join('');
      server.script({ raw: `${raw}data: [DONE]\n\n` });
      const error = await say(model).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      if (error) expect(modelFailure(error), String(error)).toBeDefined();
    }),
    { numRuns: 150 },
  );
});

it('what did not help is not remembered', async () => {
  const model = await open().resolve('ollama/odd');
  const refusal = bad(400, { error: { message: 'this model does not support tools' } });
  server.script(refusal, bad(400, { error: { message: 'nor anything else' } }), { text: 'Hi' });
  expect(await fail(model)).toMatchObject({ kind: 'refused' });
  await say(model);
  expect(server.requests.map(({ body }) => body.tools !== undefined)).toEqual([true, false, true]);
});

it('one 404 does not move a server to its other API', async () => {
  const model = await open({ openai: { baseUrl: `${server.url}/v1` } }).resolve('llama');
  server.script({ status: 404 }, { status: 404 }, { text: 'Hi' });
  expect(await fail(model)).toMatchObject({ kind: 'unknown_model' });
  expect((await say(model)).text).toBe('Hi');
  expect(server.requests.map((r) => r.wire)).toEqual(['responses', 'chat', 'responses']);
});

it.each([
  {
    raw: JSON.stringify({ error: 'Unexpected endpoint or method. (POST /v1/responses)' }),
    contentType: 'application/json',
  },
  { raw: '<!doctype html><title>Models</title>', contentType: 'text/html' },
  { status: 405 },
  { status: 501 },
])('a server that says with %j that it has no Responses API is asked over the other', async (missing) => {
  const model = await open({ openai: { baseUrl: `${server.url}/v1` } }).resolve('llama');
  server.script(missing, { text: 'Hi' }, { text: 'Again' });
  expect((await say(model)).text).toBe('Hi');
  expect((await say(model)).text).toBe('Again');
  expect(server.requests.map((r) => r.wire)).toEqual(['responses', 'chat', 'chat']);
});

it('OpenAI keeps nothing unless it may; what it thought comes back encrypted', async () => {
  const reasoning = { effort: 'low', summary: 'auto' } as const;
  server.script({ text: 'Hi' }, { text: 'Hi' });
  await say(await open().resolve('gpt-5'), { modelSettings: { reasoning } });
  const provider = { apiKey: 'key', baseUrl: `${server.url}/v1`, api: 'responses' as const };
  await say(await open({ openai: { ...provider, store: true } }).resolve('gpt-5'), { modelSettings: { reasoning } });
  expect(server.requests.map(({ body }) => [body.store, body.include])).toEqual([
    [false, ['reasoning.encrypted_content']],
    [true, []],
  ]);
});

it('leaves reasoning out for a model that has none', async () => {
  const model = await open().resolve('gpt-5');
  const modelSettings = { reasoning: { effort: 'low', summary: 'auto' } } as const;
  server.script(
    { status: 400, body: { error: { message: 'no', param: 'reasoning.summary', code: 'unsupported_value' } } },
    { text: 'Hi' },
    { text: 'Again' },
  );
  expect((await say(model, { modelSettings })).text).toBe('Hi');
  await say(model, { modelSettings });
  expect(server.requests.map((r) => r.body.reasoning !== undefined)).toEqual([true, false, false]);
});

it('keeps connections', async () => {
  const model = await open().resolve('scripted');
  server.script({ text: 'One' }, { text: 'Two' }, { text: 'Three' });
  for (let index = 0; index < 3; index++) await say(model);
  expect(new Set(server.requests.map((r) => r.clientPort)).size).toBe(1);
});

it('asks again when a kept connection was closed meanwhile', async () => {
  const model = await open().resolve('scripted');
  server.script({ text: 'One' }, { drop: true }, { text: 'Two' });
  await say(model);
  expect((await say(model)).text).toBe('Two');
});

it('waits as long as the server says before it asks again, and not too long', async () => {
  const model = await open({ retryDelayMs: 5_000 }).resolve('scripted');
  server.script({ status: 429, headers: { 'retry-after': '0' } }, { text: 'Now' });
  expect((await say(model)).text).toBe('Now');
});

it('stops the request of an answer that is not wanted any more', async () => {
  const model = await open().resolve('scripted');
  server.script({ text: Array(200).fill('word '), paceMs: 5 });
  const stop = new AbortController();
  let words = 0;
  const read = async () => {
    for await (const event of model.getStreamedResponse(request({ signal: stop.signal }))) {
      if (event.type === 'output_text_delta' && ++words === 3) stop.abort();
    }
  };
  await read().catch(() => {});
  expect(words).toBeLessThan(20);
  expect(await server.requests[0]!.aborted).toBe(true);
});

it('reads arguments once, however many pieces repeat the name of their call', async () => {
  const model = await forProvider({ openai: {} }).resolve('openai/scripted');
  const piece = (text: string) =>
    `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ function: { name: 'get_weather', arguments: text } }] } }] })}\n\n`;
  const city = 'x'.repeat(100_000);
  const raw = `${piece('{"city":"')}${piece(city.slice(0, 50)).repeat(2_000)}${piece('\\"}{"}')}data: [DONE]\n\n`;
  server.script({ raw });
  const parse = vi.spyOn(JSON, 'parse');
  const { output } = await say(model);
  const read = parse.mock.calls.reduce((sum, [text]) => sum + text.length, 0);
  parse.mockRestore();
  expect(output).toMatchObject([{ name: 'get_weather', arguments: JSON.stringify({ city: `${city}"}{` }) }]);
  expect(read).toBeLessThan(3 * raw.length);
});

it('reads no faster than it is read', async () => {
  const model = await open({ idleTimeoutMs: 1_000 }).resolve('scripted');
  const text = Array.from({ length: 3_000 }, (_, index) => `${index} ${'x'.repeat(600)}`);
  server.script({ text });
  let got = 0;
  for await (const event of model.getStreamedResponse(request())) {
    if (event.type === 'output_text_delta' && got++ % 500 === 0)
      await new Promise((resolve) => setTimeout(resolve, 250));
  }
  // Pauses longer in sum than the time limit for silence: the reader's pauses are not the server's.
  expect(got).toBe(3_000);
});

it('gives what has come before a connection broke off to a reader that takes its time', async () => {
  const broken = Promise.withResolvers<void>();
  const tracing: Tracing = { ...noTracing, start: () => ({ set() {}, end: () => broken.resolve() }) };
  const fetch = createModelFetch({
    outbound: createOutbound({}, { tracing }),
    allow: [server.url],
    firstByteTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    retryDelayMs: 10,
  });
  server.script({ text: ['Half of ', 'a sen'], ending: 'reset' });
  const response = await fetch(`${server.url}/v1/responses`, { method: 'POST', body: '{"stream":true}' });
  await broken.promise;
  let text = '';
  const read = async () => {
    for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
  };
  await expect(read()).rejects.toMatchObject({ kind: 'cut' });
  expect(text).toContain('a sen');
});

it.each(['null', '{}', '"{}"', '[]'])(
  'calls with the arguments %s, without places or ids, are several',
  async (none) => {
    const model = await forProvider({ openai: {} }).resolve('openai/scripted');
    const call = { function: { name: 'get_weather', arguments: none } };
    const frame = `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [call] } }] })}\n\n`;
    server.script({ raw: `${frame.repeat(3)}data: [DONE]\n\n` });
    expect((await say(model)).output).toMatchObject([{ arguments: none }, { arguments: none }, { arguments: none }]);
  },
);

/** A server that says no more than it is given, and how many of its connections are open. */
async function withSocketServer(
  answer: (socket: Socket, request: number) => void,
  use: (url: string) => Promise<void>,
) {
  const sockets = new Set<Socket>();
  let requests = 0;
  const raw = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('data', () => answer(socket, ++requests));
  });
  raw.listen(0, '127.0.0.1');
  await once(raw, 'listening');
  await use(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`).finally(() => {
    for (const socket of sockets) socket.destroy();
    raw.close();
  });
}
const plainFetch = (url: string, firstByteTimeoutMs = 60_000) =>
  createModelFetch({ outbound, allow: [url], firstByteTimeoutMs, idleTimeoutMs: 60_000, retryDelayMs: 10 });

it.each([
  ['and goes', (socket: Socket, head: string) => socket.end(head)],
  ['and stays', (socket: Socket, head: string) => socket.write(head)],
])('a server that changes the protocol %s is not waited for', async (_, say) => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';
  await withSocketServer(
    (socket) => void say(socket, head),
    async (url) => {
      await expect(plainFetch(url)(url, { method: 'POST', body: '{}' })).rejects.toMatchObject({ kind: 'garbage' });
    },
  );
});

const drip = (socket: Socket, status: string) => {
  socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 100000\r\n\r\n`);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.once('close', () => clearInterval(timer));
};

it('a refusal that drips is not read on when the model is asked again', async () => {
  const left = Promise.withResolvers<void>();
  await withSocketServer(
    (socket, request) => {
      if (request > 1) return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      socket.once('close', () => left.resolve());
      drip(socket, '503 Service Unavailable');
    },
    async (url) => {
      expect(await (await plainFetch(url)(url, { method: 'POST', body: '{}' })).text()).toBe('ok');
      await left.promise;
    },
  );
});

it('a refusal that drips has the time of the first byte', async () => {
  await withSocketServer(
    (socket) => drip(socket, '400 Bad Request'),
    async (url) => {
      const reply = await plainFetch(url, 200)(url, { method: 'POST', body: '{}' });
      await expect(reply.text()).rejects.toMatchObject({ kind: 'timeout' });
    },
  );
});

it('reads a stream however it is written', async () => {
  const model = await open().resolve('scripted');
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [] };
  const events = [
    { type: 'response.created', response: { id: 'resp_1' } },
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'ça va' },
    { type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [item], usage: {} } },
  ].map((event) => JSON.stringify(event));
  server.script(
    // Carriage returns, comments, data in two lines, no space behind the colon, a sentinel.
    { raw: `: hello\r\n\r\n${events.map((text) => `event: x\r\ndata:${text}\r\n\r\n`).join('')}data: [DONE]\r\n\r\n` },
    { raw: events.map((text) => `data: ${text.replace(',', ',\ndata: ')}\n\n`).join('') },
    {
      raw: events
        .map((text) => `data: ${text}\n\n`)
        .join('')
        .slice(0, -1),
    },
  );
  expect((await say(model)).text).toBe('ça va');
  expect((await say(model)).text).toBe('ça va');
  // Its last event lacks the blank line, and is whole all the same.
  expect((await say(model)).text).toBe('ça va');
});
