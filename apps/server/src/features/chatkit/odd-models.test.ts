// Over 400 lines: one table of how servers misbehave and what a person gets all the same, to be read in one place.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../../../tools/model-server/server.ts';
import { forAnswer, type ModelChat, startModelChat, type Told } from './testing/model-chat.ts';

// How servers that call themselves compatible were seen to behave (their public bug reports), each with what a person must
// get all the same.

/** Frames as they are, with the end that OpenAI's own server sends unless another is given. */
const sse = (frames: unknown[], end = 'data: [DONE]\n\n') => ({
  raw: frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('') + end,
});
const chunk = (delta: object, choice: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: null, ...choice }],
});
const words = (...pieces: string[]) => pieces.map((content) => chunk({ content }));
const stop = chunk({}, { finish_reason: 'stop' });
const usage = { id: 'chatcmpl-1', choices: [], usage: { prompt_tokens: 4, completion_tokens: 3, total_tokens: 7 } };
const completion = (message: object, choice: object = {}) => ({
  id: 'c1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', ...choice }],
  usage: { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 },
});
const refuse = (status: number, body: unknown): Step => ({ status, body });

let chat: ModelChat;
/** The requests for answers, without those for titles. */
const asked = () => chat.models.requests.filter(forAnswer);
const script = (...steps: Step[]) => chat.models.script(...steps.map((step) => ({ when: forAnswer, ...step })));
const create = (text: string, ...steps: Step[]): Promise<Told> => {
  script(...steps);
  return chat.create(text);
};
beforeEach(() => {
  chat.models.requests.length = 0;
});
afterEach(() => chat.models.verify());

