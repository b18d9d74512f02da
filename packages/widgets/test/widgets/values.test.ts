import { expect, it } from 'vitest';
import {
  background,
  blockStyle,
  border,
  boxStyle,
  color,
  imageUrl,
  length,
  primitive,
  radius,
  spacing,
} from '../../src/widgets/values.ts';

it('numbers are px for sizes and units of four px for spacing; strings are CSS', () => {
  expect(length(12)).toBe('12px');
  expect(length(3, 'space')).toBe('12px');
  expect(length(0.5, 'space')).toBe('2px');
  expect(length('50%')).toBe('50%');
  expect(length('1.5rem', 'space')).toBe('1.5rem');
  expect(length('12')).toBe('12px');
  expect(length('calc(100% - 2rem)')).toBe('calc(100% - 2rem)');
  expect(length('fit-content')).toBe('fit-content');
  expect(spacing('padding', '8px 12px')).toEqual({ padding: '8px 12px' });
});

it('a named side wins over its axis', () => {
  expect(spacing('margin', { x: 2, left: 1, top: '3px' })).toEqual({
    marginLeft: '4px',
    marginRight: '8px',
    marginTop: '3px',
  });
});

it('lengths stay within what a page can carry', () => {
  expect(length(1e9)).toBe('4000px');
  expect(length(-1e9)).toBe('-4000px');
  expect(length('99999px')).toBe('4000px');
  expect(length('9999999999999px')).toBeUndefined();
  expect(length(Number.POSITIVE_INFINITY)).toBeUndefined();
  expect(length(Number.NaN)).toBeUndefined();
});

it.each([
  'url(https://evil.example/x)',
  'calc(1px + url(x))',
  'expression(alert(1))',
  '1px; background: red',
  'var(--x)',
  'env(safe-area-inset-top)',
  '1px}*{color:red',
  'attr(title)',
  'calc(1px',
  {},
  [],
  null,
  true,
])('%j is no length', (value) => {
  expect(length(value)).toBeUndefined();
});

it('colours: tokens by use, primitives, CSS, pairs', () => {
  expect(color('secondary', 'text')).toBe('var(--w-text-secondary)');
  expect(color('surface-elevated', 'background')).toBe('var(--w-surface-elevated)');
  expect(color('strong', 'border')).toBe('var(--w-border-strong)');
  expect(color('blue', 'chart')).toBe('var(--w-chart-blue)');
  // A token of another use is no token here; "strong" then is a word the browser will drop.
  expect(color('surface-elevated', 'text')).toBeUndefined();
  expect(color('#1769C8', 'background')).toBe('#1769C8');
  expect(color('rgb(255 255 255 / 0.2)', 'text')).toBe('rgb(255 255 255 / 0.2)');
  expect(color({ light: 'red-100', dark: '#000' }, 'text')).toBe(`light-dark(${primitive('red-100')}, #000)`);
  expect(color({ light: 'white' }, 'text')).toBe('white');
});

it('primitives get darker step by step and keep their hue', () => {
  const parts = (name: string) => /oklch\(([\d.]+) ([\d.]+) (\d+)\)/.exec(primitive(name)!)!.slice(1).map(Number);
  let before = 2;
  for (const step of [0, 50, 100, 150, 200, 500, 900, 1000]) {
    const [lightness, , hue] = parts(`blue-${step}`);
    expect(lightness).toBeLessThan(before);
    expect(hue).toBe(254);
    before = lightness!;
  }
  expect(primitive('blue-1001')).toBeUndefined();
  expect(primitive('mud-100')).toBeUndefined();
  expect(primitive('constructor-100')).toBeUndefined();
});

it('gradients are backgrounds and nothing else', () => {
  const gradient = 'linear-gradient(111deg, #1769C8 0%, rgba(49, 163, 248, 0.5) 100%)';
  expect(background(gradient, 'light')).toEqual({ backgroundImage: gradient });
  expect(color(gradient, 'text')).toBeUndefined();
  expect(background({ light: gradient, dark: 'black' }, 'dark')).toEqual({ backgroundColor: 'black' });
});

it.each([
  'url(https://evil.example/pixel)',
  'image-set("https://evil.example/x" 1x)',
  'linear-gradient(red, url(x))',
  'element(#a)',
  'paint(worklet)',
  'cross-fade(url(a), url(b))',
  'expression(alert(1))',
  'red;position:fixed',
  '\\75rl(x)',
  'rgb(1 2 3))(',
  '"red"',
  'linear-gradient(/**/red,blue)\\',
])('%s is no background', (value) => {
  expect(background(value, 'light')).toEqual({});
});

it('borders: a width, a description, or either by side', () => {
  expect(border(1)).toEqual({ border: '1px solid var(--w-border-default)' });
  expect(border({ size: 2, color: 'strong', style: 'dashed' })).toEqual({
    border: '2px dashed var(--w-border-strong)',
  });
  expect(border({ x: 1, left: { size: 3, style: 'wavy' } })).toEqual({
    borderLeft: '3px solid var(--w-border-default)',
    borderRight: '1px solid var(--w-border-default)',
  });
  expect(border('1px solid url(x)')).toEqual({});
});

it('radii are a closed list', () => {
  expect(radius('full')).toBe('9999px');
  expect(radius('toString')).toBeUndefined();
  expect(radius(12)).toBeUndefined();
});

it('block props: a size is both sides unless one is given', () => {
  expect(
    blockStyle({
      size: 40,
      width: '100%',
      minSize: 10,
      maxHeight: 90,
      aspectRatio: '16/9',
      radius: 'md',
      flex: '1 1 0',
    }),
  ).toEqual({
    height: '40px',
    width: '100%',
    minHeight: '10px',
    minWidth: '10px',
    maxHeight: '90px',
    aspectRatio: '16/9',
    borderRadius: '8px',
    flex: '1 1 0',
  });
});

it('box props become flex', () => {
  expect(boxStyle({ align: 'start', justify: 'between', wrap: 'wrap', gap: 2, padding: { y: 1 } }, 'light')).toEqual({
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    flexWrap: 'wrap',
    gap: '8px',
    paddingTop: '4px',
    paddingBottom: '4px',
  });
  expect(boxStyle({ align: '__proto__', justify: 'constructor', wrap: 7 }, 'light')).toEqual({});
});

it('images: http(s), data:image and blob only', () => {
  expect(imageUrl('https://example.org/a.png')).toBe('https://example.org/a.png');
  expect(imageUrl('data:image/png;base64,AAAA')).toBe('data:image/png;base64,AAAA');
  expect(imageUrl('blob:https://example.org/1')).toBe('blob:https://example.org/1');
  for (const bad of [
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:text/html,<script>',
    'file:///etc/passwd',
    '/relative.png',
    '//x',
    '',
    7,
  ]) {
    expect(imageUrl(bad), String(bad)).toBeUndefined();
  }
  expect(imageUrl('https://evil.example/a.png', (url) => !url.includes('evil'))).toBeUndefined();
});
