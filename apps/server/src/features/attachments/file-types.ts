/** The kind of a type's content, which decides how it is checked and what a model receives of it. */
export type FileKind = 'image' | 'pdf' | 'text';
export type FileType = { mime: string; kind: FileKind; extensions: readonly string[]; words: string };

/** Every accepted type. A name without a known extension gets the first one. */
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

/** Every accepted extension, for a message. */
export const acceptedEndings: string = fileTypes.flatMap(({ extensions }) => extensions).join(', ');

/** Other names that browsers and systems use for these types. */
const aliases: Record<string, string> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'text/x-markdown': 'text/markdown',
  'text/json': 'application/json',
};

/** The type that browsers send for a file unknown to the system; Windows sends Excel's for .csv. */
const unknowing = new Set(['', 'application/octet-stream', 'application/vnd.ms-excel', 'application/csv']);

/** The type of a file by its declaration, or, where that says nothing, by its name. Undefined when it is not accepted. */
export function fileTypeOf(declared: string, name: string): FileType | undefined {
  const mime = declared.split(';', 1)[0]!.trim().toLowerCase();
  if (!unknowing.has(mime)) {
    const known = aliases[mime] ?? mime;
    return fileTypes.find((type) => type.mime === known);
  }
  const extension = /\.[a-z]+$/i.exec(name.trim())?.[0].toLowerCase();
  return fileTypes.find((type) => extension !== undefined && type.extensions.includes(extension));
}