describe.each([
  [
    'a compatible server',
    'openai/odd',
    (url: string) => ({ OPENAI_BASE_URL: `${url}/v1`, MODEL_API: 'chat_completions' }),
  ],
  ['Mistral', 'mistral/odd', (url: string) => ({ MISTRAL_API_KEY: 'k', MISTRAL_BASE_URL: `${url}/v1` })],
] as const)('over Chat Completions of %s', (server, model, settings) => {
  beforeAll(async () => {
    chat = await startModelChat((url) => ({ ...settings(url), CHATKIT_AGENT_MODEL: model }));
    return () => chat.close();
  });

  const whole: [name: string, step: Step, answer: string | RegExp, thoughts?: string[]][] = [
    ['ends with [DONE] alone', sse([...words('The whole ', 'answer.'), usage]), 'The whole answer.'],
    [
      'ends with [DONE] and no blank line',
      sse([...words('The whole ', 'answer.')], 'data: [DONE]'),
      'The whole answer.',
    ],
    ['ends with its reason and no [DONE]', sse([...words('Whole.'), stop], ''), 'Whole.'],
    [
      'leaves out the index of its choice',
      sse(
        [...words('Here ', 'I am.'), stop].map((one) => ({
          ...one,
          choices: [{ ...one.choices[0], index: undefined }],
        })),
      ),
      'Here I am.',
    ],
    [
      'counts tokens in the index of its choice',
      sse(
        [...words('Here ', 'I am.'), stop].map((one, index) => ({ ...one, choices: [{ ...one.choices[0], index }] })),
      ),
      'Here I am.',
    ],
    [
      'sends null for what is empty',
      sse([chunk({ role: 'assistant', content: null, tool_calls: null }), { choices: null }, ...words('Yes.'), stop]),
      'Yes.',
    ],
    ['sends its message in place of deltas', sse([completion({ content: 'Yes.' })]), 'Yes.'],
    [
      'does not stream',
      { raw: JSON.stringify(completion({ content: 'All at once.' })), contentType: 'application/json' },
      'All at once.',
    ],
    [
      'does not stream and says that it does',
      { raw: JSON.stringify(completion({ content: 'All at once.' }), null, 2) },
      'All at once.',
    ],
    [
      'thinks in its text',
      sse([...words('<th', 'ink>\nSo they ', 'ask.</th', 'ink>\n\n', 'It is <think> that you mean.'), stop]),
      'It is <think> that you mean.',
      ['So they ask.'],
    ],
    [
      'thinks in the text of one document',
      { raw: JSON.stringify(completion({ content: '<think>Hm.</think>Yes.' })), contentType: 'application/json' },
      'Yes.',
      ['Hm.'],
    ],
    [
      'thinks in reasoning_content',
      sse([chunk({ reasoning_content: 'Hm.' }), ...words('Yes.'), stop]),
      'Yes.',
      ['Hm.'],
    ],
    [
      'thinks under two names at once',
      sse([chunk({ reasoning_content: 'Hm.', reasoning: 'Hm.' }), ...words('Yes.'), stop]),
      'Yes.',
      ['Hm.'],
    ],
    [
      'writes its content as parts',
      sse([
        chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] }),
        chunk({ content: [{ type: 'text', text: 'Yes.' }] }),
        stop,
      ]),
      'Yes.',
      ['Hm.'],
    ],
    [
      'refuses',
      sse([chunk({ refusal: 'I cannot ' }), chunk({ refusal: 'help with that.' }), stop]),
      'I cannot help with that.',
    ],
    ['writes a NUL', sse([...words('nov', '\u0000', 'ember'), stop]), /^nov.?ember$/],
    [
      'ends in half a character',
      { raw: `data: {"choices":[{"delta":{"content":"smile \\ud83d"}}]}\n\ndata: [DONE]\n\n` },
      /^smile .?$/,
    ],
    [
      'sends half a character in each of two pieces',
      {
        raw: `data: {"choices":[{"delta":{"content":"smile \\ud83d"}}]}\n\ndata: {"choices":[{"delta":{"content":"\\ude00 done"}}]}\n\ndata: [DONE]\n\n`,
      },
      'smile 😀 done',
    ],
  ];

  it.each(whole)(
    'a server that %s gives its answer, and the answer is kept',
    async (_, step, answer, thoughts = []) => {
      const told = await create('Hello there', step);
      expect(told.error).toBeUndefined();
      const said = typeof answer === 'string' ? answer : expect.stringMatching(answer);
      expect(told).toMatchObject({ answer: said, thoughts, notices: [] });
      expect(asked()).toHaveLength(1);
      const kept = (await chat.items(told.thread)).flatMap((item) =>
        item.type === 'assistant_message' ? item.content.map((part) => part.text) : [],
      );
      expect(kept).toEqual([said]);
    },
  );

  it('a refusal is streamed', async () => {
    const told = await create('Hello there', sse([chunk({ refusal: 'I cannot ' }), chunk({ refusal: 'help.' }), stop]));
    expect(told.streamed).toBe('I cannot help.');
  });

  it('what was held back as half a tag is said before the failure', async () => {
    const told = await create('Hello there', sse(words('<th'), ''));
    expect(told).toMatchObject({ answer: '<th', error: { allow_retry: true } });
  });

  it('three answers under one id are three messages', async () => {
    const first = await create('One', sse([...words('The first.'), stop]));
    for (const [question, said] of [
      ['Two', 'The second.'],
      ['Three', 'The third.'],
    ] as const) {
      script(sse([...words(said), stop]));
      await chat.add(first.thread, question);
    }
    const texts = (await chat.items(first.thread)).flatMap((item) => ('content' in item ? [item.content] : []));
    expect(JSON.stringify(texts)).toMatch(/One.*The first\..*Two.*The second\..*Three.*The third\./);
  });

  it('text alone is sent as strings, and what one side said in one message', async () => {
    const first = await create('Hello', { status: 500 }, { status: 500 });
    script({ text: 'Yes?' });
    await chat.add(first.thread, 'Are you there?');
    const { messages, tools } = asked().at(-1)!.body;
    expect(messages).toEqual([
      { role: 'system', content: expect.any(String) },
      { role: 'user', content: 'Hello\n\nAre you there?' },
    ]);
    expect(tools[0].function).not.toHaveProperty('strict');
    expect(asked().at(-1)!.body).not.toHaveProperty('store');
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
    const first = await create('Paris or Lyon?', step);
    expect(first.calls).toMatchObject([{ status: 'pending', name: 'get_weather', arguments: { city: 'Paris' } }]);
    const second = await chat.toolOutput(first.thread, rain('Paris'));
    expect(second.calls).toMatchObject([{ status: 'pending', name: 'get_weather', arguments: { city: 'Lyon' } }]);
    // Nothing is asked of the model in between.
    expect(asked()).toHaveLength(1);
    script({ text: 'It rains in both.' });
    expect(await chat.toolOutput(first.thread, rain('Lyon'))).toMatchObject({ answer: 'It rains in both.', calls: [] });
    const { messages } = asked().at(-1)!.body;
    const [called, ...results] = messages.slice(-3);
    expect(called.tool_calls).toHaveLength(2);
    expect(results.map((one: { content: string }) => JSON.parse(one.content).city)).toEqual(['Paris', 'Lyon']);
    const ids = called.tool_calls.map((one: { id: string }) => one.id);
    expect(new Set(ids).size).toBe(2);
    expect(results.map((one: { tool_call_id: string }) => one.tool_call_id)).toEqual(ids);
    // What is kept for the model is nobody's to see.
    expect((await chat.items(first.thread)).map((item) => item.type)).not.toContain('sdk_hidden_context');
  });

  it('a tool there is not, called beside one that is there, is answered as such', async () => {
    const none = { index: 1, id: 'b', function: { name: 'search_moon', arguments: '{}' } };
    const first = await create('Paris?', sse([...calls(call('Paris', { index: 0, id: 'a' }), none), callEnd]));
    expect(first.calls).toHaveLength(1);
    script({ text: 'It rains.' });
    expect((await chat.toolOutput(first.thread, rain('Paris'))).answer).toBe('It rains.');
    expect(asked().at(-1)!.body.messages.at(-1).content).toContain('There is no tool called "search_moon"');
  });

  // Nothing of the wire's, and seconds long.
  it.runIf(server !== 'Mistral')('a model that calls many tools at once without end is stopped as well', async () => {
    const many = sse([
      ...calls(...Array.from({ length: 5 }, (_, index) => call(`C${index}`, { index, id: `c${index}` }))),
      callEnd,
    ]);
    let told = await create('Rain?', many);
    const { thread } = told;
    for (let runs = 0; !told.error && runs < 150; runs++) {
      chat.models.script({ ...many, when: forAnswer, optional: true });
      told = await chat.toolOutput(thread, rain('Paris'));
    }
    expect(told.error).toMatchObject({ message: expect.stringContaining('too many steps') });
    expect(asked()).toHaveLength(16);
  });

  it('a person who goes on before the second call is answered, and the model told', async () => {
    const first = await create('Paris or Lyon?', together[0]![1]);
    await chat.toolOutput(first.thread, rain('Paris'));
    script({ text: 'As you like.' });
    expect(await chat.add(first.thread, 'Never mind')).toMatchObject({ answer: 'As you like.', error: undefined });
    const { messages } = asked().at(-1)!.body;
    expect(
      messages.filter(({ role }: { role: string }) => role === 'tool').map((one: { content: string }) => one.content),
    ).toEqual([JSON.stringify(rain('Paris')), 'This call was not run.']);
    const roles = messages.slice(-2).map(({ role }: { role: string }) => role);
    // "Unexpected role 'user' after role 'tool'", says Mistral.
    expect(roles).toEqual([server === 'Mistral' ? 'assistant' : 'tool', 'user']);
  });

  it('a call that cannot be run is answered beside the one that can', async () => {
    const bad = { index: 1, id: 'b', function: { name: 'get_weather', arguments: '{"town":"Lyon"}' } };
    const first = await create('Paris or Lyon?', sse([...calls(call('Paris', { index: 0, id: 'a' }), bad), callEnd]));
    expect(first.calls).toHaveLength(1);
    script({ text: 'It rains in Paris.' });
    expect((await chat.toolOutput(first.thread, rain('Paris'))).answer).toBe('It rains in Paris.');
    expect(JSON.stringify(asked().at(-1)!.body.messages.at(-1))).toContain('must be the name of a city');
  });

  it.each([
    ['empty', ''],
    ['missing', undefined],
    ['the same in every turn', 'functions.get_weather:0'],
  ])('a call id that is %s is one of its own all the same', async (_, id) => {
    const step = sse([...calls(call('Paris', { index: 0, id })), callEnd]);
    const first = await create('Rain?', step);
    script({ text: 'It rains.' }, step);
    await chat.toolOutput(first.thread, rain('Paris'));
    expect((await chat.add(first.thread, 'And now?')).calls).toHaveLength(1);
    script({ text: 'It rains on.' });
    expect((await chat.toolOutput(first.thread, rain('Paris'))).answer).toBe('It rains on.');
    const { messages } = asked().at(-1)!.body;
    const made = messages.flatMap((one: { tool_calls?: { id: string }[] }) => one.tool_calls ?? []);
    const answered = messages.flatMap((one: { tool_call_id?: string }) => one.tool_call_id ?? []);
    expect(made.map((one: { id: string }) => one.id)).toEqual(answered);
    expect(new Set(answered).size).toBe(2);
    expect(answered.every((one: string) => one !== '')).toBe(true);
  });

  it('what a model thought before its call, and what its server signed, come back with the result', async () => {
    const signed = { extra_content: { google: { thought_signature: 'c2lnbmVk' } } };
    const first = await create(
      'Rain?',
      sse([
        chunk({ reasoning_content: 'They mean ' }),
        chunk({ reasoning_content: 'Paris.' }),
        ...calls(call('Paris', { index: 0, id: 'a', ...signed })),
        callEnd,
      ]),
    );
    script({ text: 'It rains.' });
    await chat.toolOutput(first.thread, rain('Paris'));
    const called = asked().at(-1)!.body.messages.at(-2);
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
    const first = await create(
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
    await chat.toolOutput(first.thread, rain('Paris'));
    script({ text: 'It rains.' });
    expect(await chat.toolOutput(first.thread, rain('Lyon'))).toMatchObject({ answer: 'It rains.', error: undefined });
    const { body, path, headers } = asked().at(-1)!;
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
    const first = await create('Hello', sse([chunk({ reasoning_content: 'Hm.' }), ...words('Yes?'), stop]));
    script({ text: 'Good.' });
    await chat.add(first.thread, 'Go on');
    expect(JSON.stringify(asked().at(-1)!.body)).not.toContain('Hm.');
  });

  it('an answer that was too long says so, and goes on at the press of a button', async () => {
    const cut = sse([...words('It was the best of ti'), chunk({}, { finish_reason: 'length' })]);
    const first = await create('Read to me', cut);
    expect(first).toMatchObject({ answer: 'It was the best of ti', error: undefined });
    const card = (await chat.items(first.thread)).at(-1)!;
    expect(card).toMatchObject({ type: 'widget', copy_text: expect.stringContaining('limit of length') });
    script({ text: 'mes.' });
    const rest = await chat.act(first.thread, card.id, 'causerie.continue');
    expect(rest).toMatchObject({ answer: 'mes.', error: undefined });
    expect(asked().at(-1)!.body.messages.slice(-2)).toEqual([
      { role: 'assistant', content: 'It was the best of ti' },
      { role: 'user', content: expect.stringContaining('Go on exactly where') },
    ]);
    // The word is gone with its reason, and is no part of what the model reads.
    expect((await chat.items(first.thread)).map((item) => item.type)).toEqual([
      'user_message',
      'assistant_message',
      'assistant_message',
    ]);
    expect(rest.events).toContainEqual({ type: 'thread.item.removed', item_id: card.id });
  });

  it('the word that an answer was cut is in the person’s language, and ends with what they say next', async () => {
    script(sse([...words('Il était une f'), chunk({}, { finish_reason: 'length' })]));
    const first = await chat.create('Lis-moi une histoire', { 'accept-language': 'fr' });
    const card = (await chat.items(first.thread)).at(-1)!;
    expect(JSON.stringify(card)).toMatch(/Cette réponse a été coupée.*Continuer/);
    script({ text: 'ois.' });
    await chat.add(first.thread, 'continue');
    expect((await chat.items(first.thread)).map((item) => item.id)).not.toContain(card.id);
    expect(JSON.stringify(asked().at(-1)!.body.messages)).not.toContain('coupée');
  });

  it('an answer that a filter stopped keeps what it said, and says so', async () => {
    const told = await create('Hello', sse([...words('First you '), chunk({}, { finish_reason: 'content_filter' })]));
    expect(told).toMatchObject({ answer: 'First you ', error: undefined });
    const card = (await chat.items(told.thread)).at(-1)!;
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
    const told = await create('Hello there', step);
    expect(told).toMatchObject({
      answer: '',
      error: { message: expect.stringContaining(sentence), allow_retry: true },
    });
    expect(asked()).toHaveLength(1);
  });

  it('a model that calls without end is stopped, with a reason', async () => {
    const step = sse([...calls(call('Paris', { index: 0, id: 'a' })), callEnd]);
    let told = await create('Rain?', step);
    const { thread } = told;
    let runs = 0;
    for (; !told.error && runs < 30; runs++) {
      chat.models.script({ ...step, when: forAnswer, optional: true });
      told = await chat.toolOutput(thread, rain('Paris'));
    }
    expect(runs).toBe(16);
    expect(told.error).toMatchObject({ message: expect.stringContaining('too many steps') });
    expect(asked()).toHaveLength(16);
  });

  it('the start names the model that answers', () => {
    expect(chat.lines.map((line) => JSON.parse(line).msg)).toContain(
      `${model} is asked at ${new URL(chat.models.url).host}`,
    );
  });

  it('what a server said of a failure reaches the log and the administrator, without secrets, and nobody else', async () => {
    const words =
      "model 'odd' not found; key sk-proj-abcdefghijklmnop at http://me:pass@gpu.example/v1?key=abc\nforged";
    const step = refuse(404, { error: { message: words, type: 'not_found_error' } });
    chat.lines.length = 0;
    const told = await create('Hello there', step);
    const reason = "status 404 not_found_error: model 'odd' not found; key … at http://gpu.example/v1?key=… forged";
    expect(told.error!.message).toContain(`(${reason})`);
    const [warning] = chat.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warning.detail).toBe(reason);
    script(step);
    const other = await chat.create('Hello there', {
      authorization: `Bearer ${await chat.register('bob@example.org')}`,
    });
    expect(other.error!.message).not.toContain('not found');
  });

  // The last one here: it is remembered.
  it('a model without tools is asked again without, once, and told what it cannot do', async () => {
    const refusal = refuse(400, { error: { message: 'registry.ollama.ai/library/gemma:2b does not support tools' } });
    const first = await create('Hello', refusal, { text: 'Hi.' });
    expect(first).toMatchObject({ answer: 'Hi.', error: undefined });
    script({ text: 'Again.' });
    expect((await chat.add(first.thread, 'And now?')).answer).toBe('Again.');
    expect(asked().map(({ body }) => body.tools !== undefined)).toEqual([true, false, false]);
    expect(asked().at(-1)!.body.messages[0].content).toContain('No tools can be called');
  });
});

