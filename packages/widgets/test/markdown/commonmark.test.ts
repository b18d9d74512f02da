import { describe, expect, it } from 'vitest';
import { differences, examples, namedReferences, normal } from './commonmark.ts';
import { toHtml } from './to-html.ts';

const different = new Map(
  Object.entries({ ...differences, 'A browser’s table of names is asked.': namedReferences }).flatMap(
    ([reason, numbers]) => numbers.map((number) => [number, reason] as const),
  ),
);

describe('CommonMark 0.31.2', () => {
  it('has 652 examples, and a reason is given for each that is read otherwise', () => {
    expect(examples.map(({ example }) => example)).toEqual(Array.from({ length: 652 }, (_, i) => i + 1));
    const counted = Object.values(differences).flat().length + namedReferences.length;
    expect(different.size).toBe(counted);
  });

  it.each(examples)('example $example, $section', ({ example, markdown, html }) => {
    const read = normal(toHtml(markdown));
    const reason = different.get(example);
    // One that is no longer different leaves the list.
    if (reason) expect(read, reason).not.toBe(normal(html));
    else expect(read).toBe(normal(html));
  });

  it('reads every example alike when it comes in pieces', () => {
    for (const { example, markdown } of examples) {
      const cuts = Array.from({ length: markdown.length - 1 }, (_, i) => i + 1);
      expect(toHtml(markdown, cuts), `example ${example}`).toBe(toHtml(markdown));
    }
  });
});
