// Character references in Markdown text (`&eacute;`, `&#233;`). The table of names has 2,231 entries; the browser knows
// it already, so we ask it instead of shipping 12 kB of it.

const REFERENCE = /^&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));/;
// What remains without a DOM (plain-text export in Node).
const known = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
  ['hellip', '…'],
  ['mdash', '—'],
  ['ndash', '–'],
  ['copy', '©'],
]);

function named(name: string): string | undefined {
  const cached = known.get(name);
  if (cached !== undefined || typeof DOMParser === 'undefined') return cached;
  // Only letters and digits get here, and the document is inert: nothing to inject.
  let text: string;
  try {
    text = new DOMParser().parseFromString(`<p>&${name};`, 'text/html').body.textContent ?? '';
  } catch {
    // A page that demands trusted types: the reference stays as written.
    return undefined;
  }
  if (text === `&${name};` || text.endsWith(';')) return undefined;
  known.set(name, text);
  return text;
}

/** The reference at `from` in `text`, decoded, with its length in characters; undefined when there is none. */
export function readEntity(text: string, from: number): { text: string; length: number } | undefined {
  const found = REFERENCE.exec(text.slice(from, from + 36));
  if (!found) return undefined;
  if (found[3] !== undefined) {
    const decoded = named(found[3]);
    return decoded === undefined ? undefined : { text: decoded, length: found[0].length };
  }
  const code = found[1] !== undefined ? Number(found[1]) : Number.parseInt(found[2]!, 16);
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return { text: valid ? String.fromCodePoint(code) : '\ufffd', length: found[0].length };
}

/** Resolves backslash escapes and character references, as link destinations, titles and info strings ask for. */
export function unescapeMarkdown(text: string): string {
  if (!/[\\&]/.test(text)) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\' && isPunctuation(text[i + 1])) out += text[++i];
    else if (char === '&') {
      const entity = readEntity(text, i);
      out += entity?.text ?? '&';
      if (entity) i += entity.length - 1;
    } else out += char;
  }
  return out;
}

/** ASCII punctuation: the characters a backslash escapes. */
export function isPunctuation(char: string | undefined): boolean {
  return char !== undefined && /^[!-/:-@[-`{-~]$/.test(char);
}
