import type { FileType } from './file-types.ts';

/** The longest name that file systems take, in bytes of UTF-8. */
const longestName = 255;

/**
 * Makes a name that is safe to show, to put into a header, to give to a model and to save under. It is never a path here:
 * files are stored under ids.
 *
 * Control characters could break a header or a log line; marks of writing direction make `gpj.exe` read `exe.jpg` (the two
 * joiners stay: Persian and emoji need them). A name whose ending belongs to another type gets the right one appended:
 * `photo.html` with an image in it would open as a page.
 */
export function safeFileName(given: string, type: FileType): string {
  const last = given.split(/[/\\]/).at(-1)!;
  const clean = (last.length > 2000 ? last.slice(0, 1000) + last.slice(-1000) : last)
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Co}\u2028\u2029]|(?![\u200c\u200d])\p{Cf}/gu, '')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const extension = /\.[^.]*$/.exec(clean)?.[0] ?? '';
  const fits = type.extensions.includes(extension.toLowerCase()) && extension !== clean;
  const end = fits ? extension : type.extensions[0]!;
  const stem = fits ? clean.slice(0, -extension.length) : clean;
  // Nothing may be left of it: a letter under a thousand marks is one character that does not fit.
  return (cut(stem, longestName - Buffer.byteLength(end)) || 'file') + end;
}

/** Cuts to at most so many bytes, at whole characters: half an emoji is not valid text. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let kept = '';
  let size = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    size += Buffer.byteLength(segment);
    if (size > bytes) break;
    kept += segment;
  }
  return kept.trimEnd();
}

/** The header that makes a browser save a file instead of showing it (RFC 6266; the name by RFC 8187). */
export function contentDisposition(kind: 'attachment' | 'inline', name: string): string {
  const ascii =
    name
      .normalize('NFKD')
      .replace(/[^\x20-\x7e]/g, '')
      .replace(/["\\%]/g, '_')
      .trim() || 'file';
  const full = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${full}`;
}
