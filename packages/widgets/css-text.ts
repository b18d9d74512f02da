import { build, type Plugin } from 'esbuild';

/**
 * For the build: a style sheet that a script imports comes as its text, what it imports put in its place, minified. Nothing
 * is lowered: the browsers the elements are made for have nesting, `light-dark()` and relative colours.
 */
export const cssText: Plugin = {
  name: 'css-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { outputFiles, metafile } = await build({
        entryPoints: [path],
        bundle: true,
        minify: true,
        write: false,
        metafile: true,
        target: 'esnext',
        conditions: ['@causerie/source', 'style'],
        // KaTeX's: its fonts are registered by script.
        external: ['*.woff', '*.woff2', '*.ttf'],
        logLevel: 'silent',
      });
      const watchFiles = Object.keys(metafile.inputs);
      return { contents: outputFiles[0]!.text.trim(), loader: 'text', watchFiles };
    });
  },
};
