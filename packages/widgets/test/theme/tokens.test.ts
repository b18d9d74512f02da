import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { readTokens, toHex } from '../../src/tokens.ts';

const written = readFileSync(fileURLToPath(import.meta.resolve('@causerie/widgets/tokens.css')), 'utf8');

describe('the tokens', () => {
  it('are read as they are in each scheme', () => {
    const tokens = readTokens(written);
    expect(tokens.paper).toEqual(['oklch(0.984 0.004 85)', 'oklch(0.205 0.005 75)']);
    expect(tokens.veil).toEqual(['oklch(0.25 0.012 70 / 0.32)', 'oklch(0.1 0.004 75 / 0.6)']);
    expect(tokens['corner-sheet']).toEqual(['14px', '14px']);
    expect(tokens.floating).toEqual([
      '0 8px 28px oklch(0.3 0.02 85 / 0.12), 0 1px 2px oklch(0.3 0.02 85 / 0.08), 0 0 0 1px oklch(0.3 0.02 85 / 0.06)',
      '0 8px 28px oklch(0 0 0 / 0.45), 0 1px 2px transparent, 0 0 0 1px oklch(1 0 0 / 0.07)',
    ]);
    expect(tokens['font-text']![0]).toMatch(/^"Inter Variable", Inter, .* sans-serif$/);
  });

  it('have a value on both sides, and none is left to be chosen', () => {
    const tokens = Object.entries(readTokens(written));
    expect(tokens.length).toBe(written.match(/^ {2}--/gm)!.length);
    for (const [name, sides] of tokens)
      for (const side of sides) expect(side, name).toMatch(/^(?!.*light-dark)\S.*[^,]$/);
  });

  it('are written as e-mails can read them', () => {
    const { paper, ink, accent, danger, veil } = readTokens(written);
    // As Chromium converts them; the dark paper is one step of red away (24.498 is rounded down there).
    const light = [paper, ink, accent, danger, veil].map((token) => toHex(token![0]));
    expect(light).toEqual(['#fbfaf7', '#25211b', '#2c5f4f', '#ac312c', '#25211b52']);
    expect(toHex(paper![1])).toBe('#191715');
    expect(toHex('oklch(1 0 0)')).toBe('#ffffff');
    expect(() => toHex('transparent')).toThrow('transparent is no oklch() of plain numbers');
  });

  it('are the same from a minified sheet', async () => {
    const { code } = await transform(written, { loader: 'css', minify: true, target: 'esnext' });
    const plain = (sheet: string) =>
      JSON.stringify(readTokens(sheet))
        .replace(/(?<![\d.])0\./g, '.')
        .replace(/([,/]) | (\/)/g, '$1$2')
        .replaceAll('#0000', 'transparent');
    expect(plain(code)).toBe(plain(written));
  });
});
