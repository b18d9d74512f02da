import { MenuButton, type MenuItem } from '@causerie/widgets/controls';
import { Glyph, Icon } from '@causerie/widgets/icons';
import type { ToolOption } from '@openai/chatkit';
import type { ComponentType, RefObject, VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { stopAnswer } from '../../state/answering.ts';
import { isBlank } from '../../state/message-content.ts';
import { isRunning } from '../../state/phase.ts';
import { submitComposer } from '../../state/sending.ts';
import { useSignal } from '../../state/signal.ts';
import { useLazyPart } from '../lazy-part.ts';
import { type Scope, useOptions, useScope, useSession, useT } from '../session-context.ts';

/** A click on Stop this soon after one on Send, in ms, belongs to a double click: both buttons stand in one place. */
const doubleClick = 600;

type BarProps = {
  locked: boolean;
  editor: RefObject<HTMLElement | null>;
  /** Begins a mention. */
  mention(): void;
  pickFiles(): void;
};

/** The row of buttons under the editor: what can be added to the message, the model, and Send or Stop. */
export function ComposerBar({ locked, editor, mention, pickFiles }: BarProps): VNode {
  const { draft } = useSession();
  const options = useOptions();
  const t = useT();
  const toolId = useSignal(draft.toolId);
  return (
    <div class="composer-bar">
      {!locked && <AddMenu pickFiles={pickFiles} />}
      {options.entities?.onTagSearch && options.entities.showComposerMenu && !locked && (
        <button
          type="button"
          class="icon-button"
          aria-label={t('composer.mention')}
          title={t('composer.mention')}
          onClick={mention}
        >
          <Glyph name="at" />
        </button>
      )}
      {draft.tools
        .filter(({ id, pinned }) => pinned || id === toolId)
        .map((tool) => (
          <ToolButton key={tool.id} tool={tool} locked={locked} />
        ))}
      <div class="composer-end">
        {!locked && <ModelMenu />}
        {options.composer?.dictation?.enabled && !locked && <Dictation />}
        <SendButton locked={locked} editor={editor} />
      </div>
    </div>
  );
}

/** Adds a file to the message, or chooses a tool for it. */
function AddMenu({ pickFiles }: { pickFiles(): void }): VNode | null {
  const session = useSession();
  const t = useT();
  const { tools, tool } = session.draft;
  const items: MenuItem[] = tools
    .filter(({ pinned }) => !pinned)
    .map(({ id, label, icon }) => ({
      id: `tool ${id}`,
      label,
      icon: <Icon name={icon} size={18} />,
      checked: id === tool?.id,
      onSelect: () => session.selectTool(id === tool?.id ? null : id),
    }));
  if (useOptions().composer?.attachments?.enabled === true)
    items.unshift({ id: 'attach', label: t('composer.attach'), icon: <Glyph name="clip" />, onSelect: pickFiles });
  return items.length ? (
    <MenuButton label={t('composer.add')} side="top" button={<Glyph name="plus" />} items={items} part="add-button" />
  ) : null;
}

/** The button of a tool that is pinned to the bar, or chosen. */
function ToolButton({ tool, locked }: { tool: ToolOption; locked: boolean }): VNode {
  const session = useSession();
  const t = useT();
  const { id, label } = tool;
  const on = id === session.draft.tool?.id;
  const clear = on && !tool.pinned;
  return (
    <button
      type="button"
      class="tool"
      part="tool-button"
      aria-pressed={clear ? undefined : on}
      aria-label={clear ? t('composer.tool.clear', { tool: label }) : label}
      title={label}
      disabled={locked}
      onClick={() => session.selectTool(on ? null : id)}
    >
      <Icon name={tool.icon} size={16} />
      <span dir="auto">{tool.shortLabel ?? label}</span>
      {clear && <Glyph name="close" size={14} />}
    </button>
  );
}

function ModelMenu(): VNode | null {
  const { draft } = useSession();
  const t = useT();
  useSignal(draft.modelId);
  const { model, models } = draft;
  if (!model) return null;
  return (
    <MenuButton
      label={t('composer.model', { model: model.label })}
      side="top"
      align="end"
      class="model"
      part="model-button"
      button={
        <>
          <span dir="auto">{model.label}</span>
          <Glyph name="down" size={14} />
        </>
      }
      items={models.map((item) => ({
        id: item.id,
        label: item.label,
        ...(item.description && { description: item.description }),
        ...(item.disabled && { disabled: true }),
        checked: item.id === model.id,
        onSelect: () => {
          draft.modelId.value = item.id;
        },
      }))}
    />
  );
}

type DictationChunk = { DictationPart: ComponentType<{ scope: Scope }>; dictationStyles: string };

function Dictation(): VNode | null {
  const scope = useScope();
  const part = useLazyPart('dictation', (part: DictationChunk) => part.dictationStyles);
  return part && <part.DictationPart scope={scope} />;
}

function SendButton({ locked, editor }: { locked: boolean; editor: RefObject<HTMLElement | null> }): VNode {
  const session = useSession();
  const t = useT();
  const phase = useSignal(session.phase);
  const content = useSignal(session.draft.content);
  const files = useSignal(session.draft.files);
  const stops = useSignal(session.allowCancel) && isRunning(phase);
  const button = useRef<HTMLButtonElement>(null);
  const clicked = useRef(Number.NEGATIVE_INFINITY);
  const empty = !files.length && isBlank(content);
  const uploading = files.some((file) => file.state === 'uploading');
  const disabled = !stops && (locked || empty || uploading || phase.name !== 'idle');
  useLayoutEffect(() => {
    // Stop has become Send, with nothing to send. A disabled button would lose the keyboard's focus to nowhere.
    if (button.current?.disabled && button.current.matches(':focus-visible')) editor.current?.focus();
  }, [disabled]);
  const what = stops ? 'stop' : 'send';
  return (
    <button
      type="button"
      ref={button}
      class={stops ? 'send stop' : 'send'}
      part={`${what}-button`}
      aria-label={t(`composer.${what}`)}
      title={t(`composer.${what}`)}
      disabled={disabled}
      // A key that is held down presses a button again and again.
      onKeyDown={(event) => event.repeat && event.preventDefault()}
      onClick={(event) => {
        if (!stops) {
          clicked.current = event.timeStamp;
          submitComposer(session);
        } else if (event.timeStamp - clicked.current > doubleClick) void stopAnswer(session);
      }}
    >
      <Glyph name={what} />
    </button>
  );
}
