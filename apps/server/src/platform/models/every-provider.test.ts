import { expect, it } from 'vitest';
import type { AnswerStep } from '../../../../../tools/model-server/server.ts';
import { modelRequest, providers, readAnswer, readFailure, scriptedModels, sse } from './testing.ts';

const { server, forProvider } = await scriptedModels();

it.each(providers)('reads text and usage from %s over %s', async (name, wire, more) => {
  server.script({ text: ['Bon', 'jour'], usage: { input: 7, output: 2 } });
  const model = await forProvider(more).resolve(name);
  const { text, usage } = await readAnswer(model);
  expect(text).toBe('Bonjour');
  expect(usage).toMatchObject({ inputTokens: 7, outputTokens: 2 });
  expect(server.requests[0]).toMatchObject({ wire });
  expect(JSON.stringify(server.requests[0]!.body)).toContain('Be brief.');
});

it.each(providers)('reads a tool call from %s over %s', async (name, _wire, more) => {
  server.script({ calls: [{ name: 'get_weather', arguments: { city: 'Lyon' } }] });
  const { output } = await readAnswer(await forProvider(more).resolve(name));
  const call = output.find((item) => item.type === 'function_call');
  expect(call).toMatchObject({ name: 'get_weather' });
  expect(JSON.parse((call as { arguments: string }).arguments)).toEqual({ city: 'Lyon' });
});

it.each(providers)('tells refusals of %s over %s from garbage', async (name, _wire, more) => {
  const model = await forProvider(more).resolve(name);
  server.script({ status: 401 });
  expect(await readFailure(model)).toMatchObject({ kind: 'auth', retryable: true });
  server.script({ status: 429, headers: { 'retry-after': '60' } });
  expect(await readFailure(model)).toMatchObject({ kind: 'rate_limit', retryable: true });
  server.script({ status: 500 }, { status: 500 });
  expect(await readFailure(model)).toMatchObject({ kind: 'server', retryable: true });
  server.script({ raw: 'data: {"half\n\n' });
  expect(await readFailure(model)).toMatchObject({ kind: 'garbage', retryable: true });
});

it.each(providers)('stops waiting for %s over %s when it says nothing', async (name, _wire, more) => {
  const model = await forProvider(more, { firstByteTimeoutMs: 300, idleTimeoutMs: 300 }).resolve(name);
  server.script({ silence: true });
  expect(await readFailure(model)).toMatchObject({ kind: 'timeout', retryable: true });
  server.script({ text: ['Half'], ending: 'hang' });
  expect(await readFailure(model)).toMatchObject({ kind: 'timeout', retryable: true });
});

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
  'passes on text of %s that comes in one packet with the end of its stream (%j), then tells the failure',
  async (name, rest, expected, more = {}) => {
    const model = await forProvider(more).resolve(name);
    server.script({ text: ['Half of ', 'a sen'], ...rest });
    expect(await readFailure(model)).toMatchObject({ said: 'Half of a sen', ...expected });
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
])('throws nothing at the process when a reader of %s %s in mid-burst', async (name, _why, tail, more = {}) => {
  const thrown: unknown[] = [];
  const note = (error: unknown) => thrown.push(error);
  process.on('uncaughtExceptionMonitor', note);
  try {
    const model = await forProvider(more).resolve(name);
    server.script({ text: Array<string>(300).fill('word '), pieceBytes: 64, ...(tail && { tail }) });
    const read = async () => {
      let words = 0;
      for await (const event of model.getStreamedResponse(modelRequest())) {
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
