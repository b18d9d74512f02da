import { describe, expect, it } from 'vitest';
import { available, card, form, type Json, usePage } from './driver.ts';

describe.skipIf(!available)('hostile widgets', () => {
  const { open, mount, actions, errors, button } = usePage();

  const evil: unknown[] = [
    'javascript:alert(1)',
    '"><img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    'url(https://evil.example/x)',
    'red;background:url(https://evil.example/x)',
    'expression(alert(1))',
    '__proto__',
    'constructor',
    '\u202e\u0000\ud800',
    'x'.repeat(20_000),
    1e308,
    -1e308,
    0,
    true,
    null,
    [],
    [[[]]],
    {},
    { light: 'url(https://evil.example/x)', dark: {} },
    { toString: 'x', type: 'Text' },
    [null, 1, 'x', { type: 'Text', value: {} }, { type: null }, [{ type: 'Text', value: 'nested' }]],
  ];
  const types = [
    'Card',
    'ListView',
    'ListViewItem',
    'Basic',
    'Box',
    'Row',
    'Col',
    'Form',
    'Spacer',
    'Divider',
    'Transition',
    'Title',
    'Text',
    'Caption',
    'Label',
    'Badge',
    'Markdown',
    'Icon',
    'Image',
    'Button',
    'Input',
    'Textarea',
    'Select',
    'DatePicker',
    'Checkbox',
    'RadioGroup',
    'Chart',
    'Table',
    'Table.Row',
    'Table.Cell',
    '__proto__',
    'constructor',
    'toString',
    '',
  ];
  const props = [
    'children',
    'key',
    'id',
    'value',
    'label',
    'name',
    'src',
    'alt',
    'background',
    'color',
    'border',
    'padding',
    'margin',
    'width',
    'height',
    'size',
    'minSize',
    'maxSize',
    'aspectRatio',
    'radius',
    'flex',
    'gap',
    'align',
    'justify',
    'wrap',
    'direction',
    'theme',
    'status',
    'confirm',
    'cancel',
    'onClickAction',
    'onSubmitAction',
    'onChangeAction',
    'options',
    'defaultValue',
    'placeholder',
    'pattern',
    'inputType',
    'rows',
    'maxRows',
    'maxLines',
    'minLines',
    'limit',
    'fieldName',
    'editable',
    'style',
    'variant',
    'iconStart',
    'iconEnd',
    'min',
    'max',
    'side',
    'data',
    'series',
    'xAxis',
    'fit',
    'position',
    'colSpan',
    'rowSpan',
    'spacing',
    'ref',
    'dangerouslySetInnerHTML',
    'onClick',
    'onerror',
    'href',
    'class',
    'className',
    'asForm',
    'collapsed',
    'required',
    'searchable',
  ];

  it.each(types)('%j with every prop of every wrong kind throws nothing and fetches nothing', async (type) => {
    const all = evil.map((value) =>
      Object.fromEntries([
        ...props.map((prop) => [prop, value]),
        ['type', type],
        ['name', typeof value === 'string' ? value : 'n'],
      ]),
    );
    for (const roots of [all.slice(0, 11), all.slice(11)]) {
      await mount({ type: 'Card', children: roots });
      await mount({ type: 'Basic', children: [{ type: 'Form', children: roots }] });
    }
    for (const root of all) await mount(root as Json);
    expect(await errors()).toEqual([]);
    // `https://` is all that an image may ask for, and nothing else may ask for anything.
    const html = await open().evaluate(() => window.widgets.html());
    expect(html).not.toMatch(/<script|onerror=\w|javascript:[^"]*"?\s*(href|src)/i);
    expect(html).not.toContain('style="background: url');
  });

  it('no attribute of any element carries an address that could run', async () => {
    const all = types.flatMap((type) =>
      evil
        .slice(0, 6)
        .map((value) => Object.fromEntries([...props.map((prop) => [prop, value]), ['type', type], ['name', 'n']])),
    );
    await mount({ type: 'Card', children: all });
    const found = await open().evaluate(() => {
      const root = document.querySelector('main')!.shadowRoot!;
      const bad: string[] = [];
      for (const element of root.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          if (
            /^on/i.test(name) ||
            (/^(src|href|action|formaction|srcdoc|style|background)$/i.test(name) &&
              /javascript:|url\(|evil/i.test(value))
          ) {
            bad.push(`${element.tagName} ${name}=${value}`);
          }
        }
      }
      return bad;
    });
    expect(found).toEqual([]);
    expect(await open().locator('script, iframe, object, embed, link, style, a').count()).toBe(0);
  });

  it('a tree a thousand deep, and one ten thousand wide, are survived', async () => {
    let deep: Json = { type: 'Text', value: 'bottom' };
    for (let level = 0; level < 1000; level++) deep = { type: level % 2 ? 'Box' : 'Unknown', children: [deep] };
    await mount(card([{ type: 'Text', value: 'top' }, deep]));
    expect(await open().getByText('top').isVisible()).toBe(true);
    await mount(card(Array.from({ length: 10_000 }, () => ({ type: 'Caption', value: 'x', key: 'same', id: 'same' }))));
    expect(await open().locator('.ck-caption').count()).toBe(10_000);
    expect(await errors()).toEqual([]);
  });

  it('nothing reaches the prototype of objects', async () => {
    await mount(
      form([
        { type: 'Input', name: '__proto__.polluted', defaultValue: 'yes' },
        { type: 'Input', name: 'constructor.prototype.polluted', defaultValue: 'yes' },
        { type: 'Button', label: 'Send', submit: true },
      ]),
    );
    await button('Send').click();
    expect(await open().evaluate(() => ({}) as { polluted?: string })).toEqual({});
    expect(await actions()).toEqual([{ type: 'submit', payload: {} }]);
    expect(await errors()).toHaveLength(1);
  });

  it('a component of the host that throws takes nothing else with it', async () => {
    await mount(card([{ type: 'Throws' }, { type: 'Text', value: 'still here' }]));
    expect(await open().getByText('still here').isVisible()).toBe(true);
    expect(await errors()).toEqual(['thrown by the host']);
  });
});
