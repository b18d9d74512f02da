import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configRoutes } from '@causerie/api';
import { expect, it } from 'vitest';
import { world } from '../../../testing/world.ts';
import { publicSettings } from '../../config.ts';

const { server, startProcess: open } = await world({ answers: 'agents', people: [] });

const get = async (url: string, at = server) => {
  const answer = await at.get(url);
  expect(answer.status, url).toBe(200);
  return answer.body;
};

it('the first texts come in three languages, and in English for everybody else', async () => {
  const english = await get('/api/config?lang=en');
  expect(english).toMatchObject({ language: 'en', greeting: 'How can I help you today?' });
  expect(await get('/api/config?lang=fr')).toMatchObject({
    language: 'fr',
    greeting: "Comment puis-je vous aider aujourd'hui\u202f?",
  });
  expect(await get('/api/config?lang=es')).toMatchObject({ language: 'es', greeting: '¿Cómo puedo ayudarte hoy?' });
  expect((await get('/api/config?lang=fr-CA')).language).toBe('fr');
  for (const query of [
    '',
    '?lang=',
    '?lang=de',
    '?lang=__proto__',
    '?lang=toString',
    '?lang=fr&lang=es',
    `?lang=${'x'.repeat(5000)}`,
  ])
    expect(await get(`/api/config${query}`), query).toEqual(english);
});

it('the texts of the server and of the page agree', async () => {
  for (const language of ['en', 'fr', 'es']) {
    const catalogue = join(import.meta.dirname, `../../../../web/src/i18n/catalogues/${language}.json`);
    const { chat } = JSON.parse(readFileSync(catalogue, 'utf8'));
    const served = await get(`/api/config?lang=${language}`);
    expect(served).toMatchObject({ greeting: chat.greeting, placeholder: chat.placeholder });
    expect(served.prompts.map(({ label, prompt }: { label: string; prompt: string }) => [label, prompt])).toEqual([
      [chat.promptWeather, chat.promptWeatherText],
      [chat.promptAbout, chat.promptAboutText],
      [chat.promptModel, chat.promptModelText],
    ]);
  }
});

it('what a language model and its provider bring is told, and what they make needless is not', async () => {
  expect(await get('/api/config')).toMatchObject({ dictation: false, prompts: { length: 3 } });
  const withModel = await open({ OPENAI_API_KEY: 'sk-1' });
  expect(await get('/api/config', withModel)).toMatchObject({ dictation: true, prompts: { length: 2 } });
  const withoutEars = await open({ ANTHROPIC_API_KEY: 'sk-2' });
  expect(await get('/api/config', withoutEars)).toMatchObject({ dictation: false, prompts: { length: 2 } });
});

it('who answers is named, in the reader’s language', async () => {
  expect((await get('/api/config')).disclaimer).toContain('no language model is connected');
  const named = await open({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', CHATKIT_AGENT_MODEL: 'openai/meta/llama_3*' });
  const said = async (language: string) => (await get(`/api/config?lang=${language}`, named)).disclaimer;
  expect(await said('en')).toBe('meta/llama\\_3\\* answers, and may be wrong: check what matters.');
  expect(await said('fr')).toMatch(/^meta.* répond et peut se tromper/);
  expect(await said('es')).toMatch(/^Responde meta.* y puede equivocarse/);
});

it('a model without its key is not said to answer', async () => {
  const waiting = await open({ CHATKIT_AGENT_MODEL: 'openai/gpt-5.2' });
  const said = async (language: string) => (await get(`/api/config?lang=${language}`, waiting)).disclaimer;
  expect(await said('en')).toBe('gpt-5.2 cannot answer yet: this server has no key for it.');
  expect(await said('fr')).toMatch(/^gpt-5.2 ne peut pas encore répondre/);
  expect(await said('es')).toMatch(/^gpt-5.2 aún no puede responder/);
});

it('says whether newcomers are welcome, and whether they would be the first', async () => {
  const closed = await open({ REGISTRATION: 'closed' });
  expect(await get('/api/config')).toMatchObject({ registration: 'open', first_account: true });
  // The very first account can be made even so.
  expect(await get('/api/config', closed)).toMatchObject({ registration: 'open', first_account: true });
  await server.signUp('ann');
  expect(await get('/api/config')).toMatchObject({ registration: 'open', first_account: false });
  expect(await get('/api/config', closed)).toMatchObject({ registration: 'closed', first_account: false });
});

it('the web app is told its own settings by their names, and no other', async () => {
  expect(await get('/api/runtime-config')).toEqual({
    VITE_CHATKIT_DIRECT_UPLOAD_URL: '/api/attachments',
    ATTACHMENT_MAX_BYTES: '10485760',
    ATTACHMENT_MAX_COUNT: '4',
  });
  const env = {
    VITE_CHATKIT_API_URL: 'https://chatkit.example.com/chatkit',
    VITE_CHATKIT_DOMAIN_KEY: 'domain_pk_1',
    VITE_CHATKIT_FORCE_HOSTED: 'true',
    VITE_CHATKIT_SKIP_DOMAIN_VERIFICATION: 'true',
    VITE_CHATKIT_UPLOAD_STRATEGY: 'direct',
    VITE_CHATKIT_DIRECT_UPLOAD_URL: '/api/files',
    VITE_BACKEND_URL: 'https://chatkit.example.com/api',
    ATTACHMENT_MAX_BYTES: '2000000',
    ATTACHMENT_MAX_COUNT: '2',
  };
  const told = await open({
    ...env,
    VITE_OPENAI_API_SECRET_KEY: 'sk-1',
    OPENAI_API_KEY: 'sk-2',
    METRICS_TOKEN: 'm'.repeat(20),
  });
  expect(await get('/api/runtime-config', told)).toEqual(env);
});

it('the contract names every public setting, and no other', () => {
  expect(Object.keys(configRoutes.runtimeConfig.answers[200].shape).sort()).toEqual([...publicSettings].sort());
});
