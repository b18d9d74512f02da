import { Glyph } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { loadEarlier } from '../state/loading.ts';
import { isRunning } from '../state/phase.ts';
import { useSignal } from '../state/signal.ts';
import { type Block, blocksOf, turnOf } from './blocks.ts';
import { Failure, Progress } from './feedback.tsx';
import { ItemView } from './item.tsx';
import { useOptions, useSession, useT } from './session-context.ts';
import { TurnActions } from './turn-actions.tsx';

/**
 * How many blocks are drawn at first, and how many more whenever the reader comes near the top of what is drawn. Eight
 * long answers take 20 ms; if they do not fill the screen, the next eight come with the next frame.
 */
const firstBlocks = 8;
const moreBlocks = 8;
/** Nearer to the end than this (px) counts as being there. */
const nearEnd = 48;

/**
 * The conversation. Only its newest part is drawn; older blocks join as the reader scrolls up to them, and the page of
 * items before them is fetched in time. A message just sent goes to the top with room for its answer below, so that
 * nothing moves while the answer streams; with `thread.autoScroll` the end is followed instead.
 */
export function Thread(): VNode {
  const session = useSession();
  const options = useOptions();
  const t = useT();
  const entries = useSignal(session.conversation.entries);
  const earlier = useSignal(session.earlier);
  const sentKey = useSignal(session.sentKey);
  const running = isRunning(useSignal(session.phase));
  const printing = useSignal(session.printing);
  const scroller = useRef<HTMLDivElement>(null);
  const thread = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const drawnBlocks = useRef<Block[]>([]);
  const anchor = useRef<{ element: Element; top: number } | null>(null);
  const [grown, setWindow] = useState(firstBlocks);
  const [away, setAway] = useState(false);

  const blocks = useMemo(() => blocksOf(entries, drawnBlocks.current), [entries]);
  drawnBlocks.current = blocks;
  // Whoever sends a message looks at its answer: older blocks that were drawn for reading are dropped.
  const sentBefore = useRef(sentKey);
  const window_ = sentBefore.current === sentKey ? grown : firstBlocks;
  if (window_ !== grown) setWindow(window_);
  sentBefore.current = sentKey;
  const from = printing ? 0 : Math.max(0, blocks.length - window_);
  const shown = blocks.slice(from);
  const firstKey = shown[0]?.key;
  const hasOlder = from > 0 || earlier !== 'none';

  // Before blocks come or go above: the place of the first one that stays, to put it back there.
  const drawnKeys = useRef<Set<string>>(new Set());
  const [firstDrawn] = drawnKeys.current;
  if (firstDrawn !== firstKey) {
    const stays = shown.find((block) => drawnKeys.current.has(block.key));
    const element = stays && thread.current?.querySelector(`[data-key="${stays.key}"]`);
    anchor.current = element ? { element, top: element.getBoundingClientRect().top } : null;
  }
  drawnKeys.current = new Set(shown.map((block) => block.key));

  const toEnd = (behavior: ScrollBehavior = 'instant') => {
    const box = scroller.current;
    box?.scrollTo({ top: box.scrollHeight, behavior });
    following.current = true;
  };

  const jump = () => {
    const box = scroller.current!;
    const left = box.scrollHeight - box.scrollTop - box.clientHeight;
    if (left < 3 * box.clientHeight && !calm()) return toEnd('smooth');
    // Older blocks that were drawn for reading are dropped.
    setWindow(firstBlocks);
    requestAnimationFrame(() => {
      toEnd();
      // Blocks that were never on the screen get their true height now, and the end moves once more.
      requestAnimationFrame(() => requestAnimationFrame(() => toEnd()));
    });
  };

  // What the reader looks at stays in place. This comes before the effects that scroll: setting a place ends a scroll.
  useLayoutEffect(() => {
    const kept = anchor.current;
    anchor.current = null;
    if (!kept?.element.isConnected || !scroller.current) return;
    const moved = kept.element.getBoundingClientRect().top - kept.top;
    if (Math.abs(moved) > 1) scroller.current.scrollTop += moved;
  }, [firstKey]);

  // A thread opens at its end.
  const threadId = useSignal(session.threadId);
  const loading = useSignal(session.phase).name === 'loading';
  useLayoutEffect(() => {
    setWindow(firstBlocks);
    if (session.sentKey.value === null) toEnd();
  }, [threadId, loading]);

  // The catalogue of another language draws the texts anew. Until the blocks off the screen have their true height again,
  // any question for a place makes the browser leave the end; so the frame after the next goes back to it.
  useEffect(() => {
    if (!following.current || isRunning(session.phase.value)) return;
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => following.current && toEnd());
    });
    return () => cancelAnimationFrame(frame);
  }, [t]);

  // A message just sent moves to the top, with room for its answer below.
  useLayoutEffect(() => {
    if (!sentKey) return;
    following.current = options.thread?.autoScroll === true;
    // The frame that shows it asks for its place: asking now would lay out everything twice.
    const frame = requestAnimationFrame(() => {
      const box = scroller.current;
      const block = thread.current?.querySelector(`[data-key="${sentKey}"]`);
      if (!box || !block) return;
      if (options.thread?.autoScroll) return toEnd();
      const top = block.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
      box.scrollTo({ top: Math.max(0, top - 12), behavior: calm() ? 'instant' : 'smooth' });
    });
    return () => cancelAnimationFrame(frame);
  }, [sentKey]);

  // Growing content is followed if the page asks for it and the reader is at the end; the button to the end is kept right.
  useEffect(() => {
    const box = scroller.current!;
    const check = () => {
      const left = box.scrollHeight - box.scrollTop - box.clientHeight;
      setAway(left > nearEnd * 2);
      return left;
    };
    const observer = new ResizeObserver(() => {
      const follow =
        following.current && (session.options.value?.thread?.autoScroll || !isRunning(session.phase.value));
      if (follow) box.scrollTop = box.scrollHeight;
      check();
    });
    observer.observe(thread.current!);
    observer.observe(box);
    // Only scrolling up leaves the end: content that grew since the last scroll puts the reader above it too.
    let top = box.scrollTop;
    const onScroll = () => {
      const up = box.scrollTop < top;
      top = box.scrollTop;
      if (check() <= nearEnd) following.current = true;
      else if (up) following.current = false;
    };
    box.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', onScroll);
    };
  }, []);

  // Near the top of what is drawn, more blocks are drawn, and the page of items before them is loaded in time.
  const sentinel = useRef<HTMLDivElement>(null);
  const grow = useRef(() => {});
  grow.current = () => {
    if (from > 0 || session.earlier.value === 'more') setWindow((count) => count + moreBlocks);
    if (from <= 2 * moreBlocks) void loadEarlier(session);
  };
  useEffect(() => {
    const mark = sentinel.current;
    if (!mark) return;
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && grow.current(), {
      root: scroller.current,
      rootMargin: '800px 0px 0px 0px',
    });
    observer.observe(mark);
    return () => observer.disconnect();
  }, [hasOlder, firstKey, earlier === 'loading']);

  return (
    <div class="thread-area">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/useSemanticElements: a section is a landmark, and the chat around it is one already. */}
      <div class="scroller" part="thread" role="group" ref={scroller} tabIndex={0} aria-label={t('chat.messages')}>
        <div class="thread" ref={thread}>
          {hasOlder && (
            <div class="older" ref={sentinel}>
              {earlier === 'loading' && <span class="shimmer">{t('chat.earlier')}</span>}
            </div>
          )}
          {shown.map((block, index) => (
            <BlockView
              key={block.key}
              block={block}
              blocks={blocks}
              index={from + index}
              last={from + index === blocks.length - 1}
              roomy={from + index === blocks.length - 1 && block.entries.some((entry) => entry.key === sentKey)}
              running={running && from + index === blocks.length - 1}
            />
          ))}
        </div>
      </div>
      <LatestButton away={away} onClick={jump} />
    </div>
  );
}