describe('at the wrong address', () => {
  beforeAll(async () => {
    chat = await startModelChat((url) => ({ OPENAI_BASE_URL: url, CHATKIT_AGENT_MODEL: 'openai/odd' }));
    return () => chat.close();
  });

  it.each<[string, Step]>([
    ['says 404', { status: 404, body: '404 page not found' }],
    ['sends its page', { raw: '<!doctype html><title>Models</title>', contentType: 'text/html' }],
  ])('a base URL without its path whose server %s is told as such', async (_, step) => {
    const told = await create('Hello there', step, step);
    expect(told.error!.message).toContain('the base URL has no path such as /v1');
  });
});

describe('with OpenAI itself', () => {
  // OpenAI's own address, reached through a proxy: the scripted server takes the whole request.
  it.each([
    ['keeps nothing, unless told otherwise', undefined, false],
    ['keeps what is said where that is allowed', 'true', true],
  ])('Chat Completions %s', async (_, OPENAI_STORE, store) => {
    chat = await startModelChat((url) => ({
      HTTP_PROXY: url,
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: 'http://api.openai.com/v1',
      MODEL_API: 'chat_completions',
      CHATKIT_AGENT_MODEL: 'openai/gpt-5',
      ...(OPENAI_STORE && { OPENAI_STORE }),
    }));
    expect(await create('Hello', { text: 'Hi.' })).toMatchObject({ answer: 'Hi.' });
    // The title's request as well.
    expect(chat.models.requests.map(({ wire, body }) => [wire, body.store])).toEqual([
      ['chat', store],
      ['chat', store],
    ]);
    await chat.close();
  });
});

