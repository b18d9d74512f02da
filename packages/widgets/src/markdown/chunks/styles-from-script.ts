// For the build: Mermaid (with D3 and Cytoscape) writes `style` attributes and `<style>` elements, and gives its drawing as
// markup that is parsed again, all of which a page's policy without `unsafe-inline` refuses. What they do there is made to
// go through the CSSOM, which every policy allows, and the drawing is taken as it stands. Their text is changed rather
// than the page's prototypes: what other scripts of the page do stays as it is.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const styling = fileURLToPath(new URL('styling.ts', import.meta.url));

const changes: [file: RegExp, found: RegExp, becomes: string][] = [
  [/d3-(?:selection|transition)\.mjs$/, /\bthis\.setAttribute\(name, (.*)\);/g, 'setAttribute(this, name, $1);'],
  [/mermaid\.core/, /\b(\w+)\.setAttribute\("style", (.*)\);/g, 'setAttribute($1, "style", $2);'],
  [/mermaid\.core|cytoscape/, /\b[\w.]+\.createElement(?:NS)?\((?:"[^"]*", )?["']style["']\)/g, 'createStyle()'],
  [/mermaid\.core\.mjs$/, /\bstyle1\.innerHTML = rules;/g, 'setRules(style1, rules);'],
  [/mermaid\.core\.mjs$/, /\b(root\.select\(enclosingDivID_selector\)\.node\(\))\.innerHTML/g, 'keepDrawing($1)'],
];

/** Fails the build when a new version of them no longer has what is to be changed. */
export const stylesFromScript: Plugin = {
  name: 'styles-from-script',
  setup({ onLoad, onStart, onEnd }) {
    const made = new Set<RegExp>();
    onStart(() => made.clear());
    onLoad(
      { filter: /[\\/](?:mermaid[\\/]dist|cytoscape|d3-selection|d3-transition)[\\/].*\.mjs$/ },
      async ({ path }) => {
        const before = await readFile(path, 'utf8');
        let text = before;
        for (const [file, found, becomes] of changes) {
          if (!file.test(path)) continue;
          const changed = text.replace(found, becomes);
          if (changed !== text) made.add(found);
          text = changed;
        }
        const imports = `import { createStyle, keepDrawing, setAttribute, setRules } from ${JSON.stringify(styling)};\n`;
        return { contents: text === before ? text : imports + text };
      },
    );
    onEnd(() => {
      const missed = changes.filter(([, found]) => !made.has(found));
      return {
        errors: missed.map(([, found]) => ({
          text: `Mermaid or one of its parts has changed: nothing matches ${found}`,
        })),
      };
    });
  },
};
