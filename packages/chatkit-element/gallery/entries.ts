import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What the page does once the chat is ready, in order; see `page.ts`. */
export type Step =
  | ['call', method: string, ...given: unknown[]]
  | ['click', name: string]
  | ['hover', name: string]
  | ['type', text: string]
  | ['files', ...files: { name: string; type: string; text: string }[]]
  | ['drag']
  | ['wait', text: string];

/** How the gallery's server answers one kind of request. */
export type Answer = {
  status?: number;
  headers?: Record<string, string>;
  /** A JSON reply. */
  body?: unknown;
  /** A stream of events. */
  events?: object[];
  /** The answer never ends (a stream stays open) or, with no events, never begins. */
  holds?: boolean;
};

/** One thing to look at. */
export type GalleryEntry = {
  /** Also the name of its picture: `widgets-badge`. */
  id: string;
  group: string;
  title: string;
  options: Record<string, unknown>;
  /** Present when a conversation is open. */
  thread?: { items: unknown[]; [field: string]: unknown };
  history?: unknown[];
  /** By request type; what is not here is answered as an ordinary server would. */
  answers?: Record<string, Answer>;
  steps?: Step[];
  /** The whole chat in a window, or only the conversation, as long as it is. */
  shows: 'chat' | 'thread';
  /** A picture of it on a telephone is worth having too. */
  narrow?: boolean;
  /** The one scheme it is made for; both without it. */
  scheme?: 'light' | 'dark';
  /** Some of its letters are in none of the fonts the element brings, so that each machine draws them differently. */
  otherLetters?: boolean;
};

const folder = (name: string) => new URL(`${name}/`, import.meta.url);

function files(name: string, extension: string): { name: string; text: string }[] {
  return readdirSync(folder(name))
    .filter((file) => file.endsWith(extension))
    .sort()
    .map((file) => ({ name: basename(file, extension), text: readFileSync(new URL(file, folder(name)), 'utf8') }));
}

/** Every entry of the gallery, from its data files. */
export function galleryEntries(): GalleryEntry[] {
  const all: GalleryEntry[] = [];
  for (const group of ['items', 'states'] as const) {
    for (const { name, text } of files(group, '.json')) {
      const { title, entries } = JSON.parse(text) as {
        title: string;
        entries: (Partial<GalleryEntry> & { name: string })[];
      };
      for (const { name: own, ...entry } of entries) {
        const id = `${group}-${name}-${slug(own)}`;
        all.push({
          options: {},
          shows: group === 'items' ? 'thread' : 'chat',
          ...entry,
          id,
          group,
          title: `${title}: ${own}`,
        });
      }
    }
  }
  for (const { name, text } of files('../../widgets/gallery/widgets', '.json')) {
    const { title, examples } = JSON.parse(text) as { title: string; examples: { name: string; widget: object }[] };
    const items = examples.map(({ widget }, index) => ({ id: `wid_${index}`, type: 'widget', widget }));
    all.push({ id: `widgets-${name}`, group: 'widgets', title, options: {}, thread: { items }, shows: 'thread' });
  }
  for (const { name, text } of files('../../widgets/gallery/markdown', '.md')) {
    const items = [
      { id: 'msg_1', type: 'assistant_message', content: [{ type: 'output_text', text, annotations: [] }] },
    ];
    const otherLetters = /[\p{L}--\p{Script=Latin}]/v.test(text) || name === 'diagrams';
    all.push({
      id: `markdown-${name}`,
      group: 'markdown',
      title: name,
      options: {},
      thread: { items },
      shows: 'thread',
      otherLetters,
      narrow: name === 'everything',
    });
  }
  const sample = JSON.parse(readFileSync(new URL('sample.json', import.meta.url), 'utf8')) as Pick<
    GalleryEntry,
    'options' | 'thread'
  >;
  for (const { name, text } of files('themes', '.json')) {
    const { title, theme, scheme } = JSON.parse(text) as Pick<GalleryEntry, 'title' | 'scheme'> & { theme: object };
    all.push({
      id: `themes-${name}`,
      group: 'themes',
      title,
      options: { ...sample.options, theme },
      ...(scheme && { scheme }),
      thread: sample.thread!,
      shows: 'chat',
    });
  }
  const languages: [string, string][] = [
    ['fr-FR', 'Français'],
    ['es-ES', 'Español'],
    ['de-DE', 'Deutsch'],
    ['ar', 'العربية, right to left'],
    ['ja-JP', '日本語'],
  ];
  for (const [locale, title] of languages) {
    const otherLetters = locale === 'ar' || locale === 'ja-JP';
    all.push({
      id: `languages-${locale}`,
      group: 'languages',
      title,
      options: { ...sample.options, locale },
      thread: sample.thread!,
      shows: 'chat',
      otherLetters,
      narrow: locale === 'ar',
    });
  }
  return all;
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
