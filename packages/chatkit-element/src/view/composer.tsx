// Over 400 lines: the editor, its suggestions and its controls share one caret and one set of keys.

import { isOfInputMethod, MenuButton, type MenuItem, usePopover } from '@causerie/widgets/controls';
import { Glyph, Icon, isIcon } from '@causerie/widgets/icons';
import type { Command, CommandSelection, Entity } from '@openai/chatkit';
import { type ComponentType, type RefObject, render, type VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { StructuredInput } from '../protocol.ts';
import { stopAnswer } from '../state/answering.ts';
import { isBlank, list } from '../state/composer.ts';
import { isRunning } from '../state/phase.ts';
import { submitComposer } from '../state/sending.ts';
import { useSignal } from '../state/signal.ts';
import { Attachments } from './attachments.tsx';
import { Dictation } from './dictation.tsx';
import {
  caretToEnd,
  closeGapBehindTag,
  type DrawTag,
  insertTag,
  readContent,
  removeBeforeCaret,
  type Tag,
  textBeforeCaret,
  writeContent,
} from './editor-dom.ts';
import { EntityTag } from './entity.tsx';
import { useLazyPart } from './lazy-part.ts';
import { type Scope, ScopeContext, useOptions, useScope, useSession, useT } from './session-context.ts';
import { type Suggestion, triggerIn } from './suggestions.ts';

/** A click on Stop this soon after one on Send, in ms, is the rest of a double click: both buttons stand in one place. */
const doubleClick = 600;

type Place = { node: Text; offset: number; length: number };
type Open = { kind: 'tag' | 'command'; place: Place | null; items: Suggestion[]; active: number; nested: boolean };

/** Everything below the conversation: the message being written, or the questions that wait for an answer. */
export function ComposerArea(): VNode {
  const session = useSession();
  const options = useOptions();
  const t = useT();
  const thread = useSignal(session.conversation.thread);
  const entries = useSignal(session.conversation.entries);
  const running = isRunning(useSignal(session.phase));
  const last = entries.findLast((entry) => entry.item.type !== 'end_of_turn');
  useSignal(last?.changed ?? session.focusRequests);
  const status = thread?.status;
  if (status?.type === 'closed') {
    return (
      <p class="closed" part="closed" dir="auto">
        {status.reason || t('chat.closed')}
      </p>
    );
  }
  const asked = last?.item as StructuredInput | undefined;
  if (asked?.type === 'structured_input' && asked.status === 'pending' && !running) {
    return <Questions key={asked.id} item={asked} />;
  }
  const locked = status?.type === 'locked' ? status.reason || t('chat.locked') : null;
  return <Composer locked={locked} placeholder={options.composer?.placeholder} />;
}

type QuestionsChunk = {
  QuestionsPart: ComponentType<{ scope: Scope; item: StructuredInput }>;
  questionsStyles: string;
};

function Questions({ item }: { item: StructuredInput }): VNode | null {
  const scope = useScope();
  const part = useLazyPart('questions', (part: QuestionsChunk) => part.questionsStyles);
  return part && <part.QuestionsPart scope={scope} item={item} />;
}

function Composer({ locked, placeholder }: { locked: string | null; placeholder: string | undefined }): VNode {
  const scope = useScope();
  const { session } = scope;
  const options = useOptions();
  const t = useT();
  const { composer } = session;
  const content = useSignal(composer.content);
  const revision = useSignal(composer.revision);
  const files = useSignal(composer.files);
  const toolId = useSignal(composer.toolId);
  const modelId = useSignal(composer.modelId);
  const reply = useSignal(composer.reply);
  const phase = useSignal(session.phase);
  const running = isRunning(phase);
  const allowCancel = useSignal(session.allowCancel);
  const focusRequests = useSignal(session.focusRequests);
  const editor = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const sendButton = useRef<HTMLButtonElement>(null);
  const sendClicked = useRef(Number.NEGATIVE_INFINITY);
  const [open, setOpen] = useState<Open | null>(null);
  const [plain, setPlain] = useState(true);
  const search = useRef(0);

  const attach = options.composer?.attachments?.enabled === true;
  const onTagSearch = options.entities?.onTagSearch;
  const commands = options.commands?.enabled === true;
  const tools = composer.tools;
  const models = composer.models;
  void toolId;
  void modelId;
  const tool = composer.tool;
  const model = composer.model;
  const sendable =
    (files.length > 0 || !isBlank(content)) &&
    !files.some((file) => file.state === 'uploading') &&
    phase.name !== 'loading';

  useLayoutEffect(() => {
    // Firefox before 136 has no plain-text editing.
    if (editor.current && editor.current.contentEditable !== 'plaintext-only' && !locked) setPlain(false);
  }, []);
  useLayoutEffect(() => {
    if (!editor.current) return;
    const focused = (editor.current.getRootNode() as ShadowRoot).activeElement === editor.current;
    writeContent(editor.current, composer.content.value, drawTag);
    if (focused) caretToEnd(editor.current);
    setOpen(null);
  }, [revision]);
  useEffect(() => {
    if (!focusRequests || !editor.current) return;
    editor.current.focus();
    caretToEnd(editor.current);
  }, [focusRequests]);
  const unsendable = !sendable || running || !!locked;
  useLayoutEffect(() => {
    // Stop has become Send, with nothing to send: a button that cannot be used loses the keyboard's focus to nowhere.
    const button = sendButton.current;
    if (button?.disabled && button.matches(':focus-visible')) editor.current?.focus();
  }, [unsendable, running]);

  // A chip is the browser's own node among the text, which Preact leaves alone; only its inside is drawn.
  const drawTag: DrawTag = (place, tag) => {
    const drawn = <EntityTag tag={tag} writing />;
    render(<ScopeContext.Provider value={scope}>{drawn}</ScopeContext.Provider>, place);
  };
  const changed = () => {
    composer.write(readContent(editor.current!));
  };

  /** Looks for something being mentioned or commanded, and asks the page what there is. */
  const suggest = async () => {
    const before = textBeforeCaret(editor.current!);
    const isFirst = before !== null && !before.node.previousSibling && before.node.parentNode === editor.current;
    const trigger = before && triggerIn(before.text, isFirst, { tags: !!onTagSearch, commands });
    const number = ++search.current;
    if (!trigger) {
      setOpen(null);
      return;
    }
    const place: Place = { node: before.node, offset: before.offset, length: trigger.length };
    try {
      const items = trigger.kind === 'tag' ? await findEntities(trigger.query) : await findCommands(trigger.query);
      if (number === search.current) setOpen({ kind: trigger.kind, place, items, active: 0, nested: false });
    } catch (error) {
      if (number === search.current) setOpen(null);
      session.report(error);
    }
  };
  const findEntities = async (query: string): Promise<Suggestion[]> => {
    const found = list(await options.entities?.onTagSearch?.(query));
    return found.slice(0, 50).map((entity: Entity) => ({
      key: entity.id,
      label: entity.title,
      entity,
      ...(entity.icon && { icon: entity.icon }),
      ...(entity.group && { group: entity.group }),
    }));
  };
  const findCommands = async (query: string): Promise<Suggestion[]> => {
    const wanted = query.trim().toLowerCase();
    const own = builtIn().filter((item) => item.label.toLowerCase().includes(wanted));
    return [...list(await options.commands?.onSearch?.(query)).map(asSuggestion), ...own];
  };
  const builtIn = (): Suggestion[] => [
    ...(attach
      ? [{ key: 'attach', label: t('composer.attach'), glyph: 'clip' as const, run: () => picker.current?.click() }]
      : []),
    ...(onTagSearch
      ? [{ key: 'mention', label: t('composer.mention'), glyph: 'at' as const, run: () => mention() }]
      : []),
    ...tools.map((item) => ({
      key: `tool ${item.id}`,
      label: item.label,
      icon: item.icon,
      run: () => session.selectTool(item.id),
    })),
  ];

  const choose = async (item: Suggestion | undefined) => {
    if (!item || !open) return;
    const { place } = open;
    search.current++;
    if (item.entity) return addEntity(item.entity, place);
    if (place) removeBeforeCaret(place);
    changed();
    setOpen(null);
    editor.current?.focus();
    if (item.run) return item.run();
    if (!item.command) return;
    const number = search.current;
    try {
      const selection: CommandSelection | undefined = (await options.commands?.onSelect?.(item.command)) ?? undefined;
      if (selection?.type === 'entity') addEntity(selection.entity, null);
      else if (selection?.type === 'menu' && number === search.current) {
        setOpen({
          kind: 'command',
          place: null,
          items: list(selection.commands).map(asSuggestion),
          active: 0,
          nested: true,
        });
      }
    } catch (error) {
      session.report(error);
    }
  };
  const addEntity = (entity: Entity, place: Place | null) => {
    // As the page gave it: its server knows what is in there, and asks for it even when it is empty.
    const tag: Tag = { type: 'input_tag', id: entity.id, text: entity.title, data: entity.data ?? {} };
    if (entity.icon) composer.icons.set(entity.id, entity.icon);
    if (entity.group) tag.group = entity.group;
    if (entity.interactive) tag.interactive = true;
    editor.current?.focus();
    insertTag(editor.current!, tag, place, drawTag);
    setOpen(null);
    changed();
  };
  /** Writes an `@` at the caret, as if it had been typed. */
  const mention = () => {
    const box = editor.current!;
    box.focus();
    const before = textBeforeCaret(box);
    if (!before) caretToEnd(box);
    const gap = before && /\S$/.test(before.text) ? ' ' : '';
    document.execCommand('insertText', false, `${gap}@`);
    changed();
    void suggest();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (isOfInputMethod(event)) return;
    if (open) {
      const { items, active } = open;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        const step = event.key === 'ArrowDown' ? 1 : items.length - 1;
        if (items.length) setOpen({ ...open, active: (active + step) % items.length });
        return;
      }
      if ((event.key === 'Enter' || event.key === 'Tab') && items.length) {
        event.preventDefault();
        void choose(items[active]);
        return;
      }
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        search.current++;
        setOpen(null);
        return;
      }
    }
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      // What may be sent is asked for now: a page that is busy may not have drawn the last letter yet.
      if (!locked) submitComposer(session);
    }
    if (event.key === 'Escape' && running && allowCancel) void stopAnswer(session);
  };
  const onPaste = (event: ClipboardEvent) => {
    if (locked) return;
    const pasted = [...(event.clipboardData?.files ?? [])];
    // Word processors and spreadsheets put a picture of the text beside it: there the text is meant.
    const written = event.clipboardData?.getData('text/html') && event.clipboardData.getData('text/plain').trim();
    if (pasted.length && attach && !written) {
      event.preventDefault();
      composer.addFiles(pasted);
      return;
    }
    if (plain) return;
    event.preventDefault();
    document.execCommand('insertText', false, event.clipboardData?.getData('text/plain') ?? '');
  };

  const menu: MenuItem[] = [
    ...(attach
      ? [
          {
            id: 'attach',
            label: t('composer.attach'),
            icon: <Glyph name="clip" />,
            onSelect: () => picker.current?.click(),
          },
        ]
      : []),
    ...tools
      .filter((item) => !item.pinned)
      .map((item) => ({
        id: `tool ${item.id}`,
        label: item.label,
        icon: <Icon name={item.icon} size={18} />,
        checked: item.id === tool?.id,
        onSelect: () => session.selectTool(item.id === tool?.id ? null : item.id),
      })),
  ];
  const shownPlaceholder = locked ?? tool?.placeholderOverride ?? placeholder ?? t('composer.placeholder');
  const blank = content.length === 0;

  return (
    <div class={locked ? 'composer locked' : 'composer'} part="composer" ref={box}>
      {open && (
        <Suggestions
          open={open}
          anchor={box}
          onDismiss={() => setOpen(null)}
          label={t(open.kind === 'tag' ? 'composer.suggestions' : 'composer.commands')}
          none={t('composer.suggestions.none')}
          onChoose={(item) => void choose(item)}
        />
      )}
      {reply && (
        <div class="reply">
          <Glyph name="quote" size={16} />
          <span dir="auto">{reply}</span>
          <button
            type="button"
            class="icon-button small"
            aria-label={t('composer.quote.remove')}
            onClick={() => {
              composer.reply.value = null;
            }}
          >
            <Glyph name="close" size={16} />
          </button>
        </div>
      )}
      <Attachments />
      <div class="editor-box">
        {blank && (
          <div class="placeholder" aria-hidden="true" dir="auto">
            {shownPlaceholder}
          </div>
        )}
        {/* biome-ignore lint/a11y/useSemanticElements: a textarea cannot hold mentions. */}
        <div
          ref={editor}
          class="editor"
          part="editor"
          data-testid="chat-input"
          dir="auto"
          role="textbox"
          aria-multiline="true"
          aria-label={locked ?? t('composer.label')}
          aria-placeholder={shownPlaceholder}
          aria-disabled={locked ? 'true' : undefined}
          aria-autocomplete={onTagSearch || commands ? 'list' : undefined}
          aria-controls={open?.items.length ? 'suggestions' : undefined}
          aria-activedescendant={open?.items.length ? `suggestion-${open.active}` : undefined}
          contentEditable={locked ? 'false' : plain ? 'plaintext-only' : 'true'}
          enterkeyhint="send"
          spellcheck
          tabIndex={0}
          onInput={(event) => {
            const composing = (event as InputEvent).isComposing;
            if (!composing) closeGapBehindTag(editor.current!, session.locale.value);
            changed();
            if (!composing) void suggest();
          }}
          onCompositionEnd={() => {
            changed();
            void suggest();
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => setTimeout(() => setOpen((now) => (now?.nested ? now : null)), 150)}
        />
      </div>
      <div class="composer-bar">
        {menu.length > 0 && !locked && (
          <MenuButton
            label={t('composer.add')}
            side="top"
            button={<Glyph name="plus" />}
            items={menu}
            part="add-button"
          />
        )}
        {onTagSearch && options.entities?.showComposerMenu && !locked && (
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
        {tools
          .filter((item) => item.pinned || item.id === tool?.id)
          .map((item) => {
            const on = item.id === tool?.id;
            const clear = on && !item.pinned;
            return (
              <button
                type="button"
                key={item.id}
                class="tool"
                part="tool-button"
                aria-pressed={clear ? undefined : on}
                aria-label={clear ? t('composer.tool.clear', { tool: item.label }) : item.label}
                title={item.label}
                disabled={!!locked}
                onClick={() => session.selectTool(on ? null : item.id)}
              >
                <Icon name={item.icon} size={16} />
                <span dir="auto">{item.shortLabel ?? item.label}</span>
                {clear && <Glyph name="close" size={14} />}
              </button>
            );
          })}
        <div class="composer-end">
          {models.length > 0 && model && !locked && (
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
                  composer.modelId.value = item.id;
                },
              }))}
            />
          )}
          {options.composer?.dictation?.enabled && !locked && <Dictation />}
          {running && allowCancel ? (
            <button
              type="button"
              class="send stop"
              part="stop-button"
              aria-label={t('composer.stop')}
              title={t('composer.stop')}
              onKeyDown={ignoreRepeats}
              onClick={(event) => {
                if (event.timeStamp - sendClicked.current > doubleClick) void stopAnswer(session);
              }}
            >
              <Glyph name="stop" />
            </button>
          ) : (
            <button
              type="button"
              ref={sendButton}
              class="send"
              part="send-button"
              aria-label={t('composer.send')}
              title={t('composer.send')}
              disabled={unsendable}
              onKeyDown={ignoreRepeats}
              onClick={(event) => {
                sendClicked.current = event.timeStamp;
                submitComposer(session);
              }}
            >
              <Glyph name="send" />
            </button>
          )}
        </div>
      </div>
      {attach && (
        <input
          ref={picker}
          type="file"
          class="hidden"
          tabIndex={-1}
          aria-hidden="true"
          multiple={(options.composer?.attachments?.maxCount ?? 10) > 1}
          accept={acceptOf(options.composer?.attachments?.accept)}
          onChange={(event) => {
            const input = event.currentTarget;
            composer.addFiles([...(input.files ?? [])]);
            // The same file may be chosen again after it was removed.
            input.value = '';
          }}
        />
      )}
    </div>
  );
}

