import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../../../tools/model-server/server.ts';
import { chunk, sse } from './testing/frames.ts';
import { type ModelWorld, modelWorld } from './testing/model-world.ts';

// What comes of settings that are wrong, missing or narrow.

let chat: ModelWorld;
beforeEach(() => {
  chat.model.requests.length = 0;
});
afterEach(() => chat.model.verify());

describe('at the wrong address', () => {
  beforeAll(async () => {
    chat = await modelWorld((url) => ({ OPENAI_BASE_URL: url, CHATKIT_AGENT_MODEL: 'openai/odd' }));
    return chat.close;
  });

  it.each<[string, Step]>([
    ['says 404', { status: 404, body: '404 page not found' }],
    ['sends its page', { raw: '<!doctype html><title>Models</title>', contentType: 'text/html' }],
  ])('a base URL without its path whose server %s is told as such', async (_, step) => {
    const told = await chat.create('Hello there', step, step);
    expect(told.error!.message).toContain('the base URL has no path such as /v1');
  });
});

describe('with OpenAI itself', () => {
  // OpenAI's own address, reached through a proxy: the scripted server takes the whole request.
  it.each([
    ['keeps nothing, unless told otherwise', undefined, false],
    ['keeps what is said where that is allowed', 'true', true],
  ])('Chat Completions %s', async (_, OPENAI_STORE, store) => {
    chat = await modelWorld((url) => ({
      HTTP_PROXY: url,
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: 'http://api.openai.com/v1',
      MODEL_API: 'chat_completions',
      CHATKIT_AGENT_MODEL: 'openai/gpt-5',
      ...(OPENAI_STORE && { OPENAI_STORE }),
    }));
    expect(await chat.create('Hello', { text: 'Hi.' })).toMatchObject({ answer: 'Hi.' });
    // The title's request as well.
    expect(chat.model.requests.map(({ wire, body }) => [wire, body.store])).toEqual([
      ['chat', store],
      ['chat', store],
    ]);
    await chat.close();
  });
});

describe('with a short history', () => {
  beforeAll(async () => {
    chat = await modelWorld((url) => ({
      OPENAI_BASE_URL: `${url}/v1`,
      MODEL_API: 'chat_completions',
      CHATKIT_AGENT_MODEL: 'openai/odd',
      CHATKIT_AGENT_HISTORY_TOKENS: '1000',
      CHATKIT_AGENT_MESSAGE_TOKENS: '1000',
    }));
    return chat.close;
  });

  it('calls and their results stay together, wherever it is cut', async () => {
    const cities = ['Paris', 'Lyon', 'Nice'];
    const step = (turn: number) =>
      sse([
        chunk({ reasoning_content: `${turn} ${'They ask for the weather. '.repeat(300)}` }),
        chunk({
          tool_calls: cities.map((city, index) => ({
            index,
            id: `call_${turn}_${index}`,
            function: { name: 'get_weather', arguments: JSON.stringify({ city }) },
          })),
        }),
        chunk({}, { finish_reason: 'tool_calls' }),
      ]);
    let thread = '';
    for (let turn = 0; turn < 4; turn++) {
      if (turn > 0) chat.script(step(turn));
      const first = turn === 0 ? await chat.create('Rain?', step(0)) : await chat.ann.ask(`Rain? ${turn}`, thread);
      thread = first.thread;
      expect(first.calls).toMatchObject([{ arguments: { city: 'Paris' } }]);
      for (const city of cities.slice(1)) {
        const next = await chat.ann.giveResult(thread, { description: 'rain '.repeat(400) });
        expect(next.calls).toMatchObject([{ arguments: { city } }]);
      }
      chat.script({ text: `It rains everywhere. ${turn}` });
      expect(await chat.ann.giveResult(thread, { description: 'the last' })).toMatchObject({ error: undefined });
    }
    expect(chat.asked()).toHaveLength(8);
    for (const { body } of chat.asked()) {
      const made = body.messages.flatMap((one: { tool_calls?: { id: string }[] }) => one.tool_calls ?? []);
      const answered = body.messages.flatMap((one: { tool_call_id?: string }) => one.tool_call_id ?? []);
      expect(answered).toEqual(made.map((one: { id: string }) => one.id));
    }
    const results = chat.asked().at(-1)!.body.messages.slice(-3);
    expect(results.map(({ role }: { role: string }) => role)).toEqual(['tool', 'tool', 'tool']);
    expect(results[2].content).toContain('the last');
    // Nor is what was asked lost over its results.
    expect(JSON.stringify(chat.asked().at(-1)!.body.messages)).toContain('Rain? 3');
  });
});

describe('without its key', () => {
  beforeAll(async () => {
    chat = await modelWorld(() => ({ CHATKIT_AGENT_MODEL: 'anthropic/claude-sonnet-4-5' }));
    return chat.close;
  });

  it('a model says at the start what it waits for, and again to the administrator who asks it', async () => {
    const warnings = chat.server.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warnings.map(({ msg }) => msg)).toContain(
      'anthropic/claude-sonnet-4-5 cannot answer: its key is missing. Set ANTHROPIC_API_KEY.',
    );
    expect((await chat.ann.ask('Hello')).error).toMatchObject({
      message: expect.stringMatching(
        /^No model is set up .* restart the server, and try again\. .*set ANTHROPIC_API_KEY/,
      ),
      allow_retry: true,
    });
    expect((await chat.ann.ask('Hello', undefined, { 'accept-language': 'fr' })).error!.message).toContain(
      'redémarrez le serveur',
    );
    const bob = await chat.server.signUp('bob');
    const told = await bob.ask('Hello');
    expect(told.error!.message).toBe('No model is set up for this assistant. Please tell the administrator.');
    // One line says what is missing; where the fault is a setting there is no stack to read.
    expect(chat.server.logged.filter((line) => line.includes('"stack"'))).toEqual([]);
  });
});
