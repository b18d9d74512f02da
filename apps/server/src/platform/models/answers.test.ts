import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { modelFailure } from './index.ts';
import { readAnswer, scriptedModels } from './testing.ts';

const { server, open, forProvider } = await scriptedModels();

it('reads a stream however it is written', async () => {
  const model = await open().resolve('scripted');
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [] };
  const events = [
    { type: 'response.created', response: { id: 'resp_1' } },
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'ça va' },
    { type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [item], usage: {} } },
  ].map((event) => JSON.stringify(event));
  server.script(
    // Carriage returns, comments, data in two lines, no space behind the colon, a sentinel.
    { raw: `: hello\r\n\r\n${events.map((text) => `event: x\r\ndata:${text}\r\n\r\n`).join('')}data: [DONE]\r\n\r\n` },
    { raw: events.map((text) => `data: ${text.replace(',', ',\ndata: ')}\n\n`).join('') },
    {
      raw: events
        .map((text) => `data: ${text}\n\n`)
        .join('')
        .slice(0, -1),
    },
  );
  expect((await readAnswer(model)).text).toBe('ça va');
  expect((await readAnswer(model)).text).toBe('ça va');
  // Its last event lacks the blank line, and is whole all the same.
  expect((await readAnswer(model)).text).toBe('ça va');
});

it('reads arguments once, however many pieces repeat the name of their call', async () => {
  const model = await forProvider({ openai: {} }).resolve('openai/scripted');
  const piece = (text: string) =>
    `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ function: { name: 'get_weather', arguments: text } }] } }] })}\n\n`;
  const city = 'x'.repeat(100_000);
  const raw = `${piece('{"city":"')}${piece(city.slice(0, 50)).repeat(2_000)}${piece('\\"}{"}')}data: [DONE]\n\n`;
  server.script({ raw });
  const parse = vi.spyOn(JSON, 'parse');
  const { output } = await readAnswer(model);
  const read = parse.mock.calls.reduce((sum, [text]) => sum + text.length, 0);
  parse.mockRestore();
  expect(output).toMatchObject([{ name: 'get_weather', arguments: JSON.stringify({ city: `${city}"}{` }) }]);
  expect(read).toBeLessThan(3 * raw.length);
});

it.each(['null', '{}', '"{}"', '[]'])(
  'takes calls with the arguments %s, without places or ids, for several',
  async (none) => {
    const model = await forProvider({ openai: {} }).resolve('openai/scripted');
    const call = { function: { name: 'get_weather', arguments: none } };
    const frame = `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [call] } }] })}\n\n`;
    server.script({ raw: `${frame.repeat(3)}data: [DONE]\n\n` });
    expect((await readAnswer(model)).output).toMatchObject([
      { arguments: none },
      { arguments: none },
      { arguments: none },
    ]);
  },
);

/** Objects with the names of a wire, and anything in them. */
const oddly = (names: string[], types: string[]) =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 0, 1, '', 'a', '<think>', '{"city":"x"}', ...types),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
    ),
  })).value;
it.each([
  [
    'ollama/odd',
    oddly(
      [
        'choices',
        'index',
        'delta',
        'message',
        'content',
        'tool_calls',
        'id',
        'function',
        'name',
        'arguments',
        'reasoning',
        'finish_reason',
        'usage',
        'text',
        'type',
      ],
      ['stop', 'length', 'get_weather', 'thinking'],
    ),
    (odd: unknown) => ({ choices: [{ delta: odd }], ...(odd as object) }),
  ],
  [
    'openai/odd',
    oddly(
      [
        'type',
        'item',
        'output_index',
        'item_id',
        'content',
        'delta',
        'response',
        'output',
        'part',
        'text',
        'summary',
        'usage',
        'id',
        'call_id',
        'status',
        'arguments',
        'name',
      ],
      [
        'message',
        'reasoning',
        'function_call',
        'output_text',
        'response.completed',
        'response.output_item.done',
        'response.output_item.added',
        'response.output_text.delta',
        'response.incomplete',
        'response.content_part.added',
      ],
    ),
    (odd: unknown) => ({ type: 'response.completed', ...(odd as object) }),
  ],
])('makes an answer or a failure of the model of whatever %s sends', async (name, odd, wrap) => {
  const model = await open().resolve(name);
  await fc.assert(
    fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 4 }), async (events) => {
      const raw = events.map((event) => `data: ${JSON.stringify(wrap(event))}\n\n`).join('');
      server.script({ raw: `${raw}data: [DONE]\n\n` });
      const error = await readAnswer(model).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      if (error) expect(modelFailure(error), String(error)).toBeDefined();
    }),
    { numRuns: 150 },
  );
});
