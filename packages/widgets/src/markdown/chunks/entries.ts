// The lazy modules of the Markdown view, for the build: each becomes one self-contained ES module.

import type { Plugin } from 'esbuild';
import { stylesFromScript } from './styles-from-script.ts';

/** A folder of files copied beside the modules, under their own names. */
export type ChunkAssets = {
  /** Package the files come from, and the folder inside it. */
  from: { package: string; folder: string };
  extension: string;
  /** Folder beside the modules. */
  to: string;
};

/** `name` is what `loadChunk` is called with and the file's name; `source` is relative to this folder. */
export type ChunkEntry = {
  name: string;
  source: string;
  assets?: ChunkAssets;
  plugins?: Plugin[];
};

export const chunkEntries: ChunkEntry[] = [
  { name: 'highlight', source: 'highlight.ts' },
  {
    name: 'katex',
    source: 'katex.ts',
    assets: { from: { package: 'katex', folder: 'dist/fonts' }, extension: '.woff2', to: 'katex-fonts' },
  },
  { name: 'diagram', source: 'diagram.ts' },
  // Loaded by `diagram`, into a frame.
  { name: 'mermaid', source: 'mermaid.ts', plugins: [stylesFromScript] },
];
