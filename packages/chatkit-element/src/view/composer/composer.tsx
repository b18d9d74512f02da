import { Glyph } from '@causerie/widgets/icons';
import { type ComponentType, type RefObject, render, type VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { list } from '../../options/options.ts';
import type { StructuredInput } from '../../protocol.ts';
import { isRunning } from '../../state/phase.ts';
import { useSignal } from '../../state/signal.ts';
import { Attachments } from '../attachments.tsx';
import { EntityTag } from '../entity.tsx';
import { useLazyPart } from '../lazy-part.ts';
import { type Scope, ScopeContext, useOptions, useScope, useSession, useT } from '../session-context.ts';
import { ComposerBar } from './bar.tsx';
import { Editor } from './editor.tsx';
import type { DrawTag } from './editor-dom.ts';
import { SuggestionList, useSuggestions } from './suggestions.tsx';

/** Everything below the conversation: the message being written, or the questions that wait for an answer. */
export function ComposerArea(): VNode {
  const session = useSession();
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
  return <Composer locked={status?.type === 'locked' ? status.reason || t('chat.locked') : null} />;
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

function Composer({ locked }: { locked: string | null }): VNode {
  const scope = useScope();
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<HTMLDivElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const pickFiles = () => picker.current?.click();
  // Preact does not draw the editor's nodes, which belong to the browser; it draws the inside of each chip.
  const drawTag: DrawTag = (place, tag) => {
    const drawn = <EntityTag tag={tag} writing />;
    render(<ScopeContext.Provider value={scope}>{drawn}</ScopeContext.Provider>, place);
  };
  const suggestions = useSuggestions(editor, drawTag, pickFiles);
  return (
    <div class={locked ? 'composer locked' : 'composer'} part="composer" ref={box}>
      {suggestions.open && <SuggestionList suggestions={suggestions} open={suggestions.open} anchor={box} />}
      <Reply />
      <Attachments />
      <Editor editor={editor} suggestions={suggestions} drawTag={drawTag} locked={locked} />
      <ComposerBar locked={!!locked} editor={editor} mention={suggestions.mention} pickFiles={pickFiles} />
      <FilePicker input={picker} />
    </div>
  );
}

/** The words of the conversation that the message replies to. */
function Reply(): VNode | null {
  const { draft } = useSession();
  const t = useT();
  const reply = useSignal(draft.reply);
  if (!reply) return null;
  return (
    <div class="reply">
      <Glyph name="quote" size={16} />
      <span dir="auto">{reply}</span>
      <button
        type="button"
        class="icon-button small"
        aria-label={t('composer.quote.remove')}
        onClick={() => {
          draft.reply.value = null;
        }}
      >
        <Glyph name="close" size={16} />
      </button>
    </div>
  );
}

function FilePicker({ input }: { input: RefObject<HTMLInputElement | null> }): VNode | null {
  const { draft } = useSession();
  const limits = useOptions().composer?.attachments;
  if (limits?.enabled !== true) return null;
  const accept = Object.entries(limits.accept ?? {}).flatMap(([mime, extensions]) => [mime, ...list(extensions)]);
  return (
    <input
      ref={input}
      type="file"
      class="hidden"
      tabIndex={-1}
      aria-hidden="true"
      multiple={(limits.maxCount ?? 10) > 1}
      accept={accept.join(',') || undefined}
      onChange={({ currentTarget }) => {
        draft.addFiles([...(currentTarget.files ?? [])]);
        // The same file may be chosen again after it was removed.
        currentTarget.value = '';
      }}
    />
  );
}
