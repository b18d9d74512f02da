import type { Entity } from '@openai/chatkit';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../icons/index.ts';
import type { UserContent } from '../protocol.ts';
import type { Session } from '../state/session.ts';
import { usePopover } from '../widgets/popover.ts';
import { useScope, useSession, useT } from './session-context.ts';
import { WidgetPreview } from './widget.tsx';

type Tag = Extract<UserContent, { type: 'input_tag' }>;

/** A mention in a message. An interactive one can be clicked, and shows the page's preview of it on hover and focus. */
export function EntityTag({ tag }: { tag: Tag }): VNode {
  const session = useSession();
  const entity = entityOf(tag);
  const words = (
    <>
      {entity.icon && <Icon name={entity.icon} size={14} />}@{tag.text}
    </>
  );
  return leadsSomewhere(session, entity) ? (
    <EntityButton entity={entity} class="tag interactive" part="tag">
      {words}
    </EntityButton>
  ) : (
    <span class="tag" part="tag">
      {words}
    </span>
  );
}

/** Whether the page does anything with an entity. */
export function leadsSomewhere(session: Session, entity: { interactive?: boolean }): boolean {
  const { entities } = session.options.value ?? {};
  return entity.interactive === true && !!(entities?.onClick || entities?.onRequestPreview);
}

/** Tells the page that an entity was clicked. */
export function openEntity(session: Session, entity: Entity): void {
  try {
    session.options.value?.entities?.onClick?.(entity);
  } catch (error) {
    session.report(error);
  }
}

type ButtonProps = { entity: Entity; class: string; part?: string; children: ComponentChildren };

/** An entity that can be clicked, with the page's preview of it while it is pointed at or has the focus. */
export function EntityButton({ entity, class: className, part, children }: ButtonProps): VNode {
  const { session } = useScope();
  const t = useT();
  const anchor = useRef<HTMLSpanElement>(null);
  const popover = useRef<HTMLElement>(null);
  const [preview, setPreview] = useState<object | null>(null);
  const [open, setOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const asked = useRef(false);
  const shown = open && preview !== null;
  usePopover({ open: shown, anchor, popover, side: 'top', onDismiss: () => setOpen(false) });
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(async () => {
      setOpen(true);
      const ask = session.options.value?.entities?.onRequestPreview;
      if (!ask || asked.current) return;
      asked.current = true;
      try {
        setPreview((await ask(entity))?.preview ?? null);
      } catch (error) {
        asked.current = false;
        session.report(error);
      }
    }, 250);
  };
  const hide = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(false), 150);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches whether the button inside is looked at.
    <span
      ref={anchor}
      class="tag-anchor"
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocusIn={show}
      onFocusOut={hide}
      onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
    >
      <button type="button" class={className} part={part} onClick={() => openEntity(session, entity)}>
        {children}
      </button>
      {shown && (
        <section
          ref={popover}
          popover="manual"
          class="tag-preview"
          aria-label={t('entity.preview', { title: entity.title })}
          part="tag-preview"
        >
          <WidgetPreview widget={preview} id={entity.id} />
        </section>
      )}
    </span>
  );
}

function entityOf(tag: Tag): Entity {
  const { icon, ...data } = (tag.data ?? {}) as Record<string, string>;
  const entity: Entity = { id: tag.id, title: tag.text, data: tag.data as Record<string, string> };
  if (tag.interactive) entity.interactive = true;
  if (tag.group) entity.group = tag.group;
  if (typeof icon === 'string' && data) entity.icon = icon;
  return entity;
}
