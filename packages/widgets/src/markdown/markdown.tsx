import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { createMarkdown } from './create-markdown.ts';
import type { MarkdownAnnotation, MarkdownHost, MarkdownView } from './host.ts';

type Props = {
  text: string;
  /** Nothing follows. */
  done: boolean;
  /** Another host, as after a change of language, has the view made anew: keep one while nothing changes. */
  host: MarkdownHost;
  marks?: readonly MarkdownAnnotation[] | undefined;
  class?: string | undefined;
};

/** Characters of new text that are drawn in one task: 20 ms of a slow device. */
const portion = 4000;

/**
 * Markdown that may still be growing. The view below it draws only what is new, so this never goes through the text.
 * What comes in one large piece while it grows, as when a long answer is resumed, is drawn in portions, a frame each.
 */
export function Markdown({ text, done, host, marks, class: className }: Props): VNode {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<MarkdownView | null>(null);
  const drawn = useRef<number | null>(null);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => {
    const made = createMarkdown(host);
    view.current = made;
    place.current!.replaceChildren(made.element);
    return () => {
      clearTimeout(rest.current);
      made.destroy();
      view.current = null;
    };
  }, [host]);
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
  }, [text, done, host]);
  useLayoutEffect(() => {
    if (marks) view.current?.setAnnotations([...marks]);
  }, [marks, host]);
  return <div class={className} dir="auto" ref={place} />;
}
