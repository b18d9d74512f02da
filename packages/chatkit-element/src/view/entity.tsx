import { usePopover } from '@causerie/widgets/controls';
import { Icon } from '@causerie/widgets/icons';
import type { Entity } from '@openai/chatkit';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { UserContent } from '../protocol.ts';
import type { Session } from '../state/session.ts';
import { useScope, useSession, useT } from './session-context.ts';
import { WidgetPreview } from './widget.tsx';

type Tag = Extract<UserContent, { type: 'input_tag' }>;

/** What is shown of an entity on hover, where the page has no preview of it. */
export type About = { title: string; kind?: string; icon?: string; description?: string };

/**
 * A mention in a message. An interactive one can be clicked, and shows the page's preview of it on hover and focus. In the
 * editor (`writing`) the caret stays where it is while one is pressed.
 */
export function EntityTag({ tag, writing }: { tag: Tag; writing?: boolean }): VNode {
  const session = useSession();
  const entity = entityOf(tag, session.draft.icons.get(tag.id));
  const words = (
    <>
      {entity.icon && <Icon name={entity.icon} size={14} />}@{tag.text}
    </>
  );
  return leadsSomewhere(session, entity) ? (
    <EntityButton entity={entity} class="tag interactive" part="tag" writing={writing}>
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

type ButtonProps = {
  entity: Entity;
  class: string;
  part?: string | undefined;
  /** Its accessible name, where its content does not say it. */
  label?: string;
  about?: About;
  writing?: boolean | undefined;
  children: ComponentChildren;
};

/**
 * An entity that shows something on hover and focus: the page's preview, or else what is known `about` it. A click calls the
 * page. The page has to do with interactive entities only.
 */
export function EntityButton(props: ButtonProps): VNode {
  const { entity, about } = props;
  const { session } = useScope();
  const t = useT();
  const anchor = useRef<HTMLSpanElement>(null);
  const popover = useRef<HTMLElement>(null);
  const [preview, setPreview] = useState<object | null>(null);
  const [open, setOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const asked = useRef(false);
  const shown = open && (preview !== null || about !== undefined);
  usePopover({ open: shown, anchor, popover, side: 'top', onDismiss: () => setOpen(false) });
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(async () => {
      setOpen(true);
      const ask = entity.interactive && session.options.value?.entities?.onRequestPreview;
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
  const click = () => {
    if (!entity.interactive) return;
    try {
      session.options.value?.entities?.onClick?.(entity);
    } catch (error) {
      session.report(error);
    }
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
      <button
        type="button"
        class={props.class}
        part={props.part}
        aria-label={props.label}
        tabIndex={props.writing ? -1 : undefined}
        onMouseDown={(event) => props.writing && event.preventDefault()}
        onClick={click}
      >
        {props.children}
      </button>
      {shown && (
        <section
          ref={popover}
          popover="manual"
          class="tag-preview"
          aria-label={t('entity.preview', { title: entity.title })}
          part="tag-preview"
        >
          {preview ? <WidgetPreview widget={preview} id={entity.id} /> : <AboutEntity about={about!} />}
        </section>
      )}
    </span>
  );
}

function AboutEntity({ about }: { about: About }): VNode {
  const { title, kind, icon, description } = about;
  return (
    <>
      {(kind || icon) && (
        <p class="about-kind" dir="auto">
          {icon && <Icon name={icon} size={14} />}
          {kind}
        </p>
      )}
      <strong dir="auto">{title}</strong>
      {description && (
        <p class="muted" dir="auto">
          {description}
        </p>
      )}
    </>
  );
}

function entityOf(tag: Tag, icon: string | undefined): Entity {
  const data = tag.data as Record<string, string> | undefined;
  const entity: Entity = { id: tag.id, title: tag.text };
  if (data) entity.data = data;
  if (tag.interactive) entity.interactive = true;
  if (tag.group) entity.group = tag.group;
  const drawn = icon ?? data?.icon;
  if (typeof drawn === 'string') entity.icon = drawn;
  return entity;
}
