import { usePopover } from '@causerie/widgets/controls';
import { Glyph, type GlyphName, Icon, isIcon } from '@causerie/widgets/icons';
import type { Command, Entity } from '@openai/chatkit';
import type { RefObject, VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { list } from '../../options/options.ts';
import { useOptions, useSession, useT } from '../session-context.ts';
import {
  caretToEnd,
  type DrawTag,
  insertTag,
  type Place,
  readContent,
  removeBeforeCaret,
  type Tag,
  textBeforeCaret,
} from './editor-dom.ts';

/** One line of the list that opens under `@` or `/`. */
type Suggestion = {
  key: string;
  label: string;
  description?: string;
  icon?: string;
  glyph?: GlyphName;
  group?: string;
  entity?: Entity;
  command?: Command;
  run?: () => void;
};

/** The list that is open. `nested` is the menu of a command that was chosen: nothing in the text belongs to it. */
type OpenList = { kind: 'tag' | 'command'; place: Place | null; items: Suggestion[]; active: number; nested: boolean };

/** Finds what is being written: `@` after a space or at the start, `/` only as the very first character. */
export function triggerIn(
  text: string,
  isFirst: boolean,
  allowed: { tags: boolean; commands: boolean },
): { kind: 'tag' | 'command'; query: string; length: number } | null {
  if (allowed.commands && isFirst) {
    const command = /^\/([^\n]{0,60})$/.exec(text);
    if (command && !/\s{2}/.test(command[1]!))
      return { kind: 'command', query: command[1]!, length: command[0].length };
  }
  if (allowed.tags) {
    const tag = /(?:^|[\s\u00a0(])(@([^\s@][^@\n]{0,40})?)$/.exec(text);
    // At most two words follow the sign: a longer text is no name being looked for.
    if (tag && (tag[2] ?? '').split(/\s/).length <= 2)
      return { kind: 'tag', query: tag[2] ?? '', length: tag[1]!.length };
  }
  return null;
}

export type Suggestions = ReturnType<typeof useSuggestions>;

/** The suggestions for what is being written in the editor: mentions, commands, and what the composer itself offers. */
export function useSuggestions(editor: RefObject<HTMLElement | null>, drawTag: DrawTag, pickFiles: () => void) {
  const session = useSession();
  const { draft } = session;
  const options = useOptions();
  const t = useT();
  const [open, setOpen] = useState<OpenList | null>(null);
  /** Counts the searches in the page: the result of an older one is dropped. */
  const search = useRef(0);
  const { onTagSearch } = options.entities ?? {};

  const close = () => {
    search.current++;
    setOpen(null);
  };
  const readEditor = () => draft.write(readContent(editor.current!));

  /** Looks for something being mentioned or commanded, and asks the page what there is. */
  const suggest = async () => {
    const before = textBeforeCaret(editor.current!);
    const isFirst = before !== null && !before.node.previousSibling && before.node.parentNode === editor.current;
    const commands = options.commands?.enabled === true;
    const trigger = before && triggerIn(before.text, isFirst, { tags: !!onTagSearch, commands });
    const number = ++search.current;
    if (!trigger) {
      setOpen(null);
      return;
    }
    const { kind, query, length } = trigger;
    const place: Place = { node: before.node, offset: before.offset, length };
    try {
      const items = kind === 'tag' ? await findEntities(query) : await findCommands(query);
      if (number === search.current) setOpen({ kind, place, items, active: 0, nested: false });
    } catch (error) {
      if (number === search.current) setOpen(null);
      session.report(error);
    }
  };

  const findEntities = async (query: string): Promise<Suggestion[]> => {
    const found = list(await options.entities?.onTagSearch?.(query));
    return found
      .slice(0, 50)
      .map((entity: Entity) => ({ key: entity.id, label: entity.title, entity, ...looksOf(entity) }));
  };
  const findCommands = async (query: string): Promise<Suggestion[]> => {
    const wanted = query.trim().toLowerCase();
    const own = ownCommands().filter((item) => item.label.toLowerCase().includes(wanted));
    return [...list(await options.commands?.onSearch?.(query)).map(fromCommand), ...own];
  };
  const ownCommands = (): Suggestion[] => [
    ...(options.composer?.attachments?.enabled
      ? [{ key: 'attach', label: t('composer.attach'), glyph: 'clip' as const, run: pickFiles }]
      : []),
    ...(onTagSearch ? [{ key: 'mention', label: t('composer.mention'), glyph: 'at' as const, run: mention }] : []),
    ...draft.tools.map((tool) => ({
      key: `tool ${tool.id}`,
      label: tool.label,
      icon: tool.icon,
      run: () => session.selectTool(tool.id),
    })),
  ];

  const choose = async (item: Suggestion | undefined) => {
    if (!item || !open) return;
    const { place } = open;
    const number = ++search.current;
    if (item.entity) return addEntity(item.entity, place);
    if (place) removeBeforeCaret(place);
    readEditor();
    setOpen(null);
    editor.current?.focus();
    if (item.run) return item.run();
    if (!item.command) return;
    try {
      const selection = (await options.commands?.onSelect?.(item.command)) ?? undefined;
      if (selection?.type === 'entity') addEntity(selection.entity, null);
      else if (selection?.type === 'menu' && number === search.current) {
        const items = list(selection.commands).map(fromCommand);
        setOpen({ kind: 'command', place: null, items, active: 0, nested: true });
      }
    } catch (error) {
      session.report(error);
    }
  };
  const addEntity = (entity: Entity, place: Place | null) => {
    // `data` stays as the page gave it: its server expects it, even when it is empty.
    const tag: Tag = { type: 'input_tag', id: entity.id, text: entity.title, data: entity.data ?? {} };
    if (entity.icon) draft.icons.set(entity.id, entity.icon);
    if (entity.group) tag.group = entity.group;
    if (entity.interactive) tag.interactive = true;
    editor.current?.focus();
    insertTag(editor.current!, tag, place, drawTag);
    setOpen(null);
    readEditor();
  };

  /** Writes an `@` at the caret, as if it had been typed. */
  const mention = () => {
    const box = editor.current!;
    box.focus();
    const before = textBeforeCaret(box);
    if (!before) caretToEnd(box);
    const gap = before && /\S$/.test(before.text) ? ' ' : '';
    document.execCommand('insertText', false, `${gap}@`);
    readEditor();
    void suggest();
  };

  /** Takes a key that is meant for the open list; false when it is not. */
  const takeKey = (event: KeyboardEvent): boolean => {
    if (!open) return false;
    const { items, active } = open;
    const { key } = event;
    const isArrow = key === 'ArrowDown' || key === 'ArrowUp';
    const chooses = (key === 'Enter' || key === 'Tab') && items.length > 0;
    if (!isArrow && !chooses && key !== 'Escape') return false;
    event.preventDefault();
    if (chooses) void choose(items[active]);
    else if (isArrow) {
      const step = key === 'ArrowDown' ? 1 : items.length - 1;
      if (items.length) setOpen({ ...open, active: (active + step) % items.length });
    } else {
      event.stopPropagation();
      close();
    }
    return true;
  };
  /** The editor has lost the focus, perhaps to the list itself. */
  const leave = () => setTimeout(() => setOpen((now) => (now?.nested ? now : null)), 150);

  return { open, suggest, choose, close, mention, takeKey, leave };
}

function fromCommand(command: Command): Suggestion {
  const { id, label, description } = command;
  return { key: id, label, command, ...(description && { description }), ...looksOf(command) };
}

const looksOf = ({ icon, group }: Command | Entity) => ({ ...(icon && { icon }), ...(group && { group }) });

/** The list itself, above the composer. */
export function SuggestionList({
  suggestions,
  open,
  anchor,
}: {
  suggestions: Suggestions;
  open: OpenList;
  anchor: RefObject<HTMLElement | null>;
}): VNode {
  const t = useT();
  const popover = useRef<HTMLDivElement>(null);
  usePopover({ open: true, anchor, popover, side: 'top', onDismiss: suggestions.close });
  const active = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => active.current?.scrollIntoView({ block: 'nearest' }), [open.active]);
  let group: string | undefined;
  const icons = open.items.some((item) => item.glyph || isIcon(item.icon));
  const label = t(open.kind === 'tag' ? 'composer.suggestions' : 'composer.commands');
  return (
    // A listbox without options is none; the text in its place is a status, which screen readers say.
    <div
      ref={popover}
      popover="manual"
      class="suggestions menu"
      id="suggestions"
      part="suggestions"
      {...(open.items.length ? { role: 'listbox', 'aria-label': label } : { role: 'status' })}
    >
      {!open.items.length && <p class="muted">{t('composer.suggestions.none')}</p>}
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
              onClick={() => void suggestions.choose(item)}
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