describe('with a short history', () => {
  beforeAll(async () => {
    chat = await startModelChat((url) => ({
      OPENAI_BASE_URL: `${url}/v1`,
      MODEL_API: 'chat_completions',
      CHATKIT_AGENT_MODEL: 'openai/odd',
      CHATKIT_AGENT_HISTORY_TOKENS: '1000',
      CHATKIT_AGENT_MESSAGE_TOKENS: '1000',
    }));
    return () => chat.close();
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
      if (turn > 0) script(step(turn));
      const first = turn === 0 ? await create('Rain?', step(0)) : await chat.add(thread, `Rain? ${turn}`);
      thread = first.thread;
      expect(first.calls).toMatchObject([{ arguments: { city: 'Paris' } }]);
      for (const city of cities.slice(1)) {
        const next = await chat.toolOutput(thread, { description: 'rain '.repeat(400) });
        expect(next.calls).toMatchObject([{ arguments: { city } }]);
      }
      script({ text: `It rains everywhere. ${turn}` });
      expect(await chat.toolOutput(thread, { description: 'the last' })).toMatchObject({ error: undefined });
    }
    expect(asked()).toHaveLength(8);
    for (const { body } of asked()) {
      const made = body.messages.flatMap((one: { tool_calls?: { id: string }[] }) => one.tool_calls ?? []);
      const answered = body.messages.flatMap((one: { tool_call_id?: string }) => one.tool_call_id ?? []);
      expect(answered).toEqual(made.map((one: { id: string }) => one.id));
    }
    const results = asked().at(-1)!.body.messages.slice(-3);
    expect(results.map(({ role }: { role: string }) => role)).toEqual(['tool', 'tool', 'tool']);
    expect(results[2].content).toContain('the last');
    // Nor is what was asked lost over its results.
    expect(JSON.stringify(asked().at(-1)!.body.messages)).toContain('Rain? 3');
  });
});

