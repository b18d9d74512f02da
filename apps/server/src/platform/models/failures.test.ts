import { expect, it } from 'vitest';
import { freePort } from '../../../../../tools/free-port.ts';
import { modelFailure } from './index.ts';
import { readFailure, replyWith, scriptedModels } from './testing.ts';
import { sayReason } from './wire/provider-error.ts';

const { server, open } = await scriptedModels();

it('tells failures of the server’s own from failures of the model', () => {
  expect(modelFailure(new Error('database gone'))).toBeUndefined();
  expect(modelFailure(new TypeError('bug'))).toBeUndefined();
});

it('lets a person try again after the provider does not know the model', async () => {
  const model = await open({ openai: { baseUrl: `${server.url}/v1`, api: 'chat_completions' } }).resolve('llama');
  for (const [status, code] of [
    [404, null],
    [400, 'model_not_found'],
  ] as const) {
    server.script({ status, body: { error: { message: 'No such model: llama', code } } });
    expect(await readFailure(model)).toMatchObject({ kind: 'unknown_model', retryable: true });
  }
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
])('makes the reason of a provider fit to be shown: %.40j', (words, shown) => {
  expect(sayReason(words)).toEqual(shown);
});

it('names a server that it cannot reach, without the secrets in its address', async () => {
  const port = await freePort();
  const baseUrl = `http://ann:secret@127.0.0.1:${port}/hidden/v1?key=secret`;
  const failure = await readFailure(await open({ openai: { baseUrl, api: 'chat_completions' } }).resolve('x'));
  expect(failure).toMatchObject({ kind: 'unreachable', detail: `ECONNREFUSED at 127.0.0.1:${port}` });
});

it('does not ask again after a refusal of something else', async () => {
  const model = await open().resolve('ollama/odd');
  server.script(replyWith(400, { error: { message: 'Invalid tool_call_id: "x"', type: 'invalid_request_error' } }));
  expect(await readFailure(model)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('tool_call_id') });
  expect(server.requests).toHaveLength(1);
});
