// Over 400 lines: one table of how servers misbehave and what a person gets all the same, to be read in one place.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../../../tools/model-server/server.ts';
import { chunk, completion, refuse, sse, stop, words } from './testing/frames.ts';
import { type ModelWorld, modelWorld } from './testing/model-world.ts';
import { wholeAnswers } from './testing/whole-answers.ts';

// How servers that call themselves compatible were seen to behave (their public bug reports), each with what a person must
// get all the same.

let chat: ModelWorld;
beforeEach(() => {
  chat.model.requests.length = 0;
});
afterEach(() => chat.model.verify());

describe.each([
  [
    'a compatible server',
    'openai/odd',
    (url: string) => ({ OPENAI_BASE_URL: `${url}/v1`, MODEL_API: 'chat_completions' }),
  ],
  ['Mistral', 'mistral/odd', (url: string) => ({ MISTRAL_API_KEY: 'k', MISTRAL_BASE_URL: `${url}/v1` })],
] as const)('over Chat Completions of %s', (server, model, settings) => {
  beforeAll(async () => {
    chat = await modelWorld((url) => ({ ...settings(url), CHATKIT_AGENT_MODEL: model }));
    return chat.close;
  });

  it.each(wholeAnswers)(
    'a server that %s gives its answer, and the answer is kept',
    async (_, step, answer, thoughts = []) => {
      const told = await chat.create('Hello there', step);
      expect(told.error).toBeUndefined();
      const said = typeof answer === 'string' ? answer : expect.stringMatching(answer);
      expect(told).toMatchObject({ answer: said, thoughts, notices: [] });
      expect(chat.asked()).toHaveLength(1);
      const kept = (await chat.ann.items(told.thread)).flatMap((item) =>
        item.type === 'assistant_message' ? item.content.map((part) => part.text) : [],
      );
      expect(kept).toEqual([said]);
    },
  );

  it('a refusal is streamed', async () => {
    const told = await chat.create(
      'Hello there',
      sse([chunk({ refusal: 'I cannot ' }), chunk({ refusal: 'help.' }), stop]),
    );
    expect(told.streamed).toBe('I cannot help.');
  });

  it('what was held back as half a tag is said before the failure', async () => {
    const told = await chat.create('Hello there', sse(words('<th'), ''));
    expect(told).toMatchObject({ answer: '<th', error: { allow_retry: true } });
  });

  it('three answers under one id are three messages', async () => {
    const first = await chat.create('One', sse([...words('The first.'), stop]));
    for (const [question, said] of [
      ['Two', 'The second.'],
      ['Three', 'The third.'],
    ] as const) {
      chat.script(sse([...words(said), stop]));
      await chat.ann.ask(question, first.thread);
    }
    const texts = (await chat.ann.items(first.thread)).flatMap((item) => ('content' in item ? [item.content] : []));
    expect(JSON.stringify(texts)).toMatch(/One.*The first\..*Two.*The second\..*Three.*The third\./);
  });

  it('text alone is sent as strings, and what one side said in one message', async () => {
    const first = await chat.create('Hello', { status: 500 }, { status: 500 });
    chat.script({ text: 'Yes?' });
    await chat.ann.ask('Are you there?', first.thread);
    const { messages, tools } = chat.asked().at(-1)!.body;
    expect(messages).toEqual([
      { role: 'system', content: expect.any(String) },
      { role: 'user', content: 'Hello\n\nAre you there?' },
    ]);
    expect(tools[0].function).not.toHaveProperty('strict');
    expect(chat.asked().at(-1)!.body).not.toHaveProperty('store');
  });

  const call = (city: string, more: object) => ({
    function: { name: 'get_weather', arguments: `{"city":"${city}"}` },
    ...more,
  });
  const calls = (...list: object[]) => list.map((one) => chunk({ tool_calls: [one] }));
  const callEnd = chunk({}, { finish_reason: 'tool_calls' });
  const rain = (city: string) => ({ city, temperature: 11.3, description: 'light rain' });
  const together: [name: string, step: Step][] = [
    [
      'with places and ids',
      sse([...calls(call('Paris', { index: 0, id: 'a' }), call('Lyon', { index: 1, id: 'b' })), callEnd]),
    ],
    [
      'in one place',
      sse([...calls(call('Paris', { index: 0, id: 'a' }), call('Lyon', { index: 0, id: 'b' })), callEnd]),
    ],
    ['in one place, without ids', sse([...calls(call('Paris', { index: 0 }), call('Lyon', { index: 0 })), callEnd])],
    ['without places', sse([...calls(call('Paris', { id: 'a' }), call('Lyon', { id: 'b' })), callEnd])],
    ['without places or ids', sse([...calls(call('Paris', {}), call('Lyon', {})), callEnd])],
    [
      'under one id',
      sse([...calls(call('Paris', { index: 0, id: 'a' }), call('Lyon', { index: 1, id: 'a' })), callEnd]),
    ],
    ['in one piece', sse([chunk({ tool_calls: [call('Paris', { id: '' }), call('Lyon', { id: '' })] }), callEnd])],
    [
      'in one document',
      {
        raw: JSON.stringify(
          completion({ content: null, tool_calls: [call('Paris', { id: 'a' }), call('Lyon', { id: 'b' })] }),
        ),
      },
    ],
    [
      'in pieces that take turns',
      sse([
        ...calls(
          { index: 0, id: 'a', function: { name: 'get_weather', arguments: '{"city":' } },
          { index: 1, id: 'b', function: { name: 'get_weather', arguments: '{"city":' } },
          { index: 0, function: { arguments: '"Paris"}' } },
          { index: 1, function: { arguments: '"Lyon"}' } },
        ),
        callEnd,
      ]),
    ],
  ];

  it.each(together)('two calls %s are run in turn, and both results reach the model', async (_, step) => {
    const first = await chat.create('Paris or Lyon?', step);
    expect(first.calls).toMatchObject([{ status: 'pending', name: 'get_weather', arguments: { city: 'Paris' } }]);
    const second = await chat.ann.giveResult(first.thread, rain('Paris'));
    expect(second.calls).toMatchObject([{ status: 'pending', name: 'get_weather', arguments: { city: 'Lyon' } }]);
    // Nothing is asked of the model in between.
    expect(chat.asked()).toHaveLength(1);
    chat.script({ text: 'It rains in both.' });
    expect(await chat.ann.giveResult(first.thread, rain('Lyon'))).toMatchObject({
      answer: 'It rains in both.',
      calls: [],
    });
    const { messages } = chat.asked().at(-1)!.body;
    const [called, ...results] = messages.slice(-3);
    expect(called.tool_calls).toHaveLength(2);
    expect(results.map((one: { content: string }) => JSON.parse(one.content).city)).toEqual(['Paris', 'Lyon']);
    const ids = called.tool_calls.map((one: { id: string }) => one.id);
    expect(new Set(ids).size).toBe(2);
    expect(results.map((one: { tool_call_id: string }) => one.tool_call_id)).toEqual(ids);
    // What is kept for the model is nobody's to see.
    expect((await chat.ann.items(first.thread)).map((item) => item.type)).not.toContain('sdk_hidden_context');
  });

  it('a tool there is not, called beside one that is there, is answered as such', async () => {
    const none = { index: 1, id: 'b', function: { name: 'search_moon', arguments: '{}' } };
    const first = await chat.create('Paris?', sse([...calls(call('Paris', { index: 0, id: 'a' }), none), callEnd]));
    expect(first.calls).toHaveLength(1);
    chat.script({ text: 'It rains.' });
    expect((await chat.ann.giveResult(first.thread, rain('Paris'))).answer).toBe('It rains.');
    expect(chat.asked().at(-1)!.body.messages.at(-1).content).toContain('There is no tool called "search_moon"');
  });

  // Nothing of the wire's, and seconds long.
  it.runIf(server !== 'Mistral')('a model that calls many tools at once without end is stopped as well', async () => {
    const many = sse([
      ...calls(...Array.from({ length: 5 }, (_, index) => call(`C${index}`, { index, id: `c${index}` }))),
      callEnd,
    ]);
    let told = await chat.create('Rain?', many);
    const { thread } = told;
    for (let runs = 0; !told.error && runs < 150; runs++) {
      chat.script({ ...many, optional: true });
      told = await chat.ann.giveResult(thread, rain('Paris'));
    }
    expect(told.error).toMatchObject({ message: expect.stringContaining('too many steps') });
    expect(chat.asked()).toHaveLength(16);
  });

  it('a person who goes on before the second call is answered, and the model told', async () => {
    const first = await chat.create('Paris or Lyon?', together[0]![1]);
    await chat.ann.giveResult(first.thread, rain('Paris'));
    chat.script({ text: 'As you like.' });
    expect(await chat.ann.ask('Never mind', first.thread)).toMatchObject({ answer: 'As you like.', error: undefined });
    const { messages } = chat.asked().at(-1)!.body;
    expect(
      messages.filter(({ role }: { role: string }) => role === 'tool').map((one: { content: string }) => one.content),
    ).toEqual([JSON.stringify(rain('Paris')), 'This call was not run.']);
    const roles = messages.slice(-2).map(({ role }: { role: string }) => role);
    // "Unexpected role 'user' after role 'tool'", says Mistral.
    expect(roles).toEqual([server === 'Mistral' ? 'assistant' : 'tool', 'user']);
  });

  it('a call that cannot be run is answered beside the one that can', async () => {
    const bad = { index: 1, id: 'b', function: { name: 'get_weather', arguments: '{"town":"Lyon"}' } };
    const first = await chat.create(
      'Paris or Lyon?',
      sse([...calls(call('Paris', { index: 0, id: 'a' }), bad), callEnd]),
    );
    expect(first.calls).toHaveLength(1);
    chat.script({ text: 'It rains in Paris.' });
    expect((await chat.ann.giveResult(first.thread, rain('Paris'))).answer).toBe('It rains in Paris.');
    expect(JSON.stringify(chat.asked().at(-1)!.body.messages.at(-1))).toContain('must be the name of a city');
  });

  it.each([
    ['empty', ''],
    ['missing', undefined],
    ['the same in every turn', 'functions.get_weather:0'],
  ])('a call id that is %s is one of its own all the same', async (_, id) => {
    const step = sse([...calls(call('Paris', { index: 0, id })), callEnd]);
    const first = await chat.create('Rain?', step);
    chat.script({ text: 'It rains.' }, step);
    await chat.ann.giveResult(first.thread, rain('Paris'));
    expect((await chat.ann.ask('And now?', first.thread)).calls).toHaveLength(1);
    chat.script({ text: 'It rains on.' });
    expect((await chat.ann.giveResult(first.thread, rain('Paris'))).answer).toBe('It rains on.');
    const { messages } = chat.asked().at(-1)!.body;
    const made = messages.flatMap((one: { tool_calls?: { id: string }[] }) => one.tool_calls ?? []);
    const answered = messages.flatMap((one: { tool_call_id?: string }) => one.tool_call_id ?? []);
    expect(made.map((one: { id: string }) => one.id)).toEqual(answered);
    expect(new Set(answered).size).toBe(2);
    expect(answered.every((one: string) => one !== '')).toBe(true);
  });

  it('what a model thought before its call, and what its server signed, come back with the result', async () => {
    const signed = { extra_content: { google: { thought_signature: 'c2lnbmVk' } } };
    const first = await chat.create(
      'Rain?',
      sse([
        chunk({ reasoning_content: 'They mean ' }),
        chunk({ reasoning_content: 'Paris.' }),
        ...calls(call('Paris', { index: 0, id: 'a', ...signed })),
        callEnd,
      ]),
    );
    chat.script({ text: 'It rains.' });
    await chat.ann.giveResult(first.thread, rain('Paris'));
    const called = chat.asked().at(-1)!.body.messages.at(-2);
    const sent = { type: 'function', function: call('Paris', {}).function };
    expect(called).toEqual({
      role: 'assistant',
      ...(server === 'Mistral'
        ? {
            content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'They mean Paris.' }], closed: true }],
            tool_calls: [{ id: expect.stringMatching(/^[a-z0-9]{9}$/), ...sent }],
          }
        : { content: null, reasoning_content: 'They mean Paris.', tool_calls: [{ id: 'a', ...sent, ...signed }] }),
    });
  });

  it.runIf(server === 'Mistral')('it is asked in no words but its own', async () => {
    const first = await chat.create(
      'Rain?',
      sse([
        chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Paris.' }] }] }),
        chunk({ content: 'One moment.' }),
        // The first id is one of Mistral's, the second is not: it takes letters and digits alone, nine of them.
        ...calls(call('Paris', { index: 0, id: 'Ab3dEf7hI' }), call('Lyon', { index: 1, id: 'call_1' })),
        callEnd,
      ]),
    );
    expect(first).toMatchObject({ answer: 'One moment.', thoughts: ['Paris.'], calls: [{ status: 'pending' }] });
    await chat.ann.giveResult(first.thread, rain('Paris'));
    chat.script({ text: 'It rains.' });
    expect(await chat.ann.giveResult(first.thread, rain('Lyon'))).toMatchObject({
      answer: 'It rains.',
      error: undefined,
    });
    const { body, path, headers } = chat.asked().at(-1)!;
    expect([path, headers.authorization]).toEqual(['/v1/chat/completions', 'Bearer k']);
    expect(Object.keys(body).sort()).toEqual(['messages', 'model', 'stream', 'tools']);
    const [called, ...results] = body.messages.slice(-3);
    expect(called.content).toContainEqual({
      type: 'thinking',
      thinking: [{ type: 'text', text: 'Paris.' }],
      closed: true,
    });
    const ids = called.tool_calls.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(['Ab3dEf7hI', expect.stringMatching(/^[A-Za-z0-9]{9}$/)]);
    expect(results.map((one: object) => Object.keys(one).sort())).toEqual(
      Array(2).fill(['content', 'role', 'tool_call_id']),
    );
  });

  it('a thought without a call is not sent back', async () => {
    const first = await chat.create('Hello', sse([chunk({ reasoning_content: 'Hm.' }), ...words('Yes?'), stop]));
    chat.script({ text: 'Good.' });
    await chat.ann.ask('Go on', first.thread);
    expect(JSON.stringify(chat.asked().at(-1)!.body)).not.toContain('Hm.');
  });

  it('an answer that was too long says so, and goes on at the press of a button', async () => {
    const cut = sse([...words('It was the best of ti'), chunk({}, { finish_reason: 'length' })]);
    const first = await chat.create('Read to me', cut);
    expect(first).toMatchObject({ answer: 'It was the best of ti', error: undefined });
    const card = (await chat.ann.items(first.thread)).at(-1)!;
    expect(card).toMatchObject({ type: 'widget', copy_text: expect.stringContaining('limit of length') });
    chat.script({ text: 'mes.' });
    const rest = await chat.ann.tell('threads.custom_action', {
      thread_id: first.thread,
      item_id: card.id,
      action: { type: 'causerie.continue' },
    });
    expect(rest).toMatchObject({ answer: 'mes.', error: undefined });
    expect(chat.asked().at(-1)!.body.messages.slice(-2)).toEqual([
      { role: 'assistant', content: 'It was the best of ti' },
      { role: 'user', content: expect.stringContaining('Go on exactly where') },
    ]);
    // The word is gone with its reason, and is no part of what the model reads.
    expect((await chat.ann.items(first.thread)).map((item) => item.type)).toEqual([
      'user_message',
      'assistant_message',
      'assistant_message',
    ]);
    expect(rest.events).toContainEqual({ type: 'thread.item.removed', item_id: card.id });
  });

  it('the word that an answer was cut is in the person’s language, and ends with what they say next', async () => {
    chat.script(sse([...words('Il était une f'), chunk({}, { finish_reason: 'length' })]));
    const first = await chat.ann.ask('Lis-moi une histoire', undefined, { 'accept-language': 'fr' });
    const card = (await chat.ann.items(first.thread)).at(-1)!;
    expect(JSON.stringify(card)).toMatch(/Cette réponse a été coupée.*Continuer/);
    chat.script({ text: 'ois.' });
    await chat.ann.ask('continue', first.thread);
    expect((await chat.ann.items(first.thread)).map((item) => item.id)).not.toContain(card.id);
    expect(JSON.stringify(chat.asked().at(-1)!.body.messages)).not.toContain('coupée');
  });

  it('an answer that a filter stopped keeps what it said, and says so', async () => {
    const told = await chat.create(
      'Hello',
      sse([...words('First you '), chunk({}, { finish_reason: 'content_filter' })]),
    );
    expect(told).toMatchObject({ answer: 'First you ', error: undefined });
    const card = (await chat.ann.items(told.thread)).at(-1)!;
    expect(card).toMatchObject({ type: 'widget', copy_text: expect.stringContaining('content filter') });
    expect(JSON.stringify(card)).not.toContain('Button');
  });

  const nothing: [name: string, step: Step, words: string][] = [
    ['says nothing', sse([stop]), 'gave no answer'],
    ['says blanks', sse([...words('\n', ' '), stop]), 'gave no answer'],
    ['only thinks', sse([chunk({ reasoning_content: 'Hm.' }), stop]), 'gave no answer'],
    [
      'thinks until its length is used up',
      sse([...words('<think>Hm'), chunk({}, { finish_reason: 'length' })]),
      'gave no answer',
    ],
    ['is stopped by its filter at once', sse([chunk({}, { finish_reason: 'content_filter' })]), 'content filter'],
    ['has no choice', { raw: JSON.stringify({ id: 'c', object: 'chat.completion', choices: [] }) }, 'gave no answer'],
    [
      'is cut in the middle of a call',
      sse([
        ...calls({ index: 0, id: 'a', function: { name: 'get_weather', arguments: '{"ci' } }),
        chunk({}, { finish_reason: 'length' }),
      ]),
      'gave no answer',
    ],
  ];
  it.each(nothing)('a model that %s is asked once, and a sentence says so', async (_, step, sentence) => {
    const told = await chat.create('Hello there', step);
    expect(told).toMatchObject({
      answer: '',
      error: { message: expect.stringContaining(sentence), allow_retry: true },
    });
    expect(chat.asked()).toHaveLength(1);
  });

  it('a model that calls without end is stopped, with a reason', async () => {
    const step = sse([...calls(call('Paris', { index: 0, id: 'a' })), callEnd]);
    let told = await chat.create('Rain?', step);
    const { thread } = told;
    let runs = 0;
    for (; !told.error && runs < 30; runs++) {
      chat.script({ ...step, optional: true });
      told = await chat.ann.giveResult(thread, rain('Paris'));
    }
    expect(runs).toBe(16);
    expect(told.error).toMatchObject({ message: expect.stringContaining('too many steps') });
    expect(chat.asked()).toHaveLength(16);
  });

  it('the start names the model that answers', () => {
    expect(chat.server.logged.map((line) => JSON.parse(line).msg)).toContain(
      `${model} is asked at ${new URL(chat.model.url).host}`,
    );
  });

  it('what a server said of a failure reaches the log and the administrator, without secrets, and nobody else', async () => {
    const words =
      "model 'odd' not found; key sk-proj-abcdefghijklmnop at http://me:pass@gpu.example/v1?key=abc\nforged";
    const step = refuse(404, { error: { message: words, type: 'not_found_error' } });
    chat.server.logged.length = 0;
    const told = await chat.create('Hello there', step);
    const reason = "status 404 not_found_error: model 'odd' not found; key … at http://gpu.example/v1?key=… forged";
    expect(told.error!.message).toContain(`(${reason})`);
    const [warning] = chat.server.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warning.detail).toBe(reason);
    chat.script(step);
    const other = await (await chat.server.signUp('bob')).ask('Hello there');
    expect(other.error!.message).not.toContain('not found');
  });

  // The last one here: it is remembered.
  it('a model without tools is asked again without, once, and told what it cannot do', async () => {
    const refusal = refuse(400, { error: { message: 'registry.ollama.ai/library/gemma:2b does not support tools' } });
    const first = await chat.create('Hello', refusal, { text: 'Hi.' });
    expect(first).toMatchObject({ answer: 'Hi.', error: undefined });
    chat.script({ text: 'Again.' });
    expect((await chat.ann.ask('And now?', first.thread)).answer).toBe('Again.');
    expect(chat.asked().map(({ body }) => body.tools !== undefined)).toEqual([true, false, false]);
    expect(chat.asked().at(-1)!.body.messages[0].content).toContain('No tools can be called');
  });
});
