import { createMarkdown, loadHighlighter, type MarkdownView } from '@causerie/widgets/markdown';
import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { loadChunk, parts } from '../assets.ts';
import type { Session } from '../state/session.ts';
import { useSession, useT } from './session-context.ts';

type Mark = { index: number; render: () => HTMLElement };
type Props = { text: string; done: boolean; marks?: readonly Mark[]; class?: string; headingOffset?: number };

/** Characters of new text that are drawn in one task: 20 ms of a slow device. */
const portion = 4000;

/**
 * Markdown that may still be growing. The view below it draws only what is new, so this never goes through the text.
 * What comes in one large piece while it grows, as when a long answer is resumed, is drawn in portions, a frame each.
 */
export function Markdown({ text, done, marks, class: className, headingOffset = 3 }: Props): VNode {
  const session = useSession();
  // Words of the view itself, such as "Copy": a catalogue that arrives later has it made anew.
  const t = useT();
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<MarkdownView | null>(null);
  const drawn = useRef<number | null>(null);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => {
    const made = createMarkdown({
      loadChunk: (name) =>
        name === 'highlight' ? loadHighlighter(`${parts}highlight.js`, loadChunk) : loadChunk(name),
      imageAllowed: (url) => imageAllowed(session, url),
      onLink: (href, event) => followLink(session, href, event),
      t: (key, params) => session.t.value(key, params),
      headingOffset,
    });
    view.current = made;
    place.current!.replaceChildren(made.element);
    return () => {
      clearTimeout(rest.current);
      made.destroy();
      view.current = null;
    };
  }, [t]);
  useLayoutEffect(() => {
    clearTimeout(rest.current);
    const draw = () => {
      // A stored answer is drawn whole at first, so that a thread opens at its place.
      const whole = done && drawn.current === null;
      const end = whole ? text.length : Math.min(text.length, (drawn.current ?? 0) + portion);
      drawn.current = end;
      view.current?.update(text.slice(0, end), done && end === text.length);
      if (end < text.length) rest.current = setTimeout(draw, 16);
    };
    draw();
  }, [text, done, t]);
  useLayoutEffect(() => {
    if (marks) view.current?.setAnnotations([...marks]);
  }, [marks, t]);
  return <div class={className} dir="auto" ref={place} />;
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

/** `chatkit-link://name?key=value` is told to the page; every other link opens as links do, in a tab of its own. */
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
