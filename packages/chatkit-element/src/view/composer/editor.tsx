import { isOfInputMethod } from '@causerie/widgets/controls';
import type { RefObject, VNode } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { stopAnswer } from '../../state/answering.ts';
import { isRunning } from '../../state/phase.ts';
import { submitComposer } from '../../state/sending.ts';
import { useSignal } from '../../state/signal.ts';
import { useOptions, useSession, useT } from '../session-context.ts';
import { caretToEnd, closeGapBehindTag, type DrawTag, readContent, writeContent } from './editor-dom.ts';
import type { Suggestions } from './suggestions.tsx';

type EditorProps = {
  editor: RefObject<HTMLDivElement | null>;
  suggestions: Suggestions;
  drawTag: DrawTag;
  /** Why nothing can be written; null when something can. */
  locked: string | null;
};

/** Where the message is written: text and mentions, with the keys that send it. */
export function Editor({ editor, suggestions, drawTag, locked }: EditorProps): VNode {
  const session = useSession();
  const { draft } = session;
  const options = useOptions();
  const t = useT();
  const blank = useSignal(draft.content).length === 0;
  const revision = useSignal(draft.revision);
  useSignal(draft.toolId);
  const focusRequests = useSignal(session.focusRequests);
  const [plain, setPlain] = useState(true);
  const { open, suggest } = suggestions;

  useLayoutEffect(() => {
    // Firefox before 136 has no plain-text editing.
    if (editor.current && editor.current.contentEditable !== 'plaintext-only' && !locked) setPlain(false);
  }, []);
  useLayoutEffect(() => {
    const box = editor.current;
    if (!box) return;
    const focused = (box.getRootNode() as ShadowRoot).activeElement === box;
    writeContent(box, draft.content.value, drawTag);
    if (focused) caretToEnd(box);
    suggestions.close();
  }, [revision]);
  useEffect(() => {
    if (!focusRequests || !editor.current) return;
    editor.current.focus();
    caretToEnd(editor.current);
  }, [focusRequests]);

  const readEditor = () => draft.write(readContent(editor.current!));
  const onInput = (event: InputEvent) => {
    if (!event.isComposing) closeGapBehindTag(editor.current!, session.locale.value);
    readEditor();
    if (!event.isComposing) void suggest();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isOfInputMethod(event) || suggestions.takeKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      // `submitComposer` checks what may be sent: a busy page may not have drawn the last letter yet.
      if (!locked) submitComposer(session);
    }
    if (event.key === 'Escape' && isRunning(session.phase.value) && session.allowCancel.value) void stopAnswer(session);
  };
  const onPaste = (event: ClipboardEvent) => {
    if (locked) return;
    const pasted = [...(event.clipboardData?.files ?? [])];
    // Word processors and spreadsheets put a picture of the text beside it; then the text is pasted.
    const written = event.clipboardData?.getData('text/html') && event.clipboardData.getData('text/plain').trim();
    if (pasted.length && options.composer?.attachments?.enabled === true && !written) {
      event.preventDefault();
      draft.addFiles(pasted);
      return;
    }
    if (plain) return;
    event.preventDefault();
    document.execCommand('insertText', false, event.clipboardData?.getData('text/plain') ?? '');
  };

  const placeholder =
    locked ?? draft.tool?.placeholderOverride ?? options.composer?.placeholder ?? t('composer.placeholder');
  const offers = options.entities?.onTagSearch || options.commands?.enabled === true;
  return (
    <div class="editor-box">
      {blank && (
        <div class="placeholder" aria-hidden="true" dir="auto">
          {placeholder}
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
        aria-placeholder={placeholder}
        aria-disabled={locked ? 'true' : undefined}
        aria-autocomplete={offers ? 'list' : undefined}
        aria-controls={open?.items.length ? 'suggestions' : undefined}
        aria-activedescendant={open?.items.length ? `suggestion-${open.active}` : undefined}
        contentEditable={locked ? 'false' : plain ? 'plaintext-only' : 'true'}
        enterkeyhint="send"
        spellcheck
        tabIndex={0}
        onInput={onInput}
        onCompositionEnd={() => {
          readEditor();
          void suggest();
        }}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onBlur={suggestions.leave}
      />
    </div>
  );
}
