import { describe, expect, it } from 'vitest';
import { available, card, type Json, options, usePage } from './driver.ts';

describe.skipIf(!available)('updates, components of the host, charts', () => {
  const { open, mount, update, errors, focused, press, combobox } = usePage();

  describe('updates', () => {
    const state = (text: string, extra: Json[] = []): Json =>
      card([
        ...extra,
        { type: 'Text', id: 'answer', value: text, streaming: true },
        { type: 'Input', id: 'field', name: 'city', defaultValue: '' },
        { type: 'Select', id: 'pick', name: 'pick', options: options('One', 'Two') },
        { type: 'Counted', value: 'x' },
      ]);

    it('focus, caret, typed text and an open list outlive what streams in above them', async () => {
      await mount(state('A'));
      const field = open().getByLabel('City');
      await field.fill('Lisbon');
      await field.evaluate((element) => (element as HTMLInputElement).setSelectionRange(2, 4));
      for (const text of ['A b', 'A b c', 'A b c d']) await update(state(text));
      await update(state('A b c d e', [{ type: 'Title', key: 'new', value: 'Above' }]));
      expect(await field.inputValue()).toBe('Lisbon');
      expect(
        await field.evaluate((element) => [
          (element as HTMLInputElement).selectionStart,
          (element as HTMLInputElement).selectionEnd,
        ]),
      ).toEqual([2, 4]);
      expect(await focused()).toContain('city');
      await combobox('Pick').click();
      await press('ArrowDown');
      await update(state('A b c d e f', [{ type: 'Title', key: 'new', value: 'Above' }]));
      await press('Enter');
      expect(await combobox('Pick').textContent()).toBe('Two');
    });

    it('a text delta draws nothing but the way to the text', async () => {
      await mount(state(''));
      expect(await open().evaluate(() => window.widgets.renders())).toBe(1);
      await open().evaluate(() => {
        for (let count = 1; count <= 50; count++) window.widgets.setValue('answer', 'word '.repeat(count));
      });
      expect(await open().locator('.ck-text').textContent()).toBe('word '.repeat(50));
      expect(await open().evaluate(() => window.widgets.renders())).toBe(1);
    });

    it('a new default shows until the person has chosen', async () => {
      const at = (value: string) =>
        card([
          { type: 'Input', name: 'a', defaultValue: value },
          { type: 'Select', name: 'b', options: options('One', 'Two'), defaultValue: value },
        ]);
      await mount(at('one'));
      await update(at('two'));
      expect(await open().getByLabel('A').inputValue()).toBe('two');
      expect(await combobox('B').textContent()).toBe('Two');
      await open().getByLabel('A').fill('mine');
      await combobox('B').focus();
      await press('Enter', 'Home', 'Enter');
      await update(at('two'));
      expect(await open().getByLabel('A').inputValue()).toBe('mine');
      expect(await combobox('B').textContent()).toBe('One');
    });
  });

  it('components of the host win, and unknown ones show what they hold', async () => {
    await mount(
      card([
        { type: 'Counted', value: 'from the host' },
        { type: 'Element', value: 'an element' },
        { type: 'Carousel', children: [{ type: 'Text', value: 'inside the unknown' }] },
        { type: 'Icon', name: 'no-such-icon' },
        { type: 'Icon', name: 'lucide:palette' },
        { type: 'Icon', name: 'vendor:acme' },
      ]),
    );
    for (const text of ['from the host', 'an element', 'inside the unknown'])
      expect(await open().getByText(text).isVisible()).toBe(true);
    await open().locator('.ck-icon-box path[d^="M"]').nth(1).waitFor({ state: 'attached' });
    expect(await open().locator('.ck-icon-box svg').count()).toBe(2);
  });

  describe('chart', () => {
    const chart = card([
      {
        type: 'Chart',
        data: [
          { day: 'Mon', a: 1200, b: 3 },
          { day: 'Tue', a: 1500, b: 4 },
        ],
        series: [
          { type: 'bar', dataKey: 'a', label: 'Visits' },
          { type: 'line', dataKey: 'b', label: 'Orders' },
        ],
        xAxis: 'day',
      },
    ]);

    it('it is drawn, read out by arrow keys, and there as a table', async () => {
      await mount(chart);
      await open().locator('.ck-bar').first().waitFor();
      expect(await open().locator('.ck-bar').count()).toBe(2);
      expect(await open().getByRole('table', { name: 'Visits, Orders' }).getByRole('cell').allTextContents()).toContain(
        '1,200',
      );
      await open().locator('.ck-plot').focus();
      await press('ArrowRight', 'ArrowRight');
      expect(await open().locator('.ck-plot [role=status]').textContent()).toBe('Tue: Visits 1,500, Orders 4');
      expect(await open().locator('.ck-tooltip').isVisible()).toBe(true);
      await press('Escape');
      expect(await open().locator('.ck-tooltip').count()).toBe(0);
    });

    it('when its part cannot be loaded it says so', async () => {
      await mount(chart, { failChart: true });
      await open().getByText('The chart could not be loaded').waitFor();
      expect(await errors()).toEqual(['no chart']);
    });
  });

  it('transition takes one child, or none', async () => {
    const at = (child: Json | null): Json => card([{ type: 'Transition', children: child }]);
    await mount(at({ type: 'Text', key: 'a', value: 'first' }));
    await update(at({ type: 'Text', key: 'b', value: 'second' }));
    expect(await open().locator('.ck-transition').textContent()).toBe('second');
    await update(at(null));
    expect(await open().locator('.ck-transition').textContent()).toBe('');
  });
});
