import { copyText } from '@causerie/widgets/controls';
import { Glyph } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Entry } from '../state/conversation.ts';
import { sendFeedback } from '../state/item-actions.ts';
import { retryAnswer } from '../state/sending.ts';
import type { Block } from './blocks.ts';
import { textOf } from './export.ts';
import { useOptions, useSession, useT } from './session-context.ts';

/** The actions of an answer: copy it, rate it, ask for another. */
export function TurnActions({ block, turn, last }: { block: Block; turn(): Entry[]; last: boolean }): VNode | null {
  const session = useSession();
  const { threadItemActions } = useOptions();
  const t = useT();
  const [given, setGiven] = useState<'positive' | 'negative' | null>(null);
  const answered = block.entries.some((entry) => isAnswer(entry));
  if (!answered) return null;
  const give = (kind: 'positive' | 'negative') => {
    if (given === kind) return;
    const before = given;
    setGiven(kind);
    sendFeedback(
      session,
      turn().map((entry) => entry.item.id),
      kind,
    ).catch((error) => {
      setGiven(before);
      session.report(error);
    });
  };
  return (
    <div class={last ? 'actions last' : 'actions'} part="actions">
      <CopyButton
        text={() =>
          turn()
            .map((entry) => textOf(entry.item))
            .filter(Boolean)
            .join('\n\n')
        }
      />
      {threadItemActions?.feedback &&
        (['positive', 'negative'] as const).map((kind) => {
          const label = t(kind === 'positive' ? 'message.good' : 'message.bad');
          return (
            <button
              type="button"
              key={kind}
              class="icon-button small"
              part="feedback-button"
              aria-label={label}
              title={label}
              aria-pressed={given === kind}
              onClick={() => give(kind)}
            >
              <Glyph name={kind === 'positive' ? 'good' : 'bad'} size={16} />
            </button>
          );
        })}
      {threadItemActions?.retry && (
        <button
          type="button"
          class="icon-button small"
          part="retry-button"
          aria-label={t('message.retry')}
          title={t('message.retry')}
          onClick={() => retryAnswer(session, questionOf(session.conversation.entries.value, block)?.item.id)}
        >
          <Glyph name="retry" size={16} />
        </button>
      )}
    </div>
  );
}

function isAnswer(entry: Entry): boolean {
  const { type } = entry.item;
  return type === 'assistant_message' || type === 'widget' || type === 'generated_image';
}

/** The user message that a block answers. */
function questionOf(entries: readonly Entry[], block: Block): Entry | undefined {
  const index = entries.indexOf(block.entries[0]!);
  return entries.slice(0, index + 1).findLast((entry) => entry.item.type === 'user_message');
}

export function CopyButton({ text }: { text(): string }): VNode {
  const session = useSession();
  const t = useT();
  const [outcome, setOutcome] = useState<'message.copied' | 'code.copyFailed'>();
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(undefined), 1600);
    return () => clearTimeout(timer);
  }, [outcome]);
  const label = t(outcome ?? 'message.copy');
  return (
    <button
      type="button"
      class="icon-button small"
      part="copy-button"
      aria-label={label}
      title={label}
      onClick={async ({ currentTarget }) => {
        const done = await copyText(text(), currentTarget);
        setOutcome(done ? 'message.copied' : 'code.copyFailed');
        session.announcement.value = t(done ? 'message.copied' : 'code.copyFailed');
        if (done) session.log('message.copy');
      }}
    >
      <Glyph name={outcome === 'message.copied' ? 'check' : outcome ? 'close' : 'copy'} size={16} />
    </button>
  );
}