describe('without its key', () => {
  beforeAll(async () => {
    chat = await startModelChat(() => ({ CHATKIT_AGENT_MODEL: 'anthropic/claude-sonnet-4-5' }));
    return () => chat.close();
  });

  it('a model says at the start what it waits for, and again to the administrator who asks it', async () => {
    const warnings = chat.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warnings.map(({ msg }) => msg)).toContain(
      'anthropic/claude-sonnet-4-5 cannot answer: its key is missing. Set ANTHROPIC_API_KEY.',
    );
    expect((await chat.create('Hello')).error).toMatchObject({
      message: expect.stringMatching(
        /^No model is set up .* restart the server, and try again\. .*set ANTHROPIC_API_KEY/,
      ),
      allow_retry: true,
    });
    expect((await chat.create('Hello', { 'accept-language': 'fr' })).error!.message).toContain('redémarrez le serveur');
    const token = await chat.register('bob@example.org');
    const told = await chat.create('Hello', { authorization: `Bearer ${token}` });
    expect(told.error!.message).toBe('No model is set up for this assistant. Please tell the administrator.');
    // One line says what is missing; where the fault is a setting there is no stack to read.
    expect(chat.lines.filter((line) => line.includes('"stack"'))).toEqual([]);
  });
});

describe.each([
  ['Responses', (url: string) => ({ OPENAI_BASE_URL: `${url}/v1`, CHATKIT_AGENT_MODEL: 'openai/odd' })],
  [
    'Anthropic',
    (url: string) => ({
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: `${url}/v1`,
      CHATKIT_AGENT_MODEL: 'anthropic/odd',
    }),
  ],
  [
    'Gemini',
    (url: string) => ({
      GOOGLE_GENERATIVE_AI_API_KEY: 'k',
      GOOGLE_BASE_URL: `${url}/v1beta`,
      CHATKIT_AGENT_MODEL: 'google/gemini-3-pro-preview',
    }),
  ],
  [
    'Mistral',
    (url: string) => ({
      MISTRAL_API_KEY: 'k',
      MISTRAL_BASE_URL: `${url}/v1`,
      CHATKIT_AGENT_MODEL: 'mistral/odd',
    }),
  ],
] as const)('over the API of %s', (wire, settings) => {
  beforeAll(async () => {
    chat = await startModelChat(settings);
    return () => chat.close();
  });
  const rain = (city: string) => ({ city, temperature: 11.3 });

  it('two calls are run in turn, and both results reach the model together', async () => {
    const calls = ['Paris', 'Lyon'].map((city) => ({ name: 'get_weather', arguments: { city } }));
    const first = await create('Paris or Lyon?', { calls });
    expect(first.calls).toMatchObject([{ arguments: { city: 'Paris' } }]);
    expect((await chat.toolOutput(first.thread, rain('Paris'))).calls).toMatchObject([{ arguments: { city: 'Lyon' } }]);
    script({ text: 'Both.' });
    expect(await chat.toolOutput(first.thread, rain('Lyon'))).toMatchObject({ answer: 'Both.', error: undefined });
    const { body } = asked().at(-1)!;
    const names = {
      Responses: () => body.input.map((item: { type?: string }) => item.type ?? 'message'),
      Anthropic: () =>
        body.messages.flatMap(({ content }: { content: { type: string }[] }) => content.map((one) => one.type)),
      Gemini: () => body.contents.flatMap(({ parts }: { parts: object[] }) => parts.map((one) => Object.keys(one)[0])),
      Mistral: () =>
        body.messages.flatMap(({ role, tool_calls }: { role: string; tool_calls?: object[] }) =>
          tool_calls ? tool_calls.map(() => 'call') : [role],
        ),
    }[wire]();
    const [call, result] = {
      Responses: ['function_call', 'function_call_output'],
      Anthropic: ['tool_use', 'tool_result'],
      Gemini: ['functionCall', 'functionResponse'],
      Mistral: ['call', 'tool'],
    }[wire];
    expect(names.slice(-4)).toEqual([call, call, result, result]);
  });

  it('what a model thinks in its text is shown as its thought, and not sent back', async () => {
    const text = ['<th', 'ink>\nSo they ', 'ask.</th', 'ink>\n\n', 'It is <think> that ', 'you mean.'];
    const told = await create('Hello', { text });
    const said = 'It is <think> that you mean.';
    expect(told).toMatchObject({ answer: said, streamed: said, thoughts: ['So they ask.'], error: undefined });
    const calls = [{ name: 'get_weather', arguments: { city: 'Paris' } }];
    script({ text: ['<think>Is it', ' raining?</think>'], calls });
    const called = await chat.add(told.thread, 'Rain?');
    expect(called).toMatchObject({ answer: '', streamed: '', calls: [{ status: 'pending' }] });
    script({ text: 'It rains.' });
    expect((await chat.toolOutput(told.thread, rain('Paris'))).answer).toBe('It rains.');
    const kept = JSON.stringify(await chat.items(told.thread));
    expect(kept.match(/So they ask\.|Is it raining\?/g)).toEqual(['So they ask.', 'Is it raining?']);
    expect(kept).not.toContain('<think>Is');
    const sent = JSON.stringify(asked().at(-1)!.body);
    expect(sent).toContain(said);
    expect(sent).not.toMatch(/So they ask|Is it raining/);
  });

  it('what was held back as half a tag is said before the failure', async () => {
    const error = {
      Responses: { type: 'error', code: 'server_error', message: 'x' },
      Anthropic: { type: 'error', error: { type: 'overloaded_error', message: 'x' } },
      Gemini: { error: { code: 503, message: 'x', status: 'UNAVAILABLE' } },
      Mistral: { error: { message: 'x', type: 'server_error' } },
    }[wire];
    for (const rest of [{ ending: 'cut' } as const, { tail: `data: ${JSON.stringify(error)}\n\n` }]) {
      const told = await create('Hello', { text: ['<th'], ...rest });
      expect(told).toMatchObject({ answer: '<th', error: { allow_retry: true } });
    }
  });

  it('a model that calls a tool there is not is told so, and goes on', async () => {
    chat.lines.length = 0;
    const told = await create('Hello', { calls: [{ name: 'search_moon', arguments: {} }] }, { text: 'Without, then.' });
    expect(told).toMatchObject({ answer: 'Without, then.', error: undefined });
    expect(JSON.stringify(asked().at(-1)!.body)).toMatch(
      /There is no tool called .*search_moon.*There are: get_weather/,
    );
    const warnings = chat.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ tool: 'search_moon', msg: 'The model called a tool that does not exist' }]);
  });

  it('of very many calls in one answer the first sixteen are run, and the model is told', async () => {
    chat.lines.length = 0;
    const calls = Array.from({ length: 60 }, (_, n) => ({ name: 'get_weather', arguments: { city: `City ${n}` } }));
    let told = await create('Rain?', { calls });
    const { thread } = told;
    const run: unknown[] = [];
    for (script({ text: 'So much rain.' }); told.calls[0]; told = await chat.toolOutput(thread, rain('there')))
      run.push(told.calls[0].arguments.city);
    expect(run).toEqual(calls.slice(0, 16).map((one) => one.arguments.city));
    expect(told).toMatchObject({ answer: 'So much rain.', error: undefined });
    const sent = JSON.stringify(asked().at(-1)!.body);
    expect(sent.match(/City \d+/g)).toHaveLength(17);
    expect(sent.match(/no more than 16 calls of one answer are/g)).toHaveLength(1);
    const warnings = chat.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ excess: ['calls'], msg: 'The model asked for more than is run' }]);
  });

  it('a call whose arguments are too long is not run, and the model goes on', async () => {
    chat.lines.length = 0;
    const calls = [{ name: 'get_weather', arguments: { city: 'x'.repeat(1_100_000) } }];
    const told = await create('Rain?', { calls }, { text: 'Where?' });
    expect(told).toMatchObject({ answer: 'Where?', calls: [], error: undefined });
    expect(JSON.stringify(asked().at(-1)!.body).length).toBeLessThan(20_000);
    expect(chat.lines.join('')).toContain('"excess":["arguments"]');
  });

  it('an answer that goes on and on is ended, with what it said until then', async () => {
    const piece = 'on and on '.repeat(50_000);
    const told = await create('Hello', { text: Array.from({ length: 6 }, () => piece) });
    expect(told.answer.length).toBe(4 * piece.length);
    expect(told.error).toMatchObject({ message: expect.stringContaining('could not be read'), allow_retry: true });
  });

  it('a thought that goes on and on is ended', async () => {
    const pieces = Array.from({ length: 6 }, () => 'to and fro'.repeat(50_000));
    const { answer, error } = await create('Hello', { text: ['<think>', ...pieces] });
    expect([answer, error?.message]).toEqual(['', expect.stringContaining('could not be read')]);
  });

  it('a long thought is shown in steps, and whole in the end', async () => {
    const thought = 'To and fro. '.repeat(4000);
    const pieces = thought.match(/.{1,24}/g)!;
    const told = await create('Hello', { text: ['<think>', ...pieces, '</think>', 'Yes.'] });
    expect(told).toMatchObject({ answer: 'Yes.', error: undefined });
    expect(told.thoughts.map((each) => each.trim())).toEqual([thought.trim()]);
    // An update with all of it for each piece would be 25 times as much.
    expect(JSON.stringify(told.events).length).toBeLessThan(12_000_000);
  });

  it('an empty answer is one call and one sentence', async () => {
    const told = await create('Hello', { text: [] });
    expect(told).toMatchObject({ answer: '', error: { message: expect.stringContaining('gave no answer') } });
    expect(asked()).toHaveLength(1);
  });

  it('an answer that was cut says so below it', async () => {
    const tail = {
      Responses: `data: ${JSON.stringify({ type: 'response.incomplete', response: { id: 'r', status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [], usage: {} } })}\n\n`,
      Anthropic: `event: message_delta\ndata: ${JSON.stringify({ type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: 2 } })}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`,
      Gemini: `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'MAX_TOKENS' }] })}\n\n`,
      Mistral: `data: ${JSON.stringify(chunk({}, { finish_reason: 'model_length' }))}\n\ndata: [DONE]\n\n`,
    }[wire];
    const told = await create('Hello', { text: ['Half of ', 'a sen'], tail });
    expect(told).toMatchObject({ answer: 'Half of a sen', error: undefined });
    expect((await chat.items(told.thread)).at(-1)).toMatchObject({ type: 'widget' });
  });

  const detail = [{ type: 'extra_forbidden', loc: ['body', 'n'], msg: 'Extra inputs are not permitted' }];
  it.each<[shape: string, body: unknown, reason: string]>([
    ['of FastAPI', { detail: 'No such model: odd; key sk-proj-abcdefghijklmnop' }, 'No such model: odd; key …'],
    ['of a field', { detail }, 'n: Extra inputs are not permitted'],
    [
      'of Mistral',
      { message: 'No such model: odd', type: 'invalid_model', param: null, code: '1500' },
      'invalid_model: No such model: odd',
    ],
    ['of Mistral and a field', { object: 'error', message: { detail } }, 'n: Extra inputs are not permitted'],
    ['of OpenAI', { error: { message: 'No such model: odd', type: 'not_found' } }, 'No such model: odd'],
    ['of a string', { error: 'No such model: odd' }, 'No such model: odd'],
    ['of plain words', 'No such model: odd', 'No such model: odd'],
  ])('what a server said in the shape %s reaches the log and the administrator', async (_, body, reason) => {
    chat.lines.length = 0;
    const told = await create('Hello', refuse(400, body));
    expect(told.error!.message).toMatch(/\(status 400.*\)/);
    expect(told.error!.message).toContain(`${reason})`);
    const [warning] = chat.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warning.detail).toContain(reason);
  });

  it('what a server said in the middle of its answer reaches the administrator', async () => {
    const error = {
      Responses: { type: 'error', code: 'server_error', message: 'The GPU is on fire' },
      Anthropic: { type: 'error', error: { type: 'overloaded_error', message: 'The GPU is on fire' } },
      Gemini: { error: { code: 503, message: 'The GPU is on fire', status: 'UNAVAILABLE' } },
      Mistral: { object: 'error', message: 'The GPU is on fire', type: 'internal_error', code: '3000' },
    }[wire];
    const told = await create('Hello', { text: ['Half'], tail: `data: ${JSON.stringify(error)}\n\n` });
    expect(told).toMatchObject({ answer: 'Half', error: { allow_retry: true } });
    expect(told.error!.message).toContain('The GPU is on fire');
  });

  it.runIf(wire === 'Gemini')('a thought signature comes back with its call', async () => {
    const frame = (part: object, more: object = {}) => ({
      candidates: [{ index: 0, content: { role: 'model', parts: [part] }, ...more }],
    });
    const called = {
      functionCall: { name: 'get_weather', args: { city: 'Paris' } },
      thoughtSignature: 'c2lnbmVkLXRob3VnaHQ=',
    };
    const first = await create('Rain?', sse([frame(called), frame({ text: '' }, { finishReason: 'STOP' })], ''));
    script({ text: 'It rains.' });
    expect((await chat.toolOutput(first.thread, rain('Paris'))).answer).toBe('It rains.');
    const parts = asked()
      .at(-1)!
      .body.contents.flatMap((content: { parts: object[] }) => content.parts);
    const { functionCall, thoughtSignature } = called;
    expect(parts).toContainEqual({ functionCall: expect.objectContaining(functionCall), thoughtSignature });
  });

  it.runIf(wire === 'Responses')('an answer stays whole among junk', async () => {
    const said = (delta: unknown) => ({ type: 'response.output_text.delta', item_id: 'm', output_index: 0, delta });
    const response = { id: 'r', status: 'completed', output: [null, 5, 'x', { type: 'message', content: 'x' }] };
    const junk = [{ type: 'response.output_item.added', item: null }, said({ a: 1 }), said(5), said(null)];
    const told = await create(
      'Hello',
      sse([...junk, said('Here '), ...junk, said('I am.'), { type: 'response.completed', response }]),
    );
    expect(told).toMatchObject({ answer: 'Here I am.', streamed: 'Here I am.', error: undefined });
  });

  it.runIf(wire === 'Responses')(
    'what was thought comes back encrypted with its call, and nothing is kept there',
    async () => {
      const thought = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'ZW5jcnlwdGVk' };
      const called = {
        id: 'fc_1',
        type: 'function_call',
        call_id: 'call_1',
        name: 'get_weather',
        arguments: '{"city":"Paris"}',
        status: 'completed',
      };
      const response = { id: 'r', status: 'completed', output: [thought, called], usage: {} };
      const first = await create(
        'Rain?',
        sse([
          { type: 'response.created', response: { id: 'r' } },
          { type: 'response.output_item.done', output_index: 0, item: thought },
          { type: 'response.output_item.done', output_index: 1, item: called },
          { type: 'response.completed', response },
        ]),
      );
      script({ text: 'It rains.' });
      expect((await chat.toolOutput(first.thread, rain('Paris'))).answer).toBe('It rains.');
      const { input, store } = asked().at(-1)!.body;
      expect(store).toBe(false);
      expect(input.slice(-3)).toMatchObject([
        { type: 'reasoning', encrypted_content: 'ZW5jcnlwdGVk' },
        { type: 'function_call', call_id: 'call_1' },
        { type: 'function_call_output', call_id: 'call_1' },
      ]);
    },
  );

  // The last one here: it is remembered.
  it('a model without tools is asked again without, once, and reads what was called in words', async () => {
    const first = await create('Rain?', { calls: [{ name: 'get_weather', arguments: { city: 'Paris' } }] });
    const refusal = {
      Responses: { error: { message: 'Tools are not supported', param: 'tools' } },
      Anthropic: {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'tools: Extra inputs are not permitted' },
      },
      Gemini: {
        error: { code: 400, message: 'Function calling is not enabled for models/gemma', status: 'INVALID_ARGUMENT' },
      },
      Mistral: { object: 'error', message: 'This model does not support tools', type: 'invalid_request_error' },
    }[wire];
    script(refuse(400, refusal), { text: 'It rains.' });
    expect(await chat.toolOutput(first.thread, rain('Paris'))).toMatchObject({ answer: 'It rains.', error: undefined });
    script({ text: 'Again.' });
    expect((await chat.add(first.thread, 'And now?')).answer).toBe('Again.');
    expect(asked().map(({ body }) => body.tools !== undefined)).toEqual([true, true, false, false]);
    const sent = JSON.stringify(asked()[2]!.body);
    expect(sent).toContain('No tools can be called');
    expect(sent).toMatch(/\[Called get_weather with .*Paris.*\[The result was: .*11\.3/);
    expect(sent).not.toMatch(/"(?:tool_use|tool_result|functionCall|functionResponse|tool_calls|function_call)"/);
  });
});
