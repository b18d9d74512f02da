import { readText, readUtf8 } from './text-encoding.ts';

/** The fault of a file that is declared as text. */
export type TextFault = 'encoding' | 'binary' | 'page' | 'json' | 'heavy';

const page = /^<(?:!doctype|html|head|body|script|svg|iframe|object|embed)\b/i;

/** Text that a browser would take for a page: one of these tags, after nothing but blanks, comments and declarations. */
function isPage(text: string): boolean {
  let rest = text.trimStart();
  // A loop, since one expression with repeated comments can take exponential time.
  for (;;) {
    const end = rest.startsWith('<!--') ? '-->' : rest.startsWith('<?') ? '>' : undefined;
    if (end === undefined) return page.test(rest);
    const at = rest.indexOf(end);
    if (at === -1) return false;
    rest = rest.slice(at + end.length).trimStart();
  }
}

/**
 * About how many bytes a JSON text takes as objects. Counted first: a thread near its memory limit inside `JSON.parse`
 * cannot be stopped, and collects garbage for half a minute.
 */
function weightOf(json: string): number {
  let weight = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (inString) {
      if (char === 92) at++;
      else if (char === 34) inString = false;
    } else if (char === 34) {
      inString = true;
      weight += 24;
    } else if (char === 91 || char === 123) weight += 40;
    else if (char === 44 || char === 58) weight += 8;
  }
  return weight;
}
const heaviest = 120 * 1024 * 1024;

/** Checks a text to its end; ten megabytes occupy a core for a while, and as JSON much memory. */
export function findTextFault(bytes: Uint8Array, mime: string): TextFault | 'none' {
  const isJson = mime === 'application/json';
  const text = isJson ? readUtf8(bytes) : readText(bytes);
  if (text === undefined) return 'encoding';
  // Escape sequences can take over a terminal, and a NUL means that it is not text at all.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x08\x0b\x0e-\x1f\x7f]/.test(text)) return 'binary';
  if (isPage(text)) return 'page';
  if (isJson) {
    if (weightOf(text) > heaviest) return 'heavy';
    try {
      JSON.parse(text);
    } catch {
      return 'json';
    }
  }
  return 'none';
}
