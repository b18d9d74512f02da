import { afterEach, expect, it, vi } from 'vitest';
import { checkOptions, readOptions, sameOptions } from '../../src/options/check-options.ts';
import type { ElementOptions } from '../../src/options/options.ts';
import { isAccepted, maxSizeFor } from '../../src/state/file-limits.ts';
import { trimmed } from '../../src/state/message-content.ts';
import { triggerIn } from '../../src/view/composer/suggestions.tsx';

afterEach(() => void vi.restoreAllMocks());

it('unknown options are named once, wherever they are, and refuse nothing', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const options = {
    api: { url: '/chat', secretSauce: 1 },
    composer: { placeholdr: 'x' },
    whatever: {},
  } as unknown as ElementOptions;
  expect(readOptions(options)).toEqual({ api: { url: '/chat' }, composer: {} });
  expect(checkOptions(options)).toEqual({});
  readOptions(options);
  const named = warn.mock.calls.map(([message]) => /"(.*)"/.exec(String(message))![1]);
  expect(named).toEqual(['api.secretSauce', 'composer.placeholdr', 'whatever']);
});

it('a value of the wrong kind is named and left out, and the rest of the options holds', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const call = () => {};
  const given = {
    api: { url: '/chat', fetch: call },
    locale: 5,
    theme: null,
    header: { title: { text: ['x'] }, leftAction: [null, { icon: 'home', onClick: call }] },
    startScreen: { prompts: [null, { label: 'a', prompt: 'b' }] },
    composer: {
      tools: 'none',
      models: [{ id: 'm', label: 'M' }],
      attachments: { enabled: 'yes', maxSize: { '*': 5 } },
    },
    disclaimer: { text: {} },
  } as unknown as ElementOptions;
  expect(readOptions(given)).toEqual({
    api: { url: '/chat', fetch: call },
    header: { title: {}, leftAction: [{ icon: 'home', onClick: call }] },
    startScreen: { prompts: [{ label: 'a', prompt: 'b' }] },
    composer: { models: [{ id: 'm', label: 'M' }], attachments: { maxSize: { '*': 5 } } },
    disclaimer: {},
  });
  const named = warn.mock.calls.map(([message]) => /"(.*)"/.exec(String(message))![1]);
  expect(named).toEqual([
    'locale',
    'header.title.text',
    'header.leftAction[0]',
    'startScreen.prompts[0]',
    'composer.tools',
    'composer.attachments.enabled',
    'disclaimer.text',
  ]);
  expect(readOptions('x' as unknown as ElementOptions)).toBeUndefined();
  expect(readOptions({ locale: 'fr' } as unknown as ElementOptions)).toBeUndefined();
});

it.each([
  [undefined, 'object of options'],
  [{}, '"api" is missing'],
  [{ api: {} }, '"api.url" is missing'],
])('%o is told what it lacks', (options, problem) => {
  expect(checkOptions(options as unknown as ElementOptions).problem).toContain(problem);
});

it('hosted mode needs no address: it is that of the server the script came from', () => {
  const getClientSecret = async () => 's';
  expect(checkOptions({ api: { getClientSecret } })).toEqual({});
  expect(readOptions({ api: { getClientSecret } })?.api).toEqual({
    getClientSecret,
    url: 'http://localhost/api/chatkit',
  });
  expect(readOptions({ api: { getClientSecret, url: '/mine' } })?.api.url).toBe('/mine');
  expect(checkOptions({ api: { getClientSecret: async () => 's', url: '/chat' } })).toEqual({});
});

it('options are the same when only their functions differ', () => {
  const make = (text: string) => ({
    api: { url: '/', fetch: () => text },
    list: [{ a: 1, on: () => text }],
    n: Number.NaN,
  });
  expect(sameOptions(make('a'), make('b'))).toBe(true);
  expect(sameOptions(make('a'), { ...make('a'), extra: undefined })).toBe(false);
  expect(sameOptions({ a: [1] }, { a: { 0: 1 } })).toBe(false);
  expect(sameOptions({ a: null }, { a: {} })).toBe(false);
  expect(sameOptions({ a: () => 1 }, { a: 1 })).toBe(false);
});

it('size limits go from the exact type over its group to the fallback', () => {
  const limits = { 'image/png': 1, 'image/*': 2, '*': 3 };
  expect([maxSizeFor('image/png', limits), maxSizeFor('image/gif', limits), maxSizeFor('text/plain', limits)]).toEqual([
    1, 2, 3,
  ]);
  expect(maxSizeFor('text/plain', { '': 4 })).toBe(4);
  expect(maxSizeFor('text/plain', { 'image/*': 2 })).toBe(100 * 1024 * 1024);
  expect(maxSizeFor('x', 5)).toBe(5);
  expect(maxSizeFor('x', undefined)).toBe(100 * 1024 * 1024);
});

it('files are accepted by type, by group and by extension', () => {
  const accept = { 'image/*': [], 'text/csv': ['.csv'] };
  expect(isAccepted({ name: 'a.PNG', type: 'image/png' }, accept)).toBe(true);
  expect(isAccepted({ name: 'A.CSV', type: '' }, accept)).toBe(true);
  expect(isAccepted({ name: 'a.exe', type: 'application/x-msdownload' }, accept)).toBe(false);
  expect(isAccepted({ name: 'a.exe', type: '' }, undefined)).toBe(true);
});

it('what is sent has no blank ends and no empty texts', () => {
  const tag = { type: 'input_tag' as const, id: '1', text: 'Ann' };
  expect(
    trimmed([
      { type: 'input_text', text: '  hello ' },
      { type: 'input_text', text: 'there ' },
      tag,
      { type: 'input_text', text: '\u00a0\n' },
    ]),
  ).toEqual([{ type: 'input_text', text: 'hello there ' }, tag]);
});

it('a mention starts after a space, a command only at the very start', () => {
  const all = { tags: true, commands: true };
  expect(triggerIn('hi @an', false, all)).toEqual({ kind: 'tag', query: 'an', length: 3 });
  expect(triggerIn('@', true, all)).toEqual({ kind: 'tag', query: '', length: 1 });
  expect(triggerIn('me@home', true, all)).toBeNull();
  expect(triggerIn('@ann smith and', true, all)).toBeNull();
  expect(triggerIn('/su', true, all)).toEqual({ kind: 'command', query: 'su', length: 3 });
  expect(triggerIn('and/or', true, all)).toBeNull();
  expect(triggerIn('/su', false, all)).toBeNull();
  expect(triggerIn('/su @a', true, { tags: false, commands: false })).toBeNull();
});
