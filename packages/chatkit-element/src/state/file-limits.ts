import { list } from '../options/options.ts';

const defaultMaxSize = 100 * 1024 * 1024;

/** The most bytes a file of this type may have: an exact type, then `image/*`, then `*` or the empty key. */
export function maxSizeFor(mime: string, maxSize: number | Record<string, number> | undefined): number {
  if (typeof maxSize === 'number') return maxSize;
  if (!maxSize) return defaultMaxSize;
  const group = `${mime.split('/')[0]}/*`;
  return maxSize[mime] ?? maxSize[group] ?? maxSize['*'] ?? maxSize[''] ?? defaultMaxSize;
}

/** Whether a file has an accepted type or extension. */
export function isAccepted(
  file: { name: string; type: string },
  accept: Record<string, string[]> | undefined,
): boolean {
  const rules = Object.entries(accept ?? {});
  if (!rules.length) return true;
  const name = file.name.toLowerCase();
  return rules.some(([mime, extensions]) => {
    if (list(extensions).some((extension) => name.endsWith(String(extension).toLowerCase()))) return true;
    return mime === '*/*' || mime === file.type || (mime.endsWith('/*') && file.type.startsWith(mime.slice(0, -1)));
  });
}
