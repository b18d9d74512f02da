import { expect, it } from 'vitest';
import type { AnswerStep } from '../../../../../tools/model-server/server.ts';
import { readAnswer, readFailure, replyWith, scriptedModels, sse } from './testing.ts';

const { server, open } = await scriptedModels();

it('finds out that a server has no Responses API, once', async () => {
  const model = await open({ openai: { baseUrl: `${server.url}/v1` } }).resolve('llama');
  server.script({ status: 404 }, { text: 'Hi' }, { text: 'Again' });
  expect((await readAnswer(model)).text).toBe('Hi');
  expect((await readAnswer(model)).text).toBe('Again');
  expect(server.requests.map((r) => r.wire)).toEqual(['responses', 'chat', 'chat']);
});

const unsupported = (param: string) => ({ error: { message: `Unsupported parameter: '${param}'`, param } });

it.each<[string, string, AnswerStep | { status: number; body: unknown } | { raw: string }, string, unknown]>([
  [
    'a model without tools (Ollama)',
    'ollama/odd',
    replyWith(400, {
      error: { message: 'registry.ollama.ai/library/gemma:2b does not support tools', type: 'api_error' },
    }),
    'tools',
    undefined,
  ],
  [
    'a server without tools (vLLM)',
    'ollama/odd',
    replyWith(400, {
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
    replyWith(422, {
      detail: [{ type: 'extra_forbidden', loc: ['body', 'tools'], msg: 'Extra inputs are not permitted' }],
    }),
    'tools',
    undefined,
  ],
  [
    'a router without such a model (OpenRouter)',
    'ollama/odd',
    replyWith(404, { error: { message: 'No endpoints found that support tool use.', code: 404 } }),
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
  ['a model without tools', 'openai/odd', replyWith(400, unsupported('tools')), 'tools', undefined],
  ['a server that keeps nothing', 'openai/odd', replyWith(400, unsupported('store')), 'store', undefined],
  [
    'a server without stream_options',
    'ollama/odd',
    replyWith(400, { error: { message: 'Unrecognized request argument supplied: stream_options' } }),
    'stream_options',
    undefined,
  ],
])('asks %s (%s) again without the refused part, once', async (_, name, refusal, part, then) => {
  const model = await open().resolve(name);
  server.script(refusal, { text: 'Hi' }, { text: 'Again' });
  expect((await readAnswer(model)).text).toBe('Hi');
  expect((await readAnswer(model)).text).toBe('Again');
  const parts = server.requests.map(({ body }) => body[part]);
  expect(parts[0]).not.toEqual(then);
  expect(parts.slice(1)).toEqual([then, then]);
});

it('puts the instructions into the first message for a template without a system role', async () => {
  const model = await open().resolve('ollama/gemma');
  server.script(replyWith(400, { error: { message: 'System role not supported' } }), { text: 'Hi' });
  expect((await readAnswer(model)).text).toBe('Hi');
  expect(server.requests[1]!.body.messages).toEqual([{ role: 'user', content: 'Be brief.\n\nHello' }]);
});

it.each([
  [
    'Unsupported value',
    { message: "'reasoning.encrypted_content' is not supported with this model", param: 'include' },
    'include',
  ],
  ['Encrypted content', { message: 'Encrypted content is not supported with this model.' }, 'include'],
  ['Summaries', { message: 'Your organization must be verified', param: 'reasoning.summary' }, 'reasoning'],
])('leaves out no more than what was refused: %s', async (_, error, part) => {
  const model = await open().resolve('gpt-5');
  server.script(replyWith(400, { error }), { text: 'Hi' });
  await readAnswer(model, { modelSettings: { reasoning: { effort: 'low', summary: 'auto' } } });
  const [first, second] = server.requests.map(({ body }) => body);
  expect(second).toEqual({ ...first, [part]: undefined });
});

it('forgets an omission that did not help', async () => {
  const model = await open().resolve('ollama/odd');
  const refusal = replyWith(400, { error: { message: 'this model does not support tools' } });
  server.script(refusal, replyWith(400, { error: { message: 'nor anything else' } }), { text: 'Hi' });
  expect(await readFailure(model)).toMatchObject({ kind: 'refused' });
  await readAnswer(model);
  expect(server.requests.map(({ body }) => body.tools !== undefined)).toEqual([true, false, true]);
});

it('stays with the Responses API after one 404', async () => {
  const model = await open({ openai: { baseUrl: `${server.url}/v1` } }).resolve('llama');
  server.script({ status: 404 }, { status: 404 }, { text: 'Hi' });
  expect(await readFailure(model)).toMatchObject({ kind: 'unknown_model' });
  expect((await readAnswer(model)).text).toBe('Hi');
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
])('asks a server over Chat Completions that says with %j that it has no Responses API', async (missing) => {
  const model = await open({ openai: { baseUrl: `${server.url}/v1` } }).resolve('llama');
  server.script(missing, { text: 'Hi' }, { text: 'Again' });
  expect((await readAnswer(model)).text).toBe('Hi');
  expect((await readAnswer(model)).text).toBe('Again');
  expect(server.requests.map((r) => r.wire)).toEqual(['responses', 'chat', 'chat']);
});

it('leaves reasoning out for a model that has none', async () => {
  const model = await open().resolve('gpt-5');
  const modelSettings = { reasoning: { effort: 'low', summary: 'auto' } } as const;
  server.script(
    { status: 400, body: { error: { message: 'no', param: 'reasoning.summary', code: 'unsupported_value' } } },
    { text: 'Hi' },
    { text: 'Again' },
  );
  expect((await readAnswer(model, { modelSettings })).text).toBe('Hi');
  await readAnswer(model, { modelSettings });
  expect(server.requests.map((r) => r.body.reasoning !== undefined)).toEqual([true, false, false]);
});
