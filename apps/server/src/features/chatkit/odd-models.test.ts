import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

describe('over Chat Completions', () => {
  beforeAll(async () => {
    chat = await startModelChat((url) => ({
      OPENAI_BASE_URL: `${url}/v1`,
      MODEL_API: 'chat_completions',
      CHATKIT_AGENT_MODEL: 'openai/odd',
    }));
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

  test.each(whole)(
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

  test('a refusal is streamed', async () => {
    const told = await create('Hello there', sse([chunk({ refusal: 'I cannot ' }), chunk({ refusal: 'help.' }), stop]));
    expect(told.streamed).toBe('I cannot help.');
  });

  test('what was held back as half a tag is said before the failure', async () => {
    const told = await create('Hello there', sse(words('<th'), ''));
    expect(told).toMatchObject({ answer: '<th', error: { allow_retry: true } });
  });

  test('three answers under one id are three messages', async () => {
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

  test('text alone is sent as strings, and what one side said in one message', async () => {
    const first = await create('Hello', { status: 500 }, { status: 500 });
    script({ text: 'Yes?' });
    await chat.add(first.thread, 'Are you there?');
    const { messages, tools } = asked().at(-1)!.body;
    expect(messages).toEqual([
      { role: 'system', content: expect.any(String) },
      { role: 'user', content: 'Hello\n\nAre you there?' },
    ]);
    expect(tools[0].function).not.toHaveProperty('strict');
  });

  // The last one here: it is remembered.
  test('a model without tools is asked again without, once, and told what it cannot do', async () => {
    const refusal = refuse(400, { error: { message: 'registry.ollama.ai/library/gemma:2b does not support tools' } });
    const first = await create('Hello', refusal, { text: 'Hi.' });
    expect(first).toMatchObject({ answer: 'Hi.', error: undefined });
    script({ text: 'Again.' });
    expect((await chat.add(first.thread, 'And now?')).answer).toBe('Again.');
    expect(asked().map(({ body }) => body.tools !== undefined)).toEqual([true, false, false]);
    expect(asked().at(-1)!.body.messages[0].content).toContain('No tools can be called');
  });
});
