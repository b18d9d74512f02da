import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CauserieError } from '../protocol/errors.ts';
import { widgetRootSchema } from '../protocol/widgets.ts';
import { WidgetTemplate } from './widget-template.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.widget`, import.meta.url), 'utf8');
/** A template that shows one rendered value as its title. */
const render = (template: string, data: object = {}): unknown => {
  const file = { version: '1.0', name: 'inline', template: `{"type":"Card","children":[],"status":${template}}` };
  return (WidgetTemplate.parse(file).build(data as Record<string, unknown>) as { status?: unknown }).status;
};

describe('a .widget file', () => {
  it('builds a list from a namespace that a loop appends to', () => {
    const widget = WidgetTemplate.parse(fixture('departures')).build({
      selected: 'b',
      trains: [
        { id: 'a', line: 'S1', to: 'Köln "Hbf"', delay: 5 },
        { id: 'b', line: 'S2', to: 'Bonn', delay: null },
      ],
    });
    expect(widgetRootSchema.safeParse(widget).error).toBeUndefined();
    expect(widget).toEqual({
      type: 'ListView',
      status: { text: '1 of 2 late' },
      children: [
        {
          type: 'ListViewItem',
          key: 'a',
          onClickAction: { type: 'train.select', payload: { id: 'a' } },
          children: [
            { type: 'Text', value: 'S1 to Köln "Hbf"', weight: 'normal' },
            { type: 'Badge', label: '5 min', color: 'danger' },
          ],
        },
        {
          type: 'ListViewItem',
          key: 'b',
          onClickAction: { type: 'train.select', payload: { id: 'b' } },
          children: [
            { type: 'Text', value: 'S2 to Bonn', weight: 'semibold' },
            { type: 'Badge', label: 'on time', color: 'success' },
          ],
        },
      ],
    });
  });

  it('builds with and without the optional data, by defaults, blocks and slices', () => {
    const template = WidgetTemplate.parse<{ city: string; [more: string]: unknown }>(fixture('weather'));
    expect(template.name).toBe('weather');
    expect(template.build({ city: 'Oslo', degrees: -3, sky: 'snow', streaming: false, links: [] })).toEqual({
      type: 'Card',
      size: 'sm',
      children: [
        { type: 'Title', value: 'Oslo' },
        { type: 'Text', id: 'now', value: '-3°, snow' },
        { type: 'Caption', value: 'no links' },
      ],
    });
    const full = template.build({
      city: 'Paris',
      degrees: 21,
      sky: 'sun',
      size: 'lg',
      theme: 'dark',
      streaming: true,
      days: [{ name: 'Mon' }, { name: 'Tue' }],
      links: [
        { label: 'a', url: 'https://a.example' },
        { label: 'b', url: '' },
      ],
    });
    expect(full).toMatchObject({ size: 'lg', theme: 'dark' });
    expect((full.children as unknown[]).slice(1)).toEqual([
      { type: 'Text', id: 'now', value: '21°, sun', streaming: true },
      {
        type: 'Row',
        children: [
          { type: 'Caption', value: 'Mon' },
          { type: 'Caption', value: 'Tue' },
        ],
      },
      {
        type: 'Row',
        children: [
          { type: 'Button', label: 'a', disabled: false },
          { type: 'Button', label: 'b', disabled: true },
        ],
      },
    ]);
  });

  it('is refused when it is none', () => {
    expect(() => WidgetTemplate.parse('{')).toThrow(/is JSON/);
    expect(() => WidgetTemplate.parse({ version: '2.0', name: 'n', template: '' })).toThrow(
      'Unsupported widget spec version: 2.0',
    );
    expect(() => WidgetTemplate.parse({ version: '1.0', name: 'n' })).toThrow(/needs a name and a template/);
    expect(() => WidgetTemplate.parse({ version: '1.0', name: 'n', template: '{% if %}' })).toThrow(/does not parse/);
    const build = (template: string) => () => WidgetTemplate.parse({ version: '1.0', name: 'n', template }).build();
    expect(build('{"type":"Card"')).toThrow(/rendered no JSON/);
    expect(build('{"type":"Text","value":"x"}')).toThrow(/no Card, ListView or Basic/);
    expect(build('{"type":"Basic"}')()).toEqual({ type: 'Basic' });
  });
});

