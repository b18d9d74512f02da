import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chunk, refuse, sse } from './testing/frames.ts';
import { type ModelWorld, modelWorld } from './testing/model-world.ts';

// What is the same over the API of every provider.

let chat: ModelWorld;
beforeEach(() => {
  chat.model.requests.length = 0;
});
afterEach(() => chat.model.verify());

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
    chat = await modelWorld(settings);
    return chat.close;
  });
  const rain = (city: string) => ({ city, temperature: 11.3 });

  it('two calls are run in turn, and both results reach the model together', async () => {
    const calls = ['Paris', 'Lyon'].map((city) => ({ name: 'get_weather', arguments: { city } }));
    const first = await chat.create('Paris or Lyon?', { calls });
    expect(first.calls).toMatchObject([{ arguments: { city: 'Paris' } }]);
    expect((await chat.ann.giveResult(first.thread, rain('Paris'))).calls).toMatchObject([
      { arguments: { city: 'Lyon' } },
    ]);
    chat.script({ text: 'Both.' });
    expect(await chat.ann.giveResult(first.thread, rain('Lyon'))).toMatchObject({ answer: 'Both.', error: undefined });
    const { body } = chat.asked().at(-1)!;
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
    const told = await chat.create('Hello', { text });
    const said = 'It is <think> that you mean.';
    expect(told).toMatchObject({ answer: said, streamed: said, thoughts: ['So they ask.'], error: undefined });
    const calls = [{ name: 'get_weather', arguments: { city: 'Paris' } }];
    chat.script({ text: ['<think>Is it', ' raining?</think>'], calls });
    const called = await chat.ann.ask('Rain?', told.thread);
    expect(called).toMatchObject({ answer: '', streamed: '', calls: [{ status: 'pending' }] });
    chat.script({ text: 'It rains.' });
    expect((await chat.ann.giveResult(told.thread, rain('Paris'))).answer).toBe('It rains.');
    const kept = JSON.stringify(await chat.ann.items(told.thread));
    expect(kept.match(/So they ask\.|Is it raining\?/g)).toEqual(['So they ask.', 'Is it raining?']);
    expect(kept).not.toContain('<think>Is');
    const sent = JSON.stringify(chat.asked().at(-1)!.body);
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
      const told = await chat.create('Hello', { text: ['<th'], ...rest });
      expect(told).toMatchObject({ answer: '<th', error: { allow_retry: true } });
    }
  });

  it('a model that calls a tool there is not is told so, and goes on', async () => {
    chat.server.logged.length = 0;
    const told = await chat.create(
      'Hello',
      { calls: [{ name: 'search_moon', arguments: {} }] },
      { text: 'Without, then.' },
    );
    expect(told).toMatchObject({ answer: 'Without, then.', error: undefined });
    expect(JSON.stringify(chat.asked().at(-1)!.body)).toMatch(
      /There is no tool called .*search_moon.*There are: get_weather/,
    );
    const warnings = chat.server.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ tool: 'search_moon', msg: 'The model called a tool that does not exist' }]);
  });

  it('of very many calls in one answer the first sixteen are run, and the model is told', async () => {
    chat.server.logged.length = 0;
    const calls = Array.from({ length: 60 }, (_, n) => ({ name: 'get_weather', arguments: { city: `City ${n}` } }));
    let told = await chat.create('Rain?', { calls });
    const { thread } = told;
    const run: unknown[] = [];
    for (chat.script({ text: 'So much rain.' }); told.calls[0]; told = await chat.ann.giveResult(thread, rain('there')))
      run.push(told.calls[0].arguments.city);
    expect(run).toEqual(calls.slice(0, 16).map((one) => one.arguments.city));
    expect(told).toMatchObject({ answer: 'So much rain.', error: undefined });
    const sent = JSON.stringify(chat.asked().at(-1)!.body);
    expect(sent.match(/City \d+/g)).toHaveLength(17);
    expect(sent.match(/no more than 16 calls of one answer are/g)).toHaveLength(1);
    const warnings = chat.server.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ excess: ['calls'], msg: 'The model asked for more than is run' }]);
  });

  it('a call whose arguments are too long is not run, and the model goes on', async () => {
    chat.server.logged.length = 0;
    const calls = [{ name: 'get_weather', arguments: { city: 'x'.repeat(1_100_000) } }];
    const told = await chat.create('Rain?', { calls }, { text: 'Where?' });
    expect(told).toMatchObject({ answer: 'Where?', calls: [], error: undefined });
    expect(JSON.stringify(chat.asked().at(-1)!.body).length).toBeLessThan(20_000);
    expect(chat.server.logged.join('')).toContain('"excess":["arguments"]');
  });

  it('an answer that goes on and on is ended, with what it said until then', async () => {
    const piece = 'on and on '.repeat(50_000);
    const told = await chat.create('Hello', { text: Array.from({ length: 6 }, () => piece) });
    expect(told.answer.length).toBe(4 * piece.length);
    expect(told.error).toMatchObject({ message: expect.stringContaining('could not be read'), allow_retry: true });
  });

  it('a thought that goes on and on is ended', async () => {
    const pieces = Array.from({ length: 6 }, () => 'to and fro'.repeat(50_000));
    const { answer, error } = await chat.create('Hello', { text: ['<think>', ...pieces] });
    expect([answer, error?.message]).toEqual(['', expect.stringContaining('could not be read')]);
  });

  it('a long thought is shown in steps, and whole in the end', async () => {
    const thought = 'To and fro. '.repeat(4000);
    const pieces = thought.match(/.{1,24}/g)!;
    const told = await chat.create('Hello', { text: ['<think>', ...pieces, '</think>', 'Yes.'] });
    expect(told).toMatchObject({ answer: 'Yes.', error: undefined });
    expect(told.thoughts.map((each) => each.trim())).toEqual([thought.trim()]);
    // An update with all of it for each piece would be 25 times as much.
    expect(JSON.stringify(told.events).length).toBeLessThan(12_000_000);
  });

  it('an empty answer is one call and one sentence', async () => {
    const told = await chat.create('Hello', { text: [] });
    expect(told).toMatchObject({ answer: '', error: { message: expect.stringContaining('gave no answer') } });
    expect(chat.asked()).toHaveLength(1);
  });

  it('an answer that was cut says so below it', async () => {
    const tail = {
      Responses: `data: ${JSON.stringify({ type: 'response.incomplete', response: { id: 'r', status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [], usage: {} } })}\n\n`,
      Anthropic: `event: message_delta\ndata: ${JSON.stringify({ type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: 2 } })}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`,
      Gemini: `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'MAX_TOKENS' }] })}\n\n`,
      Mistral: `data: ${JSON.stringify(chunk({}, { finish_reason: 'model_length' }))}\n\ndata: [DONE]\n\n`,
    }[wire];
    const told = await chat.create('Hello', { text: ['Half of ', 'a sen'], tail });
    expect(told).toMatchObject({ answer: 'Half of a sen', error: undefined });
    expect((await chat.ann.items(told.thread)).at(-1)).toMatchObject({ type: 'widget' });
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
    chat.server.logged.length = 0;
    const told = await chat.create('Hello', refuse(400, body));
    expect(told.error!.message).toMatch(/\(status 400.*\)/);
    expect(told.error!.message).toContain(`${reason})`);
    const [warning] = chat.server.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(warning.detail).toContain(reason);
  });

  it('what a server said in the middle of its answer reaches the administrator', async () => {
    const error = {
      Responses: { type: 'error', code: 'server_error', message: 'The GPU is on fire' },
      Anthropic: { type: 'error', error: { type: 'overloaded_error', message: 'The GPU is on fire' } },
      Gemini: { error: { code: 503, message: 'The GPU is on fire', status: 'UNAVAILABLE' } },
      Mistral: { object: 'error', message: 'The GPU is on fire', type: 'internal_error', code: '3000' },
    }[wire];
    const told = await chat.create('Hello', { text: ['Half'], tail: `data: ${JSON.stringify(error)}\n\n` });
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
    const first = await chat.create('Rain?', sse([frame(called), frame({ text: '' }, { finishReason: 'STOP' })], ''));
    chat.script({ text: 'It rains.' });
    expect((await chat.ann.giveResult(first.thread, rain('Paris'))).answer).toBe('It rains.');
    const parts = chat
      .asked()
      .at(-1)!
      .body.contents.flatMap((content: { parts: object[] }) => content.parts);
    const { functionCall, thoughtSignature } = called;
    expect(parts).toContainEqual({ functionCall: expect.objectContaining(functionCall), thoughtSignature });
  });

  it.runIf(wire === 'Responses')('an answer stays whole among junk', async () => {
    const said = (delta: unknown) => ({ type: 'response.output_text.delta', item_id: 'm', output_index: 0, delta });
    const response = { id: 'r', status: 'completed', output: [null, 5, 'x', { type: 'message', content: 'x' }] };
    const junk = [{ type: 'response.output_item.added', item: null }, said({ a: 1 }), said(5), said(null)];
    const told = await chat.create(
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
      const first = await chat.create(
        'Rain?',
        sse([
          { type: 'response.created', response: { id: 'r' } },
          { type: 'response.output_item.done', output_index: 0, item: thought },
          { type: 'response.output_item.done', output_index: 1, item: called },
          { type: 'response.completed', response },
        ]),
      );
      chat.script({ text: 'It rains.' });
      expect((await chat.ann.giveResult(first.thread, rain('Paris'))).answer).toBe('It rains.');
      const { input, store } = chat.asked().at(-1)!.body;
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
    const first = await chat.create('Rain?', { calls: [{ name: 'get_weather', arguments: { city: 'Paris' } }] });
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
    chat.script(refuse(400, refusal), { text: 'It rains.' });
    expect(await chat.ann.giveResult(first.thread, rain('Paris'))).toMatchObject({
      answer: 'It rains.',
      error: undefined,
    });
    chat.script({ text: 'Again.' });
    expect((await chat.ann.ask('And now?', first.thread)).answer).toBe('Again.');
    expect(chat.asked().map(({ body }) => body.tools !== undefined)).toEqual([true, true, false, false]);
    const sent = JSON.stringify(chat.asked()[2]!.body);
    expect(sent).toContain('No tools can be called');
    expect(sent).toMatch(/\[Called get_weather with .*Paris.*\[The result was: .*11\.3/);
    expect(sent).not.toMatch(/"(?:tool_use|tool_result|functionCall|functionResponse|tool_calls|function_call)"/);
  });
});
