import type { lookup as lookupOfNode } from 'node:dns';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createOutbound } from '../outbound/index.ts';
import { createModels, type ModelsConfig, modelFailure } from './index.ts';
import { builtIn, readAnswer, readFailure, scriptedModels } from './testing.ts';

const { server, outbound, open } = await scriptedModels();

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
  await readAnswer(await open({ openai: { baseUrl: `${server.url}/v1`, api: 'responses' } }).resolve('llama'));
  await readAnswer(await open().resolve('llama'));
  expect(server.requests.map((r) => r.headers.authorization)).toEqual(['Bearer none', 'Bearer key']);
});

it.each([
  ['openai/odd', 'org-1'],
  ['ollama/odd', undefined],
  ['mistral/odd', undefined],
])('tells %s the organization at OpenAI: %s', async (name, organization) => {
  vi.stubEnv('OPENAI_ORG_ID', 'org-1');
  try {
    const model = await open().resolve(name);
    server.script({ text: 'Hi' });
    await readAnswer(model);
    expect(server.requests[0]!.headers['openai-organization']).toBe(organization);
  } finally {
    vi.unstubAllEnvs();
  }
});

it('asks Mistral itself when no base URL is set', async () => {
  const names: string[] = [];
  const lookup = ((name: string, _: object, done: (error: Error) => void) => {
    names.push(name);
    done(new Error('no network'));
  }) as typeof lookupOfNode;
  const watched = createOutbound({}, { lookup });
  const model = await open({ outbound: watched, mistral: { apiKey: 'key' } }).resolve('mistral/odd');
  expect(await readFailure(model)).toMatchObject({ kind: 'unreachable' });
  expect(names).toEqual(['api.mistral.ai']);
});

it('tells Mistral which answer goes on', async () => {
  const model = await open().resolve('mistral/odd');
  server.script({ text: ' cat.' });
  const content = [{ type: 'output_text' as const, text: 'A' }];
  const begun = { role: 'assistant' as const, status: 'completed' as const, content };
  await readAnswer(model, { input: [{ role: 'user', content: 'Hello' }, begun] });
  expect(server.requests[0]!.body.messages.at(-1)).toEqual({ role: 'assistant', content: 'A', prefix: true });
});

it('lets OpenAI keep nothing unless it may, and asks for its reasoning encrypted', async () => {
  const reasoning = { effort: 'low', summary: 'auto' } as const;
  server.script({ text: 'Hi' }, { text: 'Hi' });
  await readAnswer(await open().resolve('gpt-5'), { modelSettings: { reasoning } });
  const provider = { apiKey: 'key', baseUrl: `${server.url}/v1`, api: 'responses' as const };
  await readAnswer(await open({ openai: { ...provider, store: true } }).resolve('gpt-5'), {
    modelSettings: { reasoning },
  });
  expect(server.requests.map(({ body }) => [body.store, body.include])).toEqual([
    [false, ['reasoning.encrypted_content']],
    [true, []],
  ]);
});