describe('the template language', () => {
  it.each([
    '{{ missing | tojson }}',
    '"{{ missing }}"',
    '{{ data.missing | tojson }}',
    '{{ data.missing.deeper | tojson }}',
    '{{ (missing ~ "x") | tojson }}',
    '{{ "a" if missing else "b" }}',
    '{{ missing == none }}',
    '{{ [missing] | tojson }}',
    '{% for item in missing %}{% endfor %}0',
    '{{ ("a" if false) | tojson }}',
    '{{ list[7] | tojson }}',
  ])('refuses a missing value: %s', (template) => {
    expect(() => render(template, { data: {}, list: [] })).toThrow(/undefined/);
  });

  it('names the variable that is missing', () => {
    expect(() => render('{{ data.city.name | tojson }}', { data: { city: {} } })).toThrow(
      "'data.city.name' is undefined",
    );
  });

  it.each<[string, unknown]>([
    ['{{ missing | default("d") | tojson }}', 'd'],
    ['{{ missing | default(None) | tojson }}', undefined],
    ['{{ empty | default("d", true) | tojson }}', 'd'],
    ['{{ (missing is defined) | tojson }}', false],
    ['{{ missing is defined | tojson }}', false],
    ['{{ data.get("a") | default(1) is not none | tojson }}', true],
    ['{{ (not list[1:][0] is none | tojson) | string | tojson }}', 'False'],
    ['{% if text is string %}"is none | x"{% endif %}', 'is none | x'],
    ['{{ (none is none and text is not none) | tojson }}', true],
    ['{{ (1 ~ text ~ true ~ none) | tojson }}', '1abcTrueNone'],
    ['{{ (empty or "x") | tojson }}', 'x'],
    [
      '{{ [text[0], text[-1], text[1:], text[:-1], text[::2], text[::-1]] | tojson }}',
      ['a', 'c', 'bc', 'ab', 'ac', 'cba'],
    ],
    ['{{ [list[1:], list[0], list | length, list | first, list | last] | tojson }}', [[2, 3], 1, 3, 1, 3]],
    ['{{ {"a": none, "b": [true, 1.5]} | tojson }}', { b: [true, 1.5] }],
    ['{{ (1 + 2 * 3 - 7 // 2 % 2) | tojson }}', 6],
    ['{{ ("a" in data and "z" not in data and 2 in list) | tojson }}', true],
    ['{{ data.items | tojson }}', [1]],
    [
      '[{% for key, value in data.items() %}{{ key | tojson }},{% endfor %}{{ loops | default(0) }}]',
      ['a', 'items', 0],
    ],
    ['[{% for n in list if n > 1 %}{{ loop.index }}{% if not loop.last %},{% endif %}{% endfor %}]', [1, 2]],
    ['{% set x = 1 %}{% for n in list %}{% set x = n %}{% endfor %}{{ x }}', 1],
    ['{% macro twice(n, by=2) %}{{ n * by }}{% endmacro %}[{{ twice(2) }},{{ twice(2, by=3) }}]', [4, 6]],
    ['{# nothing #}{{ text | upper | tojson }}', 'ABC'],
    ['{{ list | map("string") | join("-") | tojson }}', '1-2-3'],
    ['{{ "</script>" | tojson }}', '</script>'],
    ['{{ date | tojson }}', '1970-01-01T00:00:00.000Z'],
  ])('%s', (template, expected) => {
    const data = { text: 'abc', empty: '', list: [1, 2, 3], data: { a: 1, items: [1] }, date: new Date(0) };
    expect(render(template, data)).toEqual(expected);
  });

  it('reaches no prototype, builds no endless list, and changes none of the data', () => {
    expect(() => render('{{ text.constructor | tojson }}', { text: 'x' })).toThrow(/undefined/);
    expect(() => render('{{ data["__proto__"] | tojson }}', { data: {} })).toThrow(/undefined/);
    expect(() => render('{{ range(1000000000) | tojson }}')).toThrow(/too long/);
    const data = { list: [1] };
    expect(render('{% set _ = list.append(2) %}{{ list | tojson }}', data)).toEqual([1, 2]);
    expect(data).toEqual({ list: [1] });
  });
});

describe('reading and filling', () => {
  it('reads a file, and names the one that cannot be read or is none', async () => {
    const template = await WidgetTemplate.fromFile(new URL('fixtures/weather.widget', import.meta.url));
    expect(template.name).toBe(WidgetTemplate.parse(fixture('weather')).name);
    await expect(WidgetTemplate.fromFile('no/such.widget')).rejects.toThrow(/no\/such\.widget: ENOENT/);
    const noTemplate = new URL('widget-template.ts', import.meta.url);
    const refused = WidgetTemplate.fromFile(noTemplate);
    await expect(refused).rejects.toThrow(/widget-template\.ts: a \.widget file is JSON/);
    await expect(refused).rejects.toBeInstanceOf(CauserieError);
  });

  it('takes undefined as null, at every depth, and a name that is not there as a fault', () => {
    expect(render('{{ note | tojson }}', { note: undefined })).toBeUndefined();
    expect(render('"{{ "none" if note is none else note }}"', { note: undefined })).toBe('none');
    expect(render('"{{ "none" if a.b[0].c is none else 1 }}"', { a: { b: [{ c: undefined }] } })).toBe('none');
    expect(() => render('{{ note | tojson }}', {})).toThrow(/note/);
  });
});
