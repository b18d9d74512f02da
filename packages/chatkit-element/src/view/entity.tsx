import type { Entity } from '@openai/chatkit';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../icons/index.ts';
import type { UserContent } from '../protocol.ts';
import { useScope, useSession, useT } from './session-context.ts';
import { WidgetPreview } from './widget.tsx';

type Tag = Extract<UserContent, { type: 'input_tag' }>;

/** A mention in a message. An interactive one can be clicked, and shows the page's preview of it on hover and focus. */
export function EntityTag({ tag }: { tag: Tag }): VNode {
  const session = useSession();
  const { entities } = session.options.value ?? {};
  const entity = entityOf(tag);
  if (!tag.interactive || !(entities?.onClick || entities?.onRequestPreview)) {
    return (
      <span class="tag" part="tag">
        {entity.icon && <Icon name={entity.icon} size={14} />}@{tag.text}
      </span>
    );
  }
  return <InteractiveTag tag={tag} entity={entity} />;
}

function InteractiveTag({ tag, entity }: { tag: Tag; entity: Entity }): VNode {
  const { session } = useScope();
  const t = useT();
  const [preview, setPreview] = useState<object | null>(null);
  const [open, setOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const asked = useRef(false);
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
      class="tag-anchor"
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocusIn={show}
      onFocusOut={hide}
      onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
    >
      <button
        type="button"
        class="tag interactive"
        part="tag"
        onClick={() => {
          try {
            session.options.value?.entities?.onClick?.(entity);
          } catch (error) {
            session.report(error);
          }
        }}
      >
        {entity.icon && <Icon name={entity.icon} size={14} />}@{tag.text}
      </button>
      {open && preview && (
        <section class="tag-preview" aria-label={t('entity.preview', { title: entity.title })} part="tag-preview">
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
