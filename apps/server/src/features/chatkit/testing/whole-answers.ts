import type { Step } from '../../../../../../tools/model-server/server.ts';
import { chunk, completion, sse, stop, usage, words } from './frames.ts';

/** Unusual but complete answers of servers: what the server sends, what a person reads, and what the model thought. */
export const wholeAnswers: [name: string, step: Step, answer: string | RegExp, thoughts?: string[]][] = [
  ['ends with [DONE] alone', sse([...words('The whole ', 'answer.'), usage]), 'The whole answer.'],
  ['ends with [DONE] and no blank line', sse([...words('The whole ', 'answer.')], 'data: [DONE]'), 'The whole answer.'],
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
    sse([...words('Here ', 'I am.'), stop].map((one, index) => ({ ...one, choices: [{ ...one.choices[0], index }] }))),
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
  ['thinks in reasoning_content', sse([chunk({ reasoning_content: 'Hm.' }), ...words('Yes.'), stop]), 'Yes.', ['Hm.']],
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
