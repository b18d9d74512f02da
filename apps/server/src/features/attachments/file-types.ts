/** What kind of content a type has, which decides how it is checked and what a model is given of it. */
export type FileKind = 'image' | 'pdf' | 'text';
export type FileType = { mime: string; kind: FileKind; extensions: readonly string[]; words: string };

/** Every type that is taken. The first extension is the one a name gets that has none of them. */
const fileTypes: readonly FileType[] = [
  { mime: 'image/png', kind: 'image', extensions: ['.png'], words: 'a PNG image' },
  { mime: 'image/jpeg', kind: 'image', extensions: ['.jpg', '.jpeg'], words: 'a JPEG image' },
  { mime: 'image/webp', kind: 'image', extensions: ['.webp'], words: 'a WebP image' },
  { mime: 'image/gif', kind: 'image', extensions: ['.gif'], words: 'a GIF image' },
  { mime: 'application/pdf', kind: 'pdf', extensions: ['.pdf'], words: 'a PDF' },
  { mime: 'text/plain', kind: 'text', extensions: ['.txt', '.log'], words: 'plain text' },
  { mime: 'text/markdown', kind: 'text', extensions: ['.md', '.markdown'], words: 'Markdown text' },
  { mime: 'text/csv', kind: 'text', extensions: ['.csv'], words: 'a CSV table' },
  { mime: 'application/json', kind: 'text', extensions: ['.json'], words: 'JSON' },
];

/** Every ending that is taken, for a sentence. */
export const acceptedEndings: string = fileTypes.flatMap(({ extensions }) => extensions).join(', ');

/** Names that browsers and systems give to types of ours. */
const aliases: Record<string, string> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'text/x-markdown': 'text/markdown',
  'text/json': 'application/json',
};

/** What a browser says of a file its system knows nothing of; Excel's is what Windows says of .csv. */
const unknowing = new Set(['', 'application/octet-stream', 'application/vnd.ms-excel', 'application/csv']);

/** The type of a file by what is declared, or where that says nothing, by its name. Undefined when it is not taken. */
export function fileTypeOf(declared: string, name: string): FileType | undefined {
  const mime = declared.split(';', 1)[0]!.trim().toLowerCase();
  if (!unknowing.has(mime)) {
    const known = aliases[mime] ?? mime;
    return fileTypes.find((type) => type.mime === known);
  }
  const extension = /\.[a-z]+$/i.exec(name.trim())?.[0].toLowerCase();
  return fileTypes.find((type) => extension !== undefined && type.extensions.includes(extension));
}
