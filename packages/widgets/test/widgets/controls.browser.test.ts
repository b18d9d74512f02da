import { describe, expect, it } from 'vitest';
import { available, card, form, type Json, options, usePage } from './driver.ts';

describe.skipIf(!available)('controls', () => {
  const { open, mount, update, actions, focused, press, button, combobox } = usePage();

  describe('select', () => {
    const room = (more: Json = {}) =>
      card([
        { type: 'Label', value: 'Room', fieldName: 'room' },
        {
          type: 'Select',
          name: 'room',
          options: [...options('Oak', 'Elm'), { value: 'ash', label: 'Ash', disabled: true }, ...options('Zürich')],
          onChangeAction: { type: 'room' },
          ...more,
        },
      ]);

    it('arrows open and move past what is disabled, Enter chooses, Escape leaves all as it was', async () => {
      await mount(room());
      const select = combobox('Room');
      await select.focus();
      await press('ArrowDown');
      expect(await select.getAttribute('aria-expanded')).toBe('true');
      await press('ArrowDown', 'ArrowDown');
      const active = await select.getAttribute('aria-activedescendant');
      expect(await open().locator(`#${active}`).textContent()).toContain('Zürich');
      await press('Enter');
      expect(await select.textContent()).toBe('Zürich');
      expect(await actions()).toEqual([{ type: 'room', payload: { room: 'zürich' } }]);
      await press(' ', 'ArrowUp', 'Escape');
      expect(await select.textContent()).toBe('Zürich');
      expect(await select.getAttribute('aria-expanded')).toBe('false');
      expect(await actions()).toHaveLength(1);
    });

    it('letters find an option; End, Home and the pointer work too', async () => {
      await mount(room());
      await combobox('Room').focus();
      await press('e', 'l', 'Enter');
      expect(await combobox('Room').textContent()).toBe('Elm');
      await press('Enter', 'Home', 'Enter');
      expect(await combobox('Room').textContent()).toBe('Oak');
      await combobox('Room').click();
      // Not by force: that would not wait for the list to stand still.
      const ash = (await open().getByRole('option', { name: 'Ash' }).boundingBox())!;
      await open().mouse.click(ash.x + 20, ash.y + 10);
      expect(await open().getByRole('listbox').count()).toBe(1);
      await open().getByRole('option', { name: 'Elm' }).click();
      expect((await actions()).map(({ payload }) => payload)).toEqual([
        { room: 'elm' },
        { room: 'oak' },
        { room: 'elm' },
      ]);
    });

    it('it closes on a press elsewhere and can be cleared, with a button and with a key', async () => {
      await mount(room({ clearable: true, defaultValue: 'oak' }));
      await combobox('Room').click();
      await open().mouse.click(700, 700);
      expect(await open().getByRole('listbox').count()).toBe(0);
      await button('Clear Room').click();
      expect(await combobox('Room').textContent()).toBe('Select');
      expect(await actions()).toEqual([{ type: 'room', payload: { room: null } }]);
      await press('o', 'Enter', 'Delete');
      expect((await actions()).map(({ payload }) => payload)).toEqual([
        { room: null },
        { room: 'oak' },
        { room: null },
      ]);
    });

    it('with more than 15 options there is a search, which does not mind accents', async () => {
      const many = Array.from({ length: 15 }, (_, index) => ({ value: `v${index}`, label: `Place ${index}` }));
      await mount(room({ options: many }));
      await combobox('Room').click();
      expect(await open().getByLabel('Search').count()).toBe(0);
      await mount(room({ options: [...many, ...options('Zürich')] }));
      await combobox('Room').click();
      const search = open().getByLabel('Search');
      await search.pressSequentially('zur');
      await expect.poll(() => open().getByRole('option').allTextContents()).toEqual(['Zürich']);
      // As Safari tells the Enter that ends a composition: it chooses the word, not the option.
      await search.evaluate((node) => {
        const enter = { key: 'Enter', keyCode: 229, isComposing: false, bubbles: true, composed: true };
        node.dispatchEvent(new KeyboardEvent('keydown', enter));
      });
      expect(await search.count()).toBe(1);
      await press('Enter');
      expect(await combobox('Room').textContent()).toBe('Zürich');
      expect(await focused()).toContain('room');
      await press('Enter');
      await search.fill('nowhere');
      await open().getByText('Nothing found').waitFor();
      await press('Escape');
      expect(await search.count()).toBe(0);
    });
  });

  describe('date picker', () => {
    const when = (more: Json = {}) =>
      card([
        { type: 'Label', value: 'When', fieldName: 'when' },
        {
          type: 'DatePicker',
          name: 'when',
          defaultValue: '2026-03-12T09:30:00Z',
          onChangeAction: { type: 'when' },
          clearable: true,
          ...more,
        },
      ]);

    it('keys move by day, week, month and year, and Enter chooses', async () => {
      await mount(when());
      await combobox('When').focus();
      await press('Enter');
      expect(await focused()).toBe('2026-03-12');
      await press('ArrowRight', 'ArrowDown');
      expect(await focused()).toBe('2026-03-20');
      await press('Home');
      expect(await focused()).toBe('2026-03-16');
      await press('End', 'PageDown');
      expect(await focused()).toBe('2026-04-22');
      await press('Shift+PageUp');
      expect(await focused()).toBe('2025-04-22');
      await press('Enter');
      expect(await actions()).toEqual([{ type: 'when', payload: { when: '2025-04-22' } }]);
      expect(await combobox('When').textContent()).toBe('22 Apr 2025');
      expect(await focused()).toContain('when');
    });

    it('bounds hold for keys, days and month buttons', async () => {
      await mount(when({ min: '2026-03-10T00:00:00Z', max: '2026-03-14' }));
      await combobox('When').click();
      await press('PageDown');
      expect(await focused()).toBe('2026-03-14');
      await press('PageUp');
      expect(await focused()).toBe('2026-03-10');
      expect(await button('Next month').isDisabled()).toBe(true);
      expect(await open().locator('[data-day="2026-03-15"]').isDisabled()).toBe(true);
    });

    it('Escape and Tab out of it close it; it can be cleared', async () => {
      await mount(when());
      await combobox('When').click();
      await press('Escape');
      expect(await open().getByRole('dialog').count()).toBe(0);
      expect(await focused()).toContain('when');
      await button('Clear When').click();
      expect(await actions()).toEqual([{ type: 'when', payload: { when: null } }]);
      expect(await combobox('When').textContent()).toBe('Choose a date');
    });

    it('it speaks the language, begins the week where the region does, and mirrors its keys', async () => {
      await mount(when(), { locale: 'fr' });
      expect(await combobox('When').textContent()).toBe('12 mars 2026');
      await combobox('When').click();
      expect(await open().locator('.ck-calendar-grid th').first().textContent()).toBe('lun.');
      await mount(when(), { locale: 'ar' });
      await combobox('When').click();
      await press('ArrowLeft');
      expect(await focused()).toBe('2026-03-13');
    });

    it('an untouched default keeps its time of day', async () => {
      await mount(
        form([
          { type: 'DatePicker', name: 'when', defaultValue: '2026-03-12T09:30:00Z' },
          { type: 'Button', submit: true, label: 'Ok' },
        ]),
      );
      await button('Ok').click();
      expect(await actions()).toEqual([{ type: 'submit', payload: { when: '2026-03-12T09:30:00Z' } }]);
    });
  });

  it('a radio group is one stop, moved through by arrows past what is disabled', async () => {
    await mount(
      card([
        {
          type: 'RadioGroup',
          name: 'pace',
          defaultValue: 'slow',
          options: [...options('Slow'), { value: 'off', label: 'Off', disabled: true }, ...options('Fast')],
          onChangeAction: { type: 'pace' },
        },
        { type: 'Button', label: 'After' },
      ]),
    );
    await press('Tab', 'ArrowRight');
    expect(await actions()).toEqual([{ type: 'pace', payload: { pace: 'fast' } }]);
    await press('Tab');
    expect(await focused()).toContain('ck-button');
    expect(await open().getByRole('radiogroup', { name: 'Pace' }).count()).toBe(1);
  });

  it('a list shows its limit, and "Show more" moves on to the first row it revealed', async () => {
    const rows = Array.from({ length: 9 }, (_, index) => ({
      type: 'ListViewItem',
      key: `r${index}`,
      children: [{ type: 'Text', value: `Row ${index}` }],
      onClickAction: { type: `row ${index}` },
    }));
    await mount({ type: 'ListView', children: rows, limit: 'auto' });
    expect(await open().getByRole('listitem').count()).toBe(5);
    await button('Show 4 more').click();
    expect(await open().getByRole('listitem').count()).toBe(9);
    await press('Enter');
    expect(await actions()).toEqual([{ type: 'row 5' }]);
    await mount({ type: 'ListView', children: rows.slice(0, 7), limit: 'auto' });
    expect(await open().getByRole('listitem').count()).toBe(7);
    await mount({ type: 'ListView', children: rows, limit: 2 });
    expect(await open().getByRole('listitem').count()).toBe(2);
  });

  it('a collapsed card keeps what was typed and can be opened', async () => {
    const states = [false, true].map((collapsed) =>
      card([{ type: 'Input', name: 'a' }], { collapsed, status: { text: 'Done', icon: 'check' } }),
    );
    await mount(states[0]!);
    await open().getByLabel('A').fill('kept');
    await update(states[1]!);
    expect(await open().getByLabel('A').isVisible()).toBe(false);
    await button('Done').click();
    expect(await open().getByLabel('A').inputValue()).toBe('kept');
  });
});
