/** An address in a text: where it goes, what is shown of it, and the part of the source it takes. */
export type Address = { href: string; label: string; from: number; to: number };

const BARE_URL = /(?:https?:\/\/|www\.)[^\s<>"`|\\^{}\u3000-\u303f\uff00-\uffef]+/iuy;
const EMAIL = /[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+(?<![-_])/iy;
const AUTOLINK = /<([a-z][a-z0-9+.-]{1,31}:[^\s<>\p{Cc}]*|[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*)>/iuy;

/** An address in angle brackets at `at`. */
export function readAutolink(text: string, at: number): Address | undefined {
  AUTOLINK.lastIndex = at;
  const found = AUTOLINK.exec(text);
  if (!found) return undefined;
  const label = found[1]!;
  const href = /^[a-z][a-z0-9+.-]{1,31}:/i.test(label) ? label : `mailto:${label}`;
  return { href, label, from: at + 1, to: AUTOLINK.lastIndex };
}

/** An address that stands in a sentence as it is, at `at`. */
export function readBareAddress(text: string, at: number): Address | undefined {
  EMAIL.lastIndex = at;
  const mail = EMAIL.exec(text)?.[0];
  if (mail) return { href: `mailto:${mail}`, label: mail, from: at, to: at + mail.length };
  BARE_URL.lastIndex = at;
  let url = BARE_URL.exec(text)?.[0] ?? '';
  // Punctuation at the end belongs to the sentence, and so does a parenthesis opened before the address.
  for (let before = ''; before !== url; ) {
    before = url;
    url = url.replace(/(?:[?!.,:;*_~'"\]]|&[a-z0-9]+;)$/i, '');
    if (url.endsWith(')') && url.split(')').length > url.split('(').length) url = url.slice(0, -1);
  }
  const host = /^(?:https?:\/\/|www\.)([^/?#:]+)/i.exec(url)?.[1];
  if (!host || (!host.includes('.') && !/^(?:localhost|\[)/.test(host))) return undefined;
  return { href: /^www/i.test(url) ? `https://${url}` : url, label: url, from: at, to: at + url.length };
}
