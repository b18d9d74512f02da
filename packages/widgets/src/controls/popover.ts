import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

export type Side = 'top' | 'bottom' | 'left' | 'right';
export type Align = 'start' | 'center' | 'end';

const margin = 8;
const gap = 4;

/**
 * Shows an element above everything else beside its anchor while `open` is true, on the side asked for or on the opposite
 * one when there is more room, and calls `onDismiss` when the person presses elsewhere. The element carries
 * `popover="manual"`, so that neither a clipping card nor a scrolling list cuts it.
 */
export function usePopover(options: {
  open: boolean;
  anchor: RefObject<HTMLElement | null>;
  popover: RefObject<HTMLElement | null>;
  side?: Side;
  align?: Align;
  onDismiss(): void;
}): void {
  const { open, anchor, popover, side = 'bottom', align = 'start', onDismiss } = options;
  useLayoutEffect(() => {
    const [from, box] = [anchor.current, popover.current];
    if (!open || !from || !box) return;
    box.showPopover?.();
    const position = () => place(from, box, side, align);
    position();
    const observer = new ResizeObserver(position);
    // The anchor as well, and the chat it is centred in: it may still be on its way to its place.
    const { host } = from.getRootNode() as ShadowRoot;
    for (const element of [box, from, host]) if (element) observer.observe(element);
    const onPress = (event: Event) => {
      const path = event.composedPath();
      if (!path.includes(box) && !path.includes(from)) onDismiss();
    };
    addEventListener('scroll', position, { capture: true, passive: true });
    addEventListener('resize', position);
    document.addEventListener('pointerdown', onPress, true);
    return () => {
      observer.disconnect();
      removeEventListener('scroll', position, true);
      removeEventListener('resize', position);
      document.removeEventListener('pointerdown', onPress, true);
      if (box.isConnected && box.matches(':popover-open')) box.hidePopover?.();
    };
  }, [open, side, align]);
}

function place(anchor: HTMLElement, box: HTMLElement, side: Side, align: Align): void {
  const from = anchor.getBoundingClientRect();
  // Before it is measured: a list is at least as wide as what it opens from.
  box.style.setProperty('--w-anchor', `${from.width}px`);
  const [width, height] = [box.offsetWidth, box.offsetHeight];
  const view = { width: document.documentElement.clientWidth, height: innerHeight };
  const room = { top: from.top, bottom: view.height - from.bottom, left: from.left, right: view.width - from.right };
  const opposite = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' } as const;
  const needed = (side === 'top' || side === 'bottom' ? height : width) + gap + margin;
  let at: Side = room[side] >= needed || room[side] >= room[opposite[side]] ? side : opposite[side];
  // A narrow screen has no sides.
  if ((at === 'left' || at === 'right') && room[at] < needed) at = room.bottom >= height ? 'bottom' : 'top';

  const mirrored = getComputedStyle(anchor).direction === 'rtl';
  let [left, top] = [0, 0];
  if (at === 'top' || at === 'bottom') {
    top = at === 'bottom' ? from.bottom + gap : from.top - height - gap;
    const toStart = (align === 'start') !== mirrored;
    left = align === 'center' ? from.left + (from.width - width) / 2 : toStart ? from.left : from.right - width;
  } else {
    left = at === 'right' ? from.right + gap : from.left - width - gap;
    top =
      align === 'center' ? from.top + (from.height - height) / 2 : align === 'start' ? from.top : from.bottom - height;
  }
  // Whole pixels: letters on half ones are blurred.
  box.style.left = `${Math.round(Math.max(margin, Math.min(left, view.width - width - margin)))}px`;
  box.style.top = `${Math.round(Math.max(margin, Math.min(top, view.height - height - margin)))}px`;
}
