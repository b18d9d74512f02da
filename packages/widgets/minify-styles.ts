// For the build: the element's style sheets are template literals, which a minifier of scripts leaves as they are, comments
// and indentation included. They are a third of the first script's text.

import { readFile } from 'node:fs/promises';
import { type Plugin, transform } from 'esbuild';

/** A style sheet that is one literal: the whole of `export const … = \`…\`;`, with nothing put into it. */
const sheet = /(?<=^export const \w+ = (?:\/\* css \*\/ )?)`([^`$]+)`(?=;$)/gm;

/** Writes the style sheets of `view/styles.ts` and `markdown/styles.ts` as short as they can be. Nothing is lowered. */
export const minifyStyles: Plugin = {
  name: 'minify-styles',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/](?:view|markdown)[\\/]styles\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const found = [...text.matchAll(sheet)];
      if (found.length === 0) throw new Error(`${path} holds no style sheet that can be minified`);
      let contents = text;
      for (const [literal, css] of found) {
        // What the literal says, with its escapes read (`\\2713` stands for `\2713`).
        const plain = css!.replace(/\\([\s\S])/g, '$1');
        const { code } = await transform(plain, { loader: 'css', minify: true, target: 'esnext' });
        contents = contents.replace(literal, () => JSON.stringify(code.trim()));
      }
      return { contents, loader: 'ts' };
    });
  },
};
