// Which addresses an answer may lead to. Everything not named here stays text: an allow-list has no tricks to catch up
// with (entities, tabs inside `java\tscript:`, look-alike colons), since what is compared is what the browser itself
// makes of the address.

const OPENABLE = new Set(['http:', 'https:', 'mailto:', 'tel:']);

/** The address to put into `href`, or undefined when it may not become a link. */
export function safeHref(href: string): string | undefined {
  if (/^#[^\s]*$/.test(href)) return href;
  // Addresses of the element itself (entities and the like) never reach the browser's navigation.
  if (/^chatkit-link:[^\s\p{Cc}]*$/u.test(href)) return href;
  // Browsers drop tabs and newlines inside an address; one that holds any was written to deceive.
  if (/[\p{Cc}\p{Cf}]/u.test(href)) return undefined;
  try {
    // Without a base, so that what is relative throws: it would point into the page that embeds the chat.
    const url = new URL(href);
    return OPENABLE.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** The address of an image, or undefined when it is not a plain web address (a `data:` SVG can carry a document). */
export function safeImage(src: string): string | undefined {
  const href = safeHref(src);
  return href && /^https?:/.test(href) ? href : undefined;
}
