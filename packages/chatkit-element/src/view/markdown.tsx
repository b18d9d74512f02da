import {
  loadHighlighter,
  type MarkdownAnnotation,
  type MarkdownHost,
  Markdown as MarkdownText,
} from '@causerie/widgets/markdown';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { loadChunk, parts } from '../assets.ts';
import type { Session } from '../state/session.ts';
import { useSession, useT } from './session-context.ts';

type Props = {
  text: string;
  done: boolean;
  marks?: readonly MarkdownAnnotation[];
  class?: string;
  headingOffset?: number;
};

/** Markdown of this conversation, which may still be growing. */
export function Markdown({ headingOffset = 3, ...shown }: Props): VNode {
  const session = useSession();
  // The view has words of its own, such as "Copy": it is made anew when another catalogue arrives.
  const t = useT();
  const host = useMemo(
    (): MarkdownHost => ({
      loadChunk: (name) =>
        name === 'highlight' ? loadHighlighter(`${parts}highlight.js`, loadChunk) : loadChunk(name),
      imageAllowed: (url) => imageAllowed(session, url),
      onLink: (href, event) => followLink(session, href, event),
      t: t as MarkdownHost['t'],
      headingOffset,
    }),
    [t],
  );
  return <MarkdownText {...shown} host={host} />;
}

/** Images of an answer may come from the page's own origin and the API's, inline data, and the domains the thread allows. */
export function imageAllowed(session: Session, url: string): boolean {
  let address: URL;
  try {
    address = new URL(url, document.baseURI);
  } catch {
    return false;
  }
  if (address.protocol === 'data:') return /^data:image\/(png|jpe?g|gif|webp|avif);/i.test(url);
  if (address.protocol !== 'https:' && address.protocol !== 'http:') return false;
  const api = new URL(String(session.options.value?.api.url ?? ''), document.baseURI);
  if (address.origin === location.origin || address.origin === api.origin) return true;
  const domains = session.conversation.thread.value?.allowed_image_domains;
  return (Array.isArray(domains) ? domains : []).some((domain) => {
    const name = String(domain).toLowerCase().replace(/^\*\./, '');
    return name !== '' && (address.hostname === name || address.hostname.endsWith(`.${name}`));
  });
}

/** `chatkit-link://name?key=value` calls the page; every other link opens in a new tab. */
export function followLink(session: Session, href: string, event: Event): void {
  if (!href.toLowerCase().startsWith('chatkit-link:')) return;
  event.preventDefault();
  const rest = href.slice('chatkit-link:'.length).replace(/^\/\//, '');
  const [path = '', query = ''] = rest.split(/\?(.*)/s);
  const data: Record<string, unknown> = Object.fromEntries(new URLSearchParams(query));
  session.openDeeplink(decodePath(path.replace(/\/$/, '')), data);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