/**
 * The button that leads to the end, while the reader is away from it. It stays as long as it has the focus: Tab scrolls to
 * the end just as it reaches the button, and a press leads there too. A node that is removed with the focus on it sends the
 * keyboard back to the start of the page.
 */
function LatestButton({ away, onClick }: { away: boolean; onClick: () => void }): VNode | null {
  const t = useT();
  const [focused, setFocused] = useState(false);
  if (!away && !focused) return null;
  return (
    <button
      type="button"
      class={away ? 'latest' : 'latest idle'}
      part="latest-button"
      aria-label={t('chat.latest')}
      title={t('chat.latest')}
      onClick={onClick}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
    >
      <Glyph name="latest" />
    </button>
  );
}

type BlockProps = {
  block: Block;
  blocks: readonly Block[];
  index: number;
  last: boolean;
  roomy: boolean;
  running: boolean;
};

function BlockView({ block, blocks, index, last, roomy, running }: BlockProps): VNode {
  return (
    <section class={roomy ? 'block roomy' : 'block'} data-key={block.key}>
      {block.entries.map((entry) => (
        <ItemView key={entry.key} entry={entry} last={last && entry === block.entries.at(-1)} />
      ))}
      {last && <Progress />}
      {last && <Failure />}
      {block.endsTurn && !running && <TurnActions block={block} turn={() => turnOf(blocks, index)} last={last} />}
    </section>
  );
}

function calm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
