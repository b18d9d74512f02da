import { Glyph, Icon } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { remedyFailure } from '../state/opening.ts';
import { isRunning } from '../state/phase.ts';
import { useSignal } from '../state/signal.ts';
import { useSession, useT } from './session-context.ts';

/** Shows what the assistant is doing, or that it is about to answer. */
export function Progress(): VNode | null {
  const session = useSession();
  const running = isRunning(useSignal(session.phase));
  const progress = useSignal(session.progress);
  const entries = useSignal(session.conversation.entries);
  const offline = useSignal(session.offline);
  const t = useT();
  if (!running) return null;
  if (progress) {
    return (
      <p class="progress" part="progress">
        {progress.icon && <Icon name={progress.icon} size={16} />}
        <span class="shimmer" dir="auto">
          {progress.text}
        </span>
      </p>
    );
  }
  // An item that grows shows enough by itself.
  const last = entries.at(-1);
  if (offline && last?.origin === 'sending') {
    return (
      <p class="progress" part="progress">
        {t('chat.waiting')}
      </p>
    );
  }
  if (last && last.item.type !== 'user_message' && last.item.type !== 'client_tool_call') return null;
  return (
    <p class="progress" part="progress">
      <span class="waiting" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span class="hidden">{t('chat.answering')}</span>
    </p>
  );
}

/** Shows what went wrong with the answer, and offers what can be done. */
export function Failure(): VNode | null {
  const session = useSession();
  const failure = useSignal(session.failure);
  const t = useT();
  if (!failure) return null;
  const anew = failure.remedy === 'startAnew';
  return (
    <div class="failure" role="alert" part="error">
      <Glyph name="alert" />
      <p dir="auto">{failure.message}</p>
      {failure.remedy && (
        <button
          type="button"
          class="text-button"
          part={anew ? 'new-button' : 'retry-button'}
          onClick={() => remedyFailure(session)}
        >
          <Glyph name={anew ? 'compose' : 'retry'} size={16} />
          {t(anew ? 'chat.new' : 'error.retry')}
        </button>
      )}
    </div>
  );
}
