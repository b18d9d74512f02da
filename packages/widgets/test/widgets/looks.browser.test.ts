import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { violationsOf } from '../../../../tools/axe.ts';
import { available, card, type Json, usePage } from './driver.ts';

const gallery = new URL('../../gallery/widgets/', import.meta.url);
const examples = readdirSync(gallery)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file) => {
    const { title, examples } = JSON.parse(readFileSync(new URL(file, gallery), 'utf8')) as {
      title: string;
      examples: { name: string; widget: Json }[];
    };
    return examples.map(({ name, widget }) => ({ name: `${title}: ${name}`, widget }));
  });

describe.skipIf(!available)('how widgets look', () => {
  const { open, mount, combobox } = usePage();

  describe.each(['light', 'dark'] as const)('axe, %s', (scheme) => {
    const complaints = async () => {
      const violations = await violationsOf(open(), { rules: { 'page-has-heading-one': { enabled: false } } });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
      );
    };
    // Several at a time: the cost is in starting axe, and the markup in a complaint says where it comes from.
    const batches = Array.from({ length: Math.ceil(examples.length / 11) }, (_, index) =>
      examples.slice(index * 11, index * 11 + 11),
    );

    it.each(batches.map((batch) => [`${batch[0]!.name} … ${batch.at(-1)!.name}`, batch] as const))(
      '%s',
      async (_, batch) => {
        await open().evaluate(([json, scheme]) => window.widgets.mountAll(json, { scheme }), [
          JSON.stringify(batch.map(({ widget }) => widget)),
          scheme,
        ] as const);
        await open().evaluate(
          () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
        );
        expect(await complaints()).toEqual([]);
      },
    );

    it.each([
      [
        'select',
        {
          type: 'Select',
          name: 'room',
          clearable: true,
          defaultValue: 'oak',
          options: [
            { value: 'oak', label: 'Oak', description: 'Garden view' },
            { value: 'ash', label: 'Ash', disabled: true },
          ],
        },
      ],
      [
        'searchable select',
        { type: 'Select', name: 'room', searchable: true, options: [{ value: 'oak', label: 'Oak' }] },
      ],
      [
        'date picker',
        { type: 'DatePicker', name: 'room', clearable: true, defaultValue: '2026-03-12', max: '2026-03-20' },
      ],
    ])('an open %s', async (_, control) => {
      await mount(card([control]), { scheme });
      await combobox('Room').click();
      expect(await complaints()).toEqual([]);
    });
  });

  it.each(examples)('$name fits a narrow screen', async ({ widget }) => {
    await open().setViewportSize({ width: 360, height: 800 });
    await mount(widget);
    const overflow = await open().evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    await open().setViewportSize({ width: 900, height: 800 });
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
