import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createThinkSplitter } from './think-tags.ts';

function split(pieces: string[]) {
  const splitter = createThinkSplitter();
  const said = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
  const words = (kind: string) => said.flatMap((one) => (one.kind === kind ? [one.words] : [])).join('');
  return { thought: words('thought'), text: words('text') };
}

const cases: [whole: string, thought: string, text: string][] = [
  ['<think>\nHm.\n</think>\n\nYes.', 'Hm.', 'Yes.'],
  ['\n <think>Hm.</think>Yes.', 'Hm.', 'Yes.'],
  ['<thinking>Hm.</thinking> Yes.', 'Hm.', 'Yes.'],
  ['<think></think>\n\nYes.', '', 'Yes.'],
  ['<think>A <b> and </thin and </think>Yes.', 'A <b> and </thin and', 'Yes.'],
  ['<think>endless', 'endless', ''],
  ['<thin ice', '', '<thin ice'],
  ['<th', '', '<th'],
  ['Yes. <think>no</think>', '', 'Yes. <think>no</think>'],
  ['<', '', '<'],
  ['', '', ''],
];

it.each(cases)('%j is the thought %j and the text %j, in whatever pieces it comes', (whole, thought, text) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: whole.length })), (cuts) => {
      const at = [0, ...cuts.sort((one, other) => one - other), whole.length];
      const said = split(at.slice(1).map((end, index) => whole.slice(at[index], end)));
      // Blanks at the end of a thought are its own only as long as its end has not come.
      expect({ ...said, thought: said.thought.trimEnd() }).toEqual({ thought, text });
    }),
    { numRuns: 200 },
  );
});

it('text without a thought is nobody else’s: all of it comes out, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (pieces) => {
      const whole = pieces.join('');
      fc.pre(!/^\s*</.test(whole));
      const { thought, text } = split(pieces);
      expect(thought).toBe('');
      // Nothing but blanks is nothing.
      expect(text).toBe(whole.trim() === '' ? '' : whole);
    }),
  );
});
