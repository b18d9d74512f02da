import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import { actionOf } from './actions.ts';
import { useAction, useHeldBack, useSay, useScope } from './context.ts';
import { FormScope } from './layout.tsx';
import { Children, type NodeProps } from './node.tsx';
import { background, border, imageUrl, isObject, oneOf, spacing, textOf } from './values.ts';
import type { ActionConfig, WidgetNode } from './widget-types.ts';

export function Card({ node, depth }: NodeProps): VNode {
  const { rootId, scheme } = useScope();
  const [open, setOpen] = useState(false);
  const say = useSay();
  const confirm = cardAction(node.confirm);
  const cancel = cardAction(node.cancel);
  const collapsed = node.collapsed === true;
  const hidden = collapsed && !open;
  const asForm = node.asForm === true;
  const bodyId = `${rootId}-body-${depth}`;

  const content = (
    <>
      <Status
        status={node.status}
        toggle={
          collapsed ? { open, bodyId, onClick: () => setOpen(!open), label: say('widget.card.details') } : undefined
        }
      />
      {/* Hidden rather than gone: what was typed is still there when the card is opened again. */}
      <div id={bodyId} class="ck-card-body ck-box ck-col" style={spacing('padding', node.padding)} hidden={hidden}>
        <Children of={node.children} depth={depth} />
      </div>
      {(confirm || cancel) && !collapsed && (
        <div class="ck-card-footer">
          {cancel && (
            <FooterButton slot="cancel" label={cancel.label || say('widget.card.cancel')} action={cancel.action} />
          )}
          {confirm && (
            <FooterButton
              slot="confirm"
              label={confirm.label || say('widget.card.confirm')}
              action={confirm.action}
              submits={asForm}
            />
          )}
        </div>
      )}
    </>
  );
  const look = {
    class: `ck-card ck-card-${oneOf(node.size, ['sm', 'md', 'lg', 'full'] as const) ?? 'md'}`,
    style: { ...background(node.background, scheme), ...border(node.border) },
  };
  return asForm ? (
    <FormScope {...look} action={confirm?.action} slot="confirm">
      {content}
    </FormScope>
  ) : (
    <div {...look} part="widget-card">
      {content}
    </div>
  );
}

function cardAction(value: unknown): { label: string; action: ActionConfig | undefined } | undefined {
  return isObject(value) ? { label: textOf(value.label), action: actionOf(value.action) } : undefined;
}

function FooterButton(props: {
  slot: 'confirm' | 'cancel';
  label: string;
  action: ActionConfig | undefined;
  submits?: boolean;
}): VNode {
  const { fire, pending } = useAction(props.slot);
  const heldBack = useHeldBack(props.action);
  return (
    <button
      type={props.submits ? 'submit' : 'button'}
      class={`ck-button ck-s-md ${props.slot === 'confirm' ? 'ck-c-primary ck-v-solid' : 'ck-c-secondary ck-v-outline'}`}
      part={`widget-button widget-${props.slot}`}
      aria-disabled={pending || heldBack || undefined}
      aria-busy={pending || undefined}
      onClick={() => {
        if (!props.submits) fire(props.action);
      }}
    >
      <span class="ck-button-face">
        <span class="ck-button-label" dir="auto">
          {props.label}
        </span>
      </span>
      {pending && <span class="ck-spinner" aria-hidden="true" />}
    </button>
  );
}

/** The line above a card or a list: who made it or what became of it. */
export function Status(props: {
  status: unknown;
  toggle?: { open: boolean; bodyId: string; onClick(): void; label: string } | undefined;
}): VNode | null {
  const { toggle } = props;
  const status: WidgetNode | undefined = isObject(props.status) ? props.status : undefined;
  const text = status ? textOf(status.text) : '';
  if (!text && !toggle) return null;
  const mark = status && <StatusMark status={status} />;
  if (!toggle) {
    return (
      <div class="ck-status">
        {mark}
        <span class="ck-status-text" dir="auto">
          {text}
        </span>
      </div>
    );
  }
  return (
    <button
      type="button"
      class="ck-status ck-status-toggle"
      aria-expanded={toggle.open}
      aria-controls={toggle.bodyId}
      onClick={toggle.onClick}
    >
      {mark}
      <span class="ck-status-text" dir="auto">
        {text || toggle.label}
      </span>
      <span class="ck-chevron" aria-hidden="true" />
    </button>
  );
}

function StatusMark({ status }: { status: WidgetNode }): ComponentChildren {
  const scope = useScope();
  const [broken, setBroken] = useState<string>();
  const icon = textOf(status.icon);
  if (icon) return <span class="ck-icon-box ck-icon-sm">{scope.host().icon(icon)}</span>;
  const favicon = imageUrl(status.favicon, (url) => scope.host().allowImage?.(url) ?? true);
  if (!favicon || favicon === broken) return null;
  return (
    <img
      class={status.frame === true ? 'ck-favicon ck-frame' : 'ck-favicon'}
      src={favicon}
      alt=""
      referrerpolicy="no-referrer"
      decoding="async"
      onError={() => setBroken(favicon)}
    />
  );
}
