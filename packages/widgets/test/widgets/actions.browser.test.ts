import { describe, expect, it } from 'vitest';
import { available, card, form, type Json, options, usePage } from './driver.ts';

describe.skipIf(!available)('actions and forms', () => {
  const { open, mount, update, actions, errors, focused, hold, settle, press, button } = usePage();

  describe('actions', () => {
    it('each slot fires its own, with the payload as it was written', async () => {
      await mount({
        type: 'ListView',
        children: [
          {
            type: 'ListViewItem',
            onClickAction: { type: 'row', payload: { id: 7 } },
            children: [
              { type: 'Text', value: 'Seven' },
              { type: 'Button', label: 'Inner', onClickAction: { type: 'inner', handler: 'client' } },
            ],
          },
        ],
      });
      await button('Inner').click();
      expect(await actions()).toEqual([{ type: 'inner', handler: 'client' }]);
      // The row's button lies under its text and covers the row.
      const text = (await open().getByText('Seven').boundingBox())!;
      await open().mouse.click(text.x + 5, text.y + 5);
      expect((await actions())[1]).toEqual({ type: 'row', payload: { id: 7 } });

      await mount(
        card([], {
          confirm: { label: 'Yes', action: { type: 'confirm' } },
          cancel: { label: 'No', action: { type: 'cancel', streaming: false } },
        }),
      );
      await button('Yes').click();
      await button('No').click();
      expect(await actions()).toEqual([{ type: 'confirm' }, { type: 'cancel', streaming: false }]);
    });

    it('a control that changes sends its value, in a form with all the others', async () => {
      const change = { type: 'change' };
      const controls = [
        { type: 'Checkbox', name: 'agree', label: 'Agree', onChangeAction: change },
        { type: 'RadioGroup', name: 'speed', options: options('Slow', 'Fast'), onChangeAction: change },
        { type: 'Input', name: 'who.name', defaultValue: 'Ada' },
      ];
      await mount(card(controls));
      await open().getByLabel('Agree').check();
      await open().getByLabel('Fast').check();
      expect(await actions()).toEqual([
        { type: 'change', payload: { agree: true } },
        { type: 'change', payload: { speed: 'fast' } },
      ]);
      await mount(form(controls));
      await open().getByLabel('Agree').check();
      expect(await actions()).toEqual([
        { type: 'change', payload: { agree: true, speed: null, who: { name: 'Ada' } } },
      ]);
    });

    it('a button shows on itself that it is busy, keeps the focus, and cannot fire twice', async () => {
      await mount(card([{ type: 'Button', label: 'Go', onClickAction: { type: 'go' } }]));
      await hold();
      await button('Go').focus();
      await press('Enter', 'Enter', ' ');
      expect(await actions()).toHaveLength(1);
      expect(await button('Go').getAttribute('aria-busy')).toBe('true');
      expect(await focused()).toContain('ck-button');
      await settle();
      await expect.poll(() => button('Go').getAttribute('aria-busy')).toBe(null);
      await press('Enter');
      expect(await actions()).toHaveLength(2);
    });

    it('a failed action is reported and leaves the widget usable', async () => {
      await mount(card([{ type: 'Button', label: 'Go', onClickAction: { type: 'go' } }]));
      await hold();
      await button('Go').click();
      await settle('The server said no');
      await expect.poll(errors).toEqual(['The server said no']);
      await button('Go').click();
      expect(await actions()).toHaveLength(2);
    });

    it('confirm makes all of the card inert until it is done, and gives the focus back', async () => {
      await mount(
        card([{ type: 'Button', label: 'Other', onClickAction: { type: 'other' } }], {
          confirm: { label: 'Send', action: { type: 'send' } },
        }),
      );
      await hold();
      await button('Send').focus();
      await press('Enter');
      const body = open().locator('.ck-widget-body');
      expect(await body.evaluate((element) => (element as HTMLElement).inert)).toBe(true);
      expect(await open().getByRole('status').textContent()).toBe('In progress');
      await open().getByText('Other').click({ force: true });
      expect(await actions()).toEqual([{ type: 'send' }]);
      await settle();
      await expect.poll(() => body.evaluate((element) => (element as HTMLElement).inert)).toBe(false);
      await expect.poll(focused).toContain('ck-button');
    });

    it('loadingBehavior none shows nothing and may be fired again', async () => {
      await mount(card([{ type: 'Button', label: 'More', onClickAction: { type: 'more', loadingBehavior: 'none' } }]));
      await hold();
      await button('More').click();
      await button('More').click();
      expect(await actions()).toHaveLength(2);
      expect(await button('More').getAttribute('aria-busy')).toBe(null);
    });

    it('while an answer streams only what would not start another one can be fired', async () => {
      const named = (label: string, more: Json = {}) => ({
        type: 'Button',
        label,
        onClickAction: { type: label, ...more },
      });
      await mount(
        card([named('server'), named('sync', { streaming: false }), named('client', { handler: 'client' })]),
        { busy: true },
      );
      for (const name of ['server', 'sync', 'client']) await button(name).click({ force: true });
      expect((await actions()).map(({ type }) => type)).toEqual(['sync', 'client']);
      expect(await button('server').getAttribute('aria-disabled')).toBe('true');
      await update(undefined, { busy: false });
      await button('server').click();
      expect(await actions()).toHaveLength(3);
    });
  });

  describe('forms', () => {
    const fields = [
      { type: 'Label', value: 'Title', fieldName: 'todo.title' },
      { type: 'Input', name: 'todo.title', required: true, pattern: '[A-Z].*' },
      { type: 'Text', value: 'as it was', editable: { name: 'todo.note' } },
      { type: 'Select', name: 'todo.room', options: options('Oak', 'Elm') },
      { type: 'Button', label: 'Save', submit: true },
    ];

    it('native validation holds the submission back; Enter submits; names nest', async () => {
      await mount(form(fields, { onSubmitAction: { type: 'submit', payload: { todo: { id: 1 } } } }));
      await button('Save').click();
      expect(await actions()).toEqual([]);
      await open().getByLabel('Title').fill('lower');
      await button('Save').click();
      expect(await actions()).toEqual([]);
      await open().getByLabel('Title').fill('Gate');
      await press('Enter');
      expect(await actions()).toEqual([
        { type: 'submit', payload: { todo: { id: 1, title: 'Gate', note: 'as it was', room: null } } },
      ]);
    });

    it('what the payload already says is not overwritten, and the host is told', async () => {
      await mount(
        form(
          [
            { type: 'Input', name: 'id', defaultValue: 'typed' },
            { type: 'Button', label: 'Save', submit: true },
          ],
          {
            onSubmitAction: { type: 'submit', payload: { id: 'given' } },
          },
        ),
      );
      await button('Save').click();
      expect(await actions()).toEqual([{ type: 'submit', payload: { id: 'given' } }]);
      expect(await errors()).toEqual([expect.stringContaining('id')]);
    });

    it('a card as form: confirm validates and carries the fields, cancel carries them unvalidated', async () => {
      await mount(
        card(
          [
            { type: 'Input', name: 'who', required: true },
            { type: 'Checkbox', name: 'now', label: 'Now' },
          ],
          {
            asForm: true,
            confirm: { label: 'Ok', action: { type: 'ok', loadingBehavior: 'none' } },
            cancel: { label: 'No', action: { type: 'no', loadingBehavior: 'none' } },
          },
        ),
      );
      await button('Ok').click();
      expect(await actions()).toEqual([]);
      await button('No').click();
      await open().getByLabel('Who').fill('Ada');
      await button('Ok').click();
      expect(await actions()).toEqual([
        { type: 'no', loadingBehavior: 'none', payload: { who: '', now: false } },
        { type: 'ok', loadingBehavior: 'none', payload: { who: 'Ada', now: false } },
      ]);
    });

    it('a submit button fires its own action when the form has none, once the fields are valid', async () => {
      await mount(
        card([
          {
            type: 'Form',
            children: [
              { type: 'Input', name: 'a', required: true },
              { type: 'Button', label: 'Send', submit: true, onClickAction: { type: 'own' } },
            ],
          },
        ]),
      );
      await button('Send').click();
      expect(await actions()).toEqual([]);
      await open().getByLabel('A').fill('x');
      await button('Send').click();
      expect(await actions()).toEqual([{ type: 'own', payload: { a: 'x' } }]);
    });

    it('a textarea knows patterns too', async () => {
      await mount(
        form([
          { type: 'Textarea', name: 'code', pattern: '[A-Z]+' },
          { type: 'Button', label: 'Save', submit: true },
        ]),
      );
      await open().getByLabel('Code').fill('lower');
      await button('Save').click();
      expect(await actions()).toEqual([]);
      await open().getByLabel('Code').fill('UPPER');
      await button('Save').click();
      expect(await actions()).toEqual([{ type: 'submit', payload: { code: 'UPPER' } }]);
    });

    it('a textarea grows with what is written, up to its largest', async () => {
      await mount(card([{ type: 'Textarea', name: 'note', rows: 1, autoResize: true, maxRows: 4 }]));
      const height = async () => (await open().getByLabel('Note').boundingBox())!.height;
      const one = await height();
      await open().getByLabel('Note').fill('1\n2\n3');
      const three = await height();
      await open().getByLabel('Note').fill('1\n2\n3\n4\n5\n6\n7\n8\n9');
      const most = await height();
      expect(three).toBeGreaterThan(one + 20);
      expect(most).toBeGreaterThan(three);
      expect(most).toBeLessThan(one * 4);
      await open().getByLabel('Note').fill('');
      expect(await height()).toBe(one);
    });

    it('a field that appears takes the focus only when nobody is writing elsewhere', async () => {
      const field = { type: 'Input', name: 'late', autoFocus: true, autoSelect: true, defaultValue: 'all of it' };
      await mount(card([{ type: 'Input', name: 'first' }]));
      await open().getByLabel('First').focus();
      await update(card([{ type: 'Input', name: 'first' }, field]));
      expect(await focused()).toContain('first');
      await mount(card([field]));
      expect(await focused()).toContain('late');
      await open().keyboard.type('new');
      expect(await open().getByLabel('Late').inputValue()).toBe('new');
    });

    it('while it is being sent the submit button is busy', async () => {
      await mount(form([{ type: 'Button', label: 'Save', submit: true }]));
      await hold();
      await button('Save').focus();
      await press('Enter', 'Enter');
      expect(await button('Save').getAttribute('aria-busy')).toBe('true');
      expect(await actions()).toHaveLength(1);
      await settle();
      await expect.poll(() => button('Save').getAttribute('aria-busy')).toBe(null);
    });

    it('radio groups of the same name in two forms do not disturb each other', async () => {
      const group = (label: string) => ({
        type: 'Form',
        children: [
          { type: 'RadioGroup', name: 'size', ariaLabel: label, defaultValue: 'a', options: options('A', 'B') },
        ],
      });
      await mount(card([group('One'), group('Two')]));
      await open().getByRole('radiogroup', { name: 'One' }).getByLabel('B').check();
      expect(await open().getByRole('radiogroup', { name: 'Two' }).getByLabel('A').isChecked()).toBe(true);
    });
  });
});