/** A key that is held down presses a button again and again. */
function ignoreRepeats(event: KeyboardEvent): void {
  if (event.repeat) event.preventDefault();
}

function asSuggestion(command: Command): Suggestion {
  return {
    key: command.id,
    label: command.label,
    command,
    ...(command.description && { description: command.description }),
    ...(command.icon && { icon: command.icon }),
    ...(command.group && { group: command.group }),
  };
}

function acceptOf(accept: Record<string, string[]> | undefined): string | undefined {
  const all = Object.entries(accept ?? {}).flatMap(([mime, extensions]) => [mime, ...list(extensions)]);
  return all.length ? all.join(',') : undefined;
}

type SuggestionsProps = {
  open: Open;
  anchor: RefObject<HTMLElement | null>;
  label: string;
  none: string;
  onChoose(item: Suggestion): void;
  onDismiss(): void;
};

function Suggestions({ open, anchor, label, none, onChoose, onDismiss }: SuggestionsProps): VNode {
  const popover = useRef<HTMLDivElement>(null);
  usePopover({ open: true, anchor, popover, side: 'top', onDismiss });
  const active = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => active.current?.scrollIntoView({ block: 'nearest' }), [open.active]);
  let group: string | undefined;
  const icons = open.items.some((item) => item.glyph || isIcon(item.icon));
  return (
    // A list without options is none; what is said instead is heard as it appears.
    <div
      ref={popover}
      popover="manual"
      class="suggestions menu"
      id="suggestions"
      part="suggestions"
      {...(open.items.length ? { role: 'listbox', 'aria-label': label } : { role: 'status' })}
    >
      {!open.items.length && <p class="muted">{none}</p>}
      {open.items.map((item, index) => {
        const title = item.group !== group ? item.group : undefined;
        group = item.group;
        return (
          <div key={item.key} role="presentation">
            {title && (
              <div class="menu-group" role="presentation">
                {title}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the editor has the keyboard, as in every combobox. */}
            <div
              id={`suggestion-${index}`}
              ref={index === open.active ? active : undefined}
              class="menu-item"
              role="option"
              tabIndex={-1}
              aria-selected={index === open.active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onChoose(item)}
            >
              {icons && (
                <span class="menu-icon">
                  {item.glyph ? <Glyph name={item.glyph} /> : item.icon ? <Icon name={item.icon} size={18} /> : null}
                </span>
              )}
              <span class="menu-text">
                <span dir="auto">{item.label}</span>
                {item.description && <small dir="auto">{item.description}</small>}
              </span>
            </div>
          </div>
        );
      })}
    </div>
  );
}
