import { Glyph } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useSignal } from '../state/signal.ts';
import type { ApiError } from '../transport/api-error.ts';
import { useSession, useT } from '../view/session-context.ts';
import { Recording } from './recording.tsx';

/** Browsers give the microphone to pages of https and of this machine only, and not every browser records. */
const canRecord = () => !!navigator.mediaDevices?.getUserMedia && typeof MediaRecorder !== 'undefined';

/** Looks at the name, since a lazy part has its own copy of the class that the main script made the error from. */
const isApiError = (fault: unknown): fault is ApiError => (fault as Error).name === 'ApiError';

/** The button that dictates: one press records, the next adds what was said to the message. */
export function Dictation(): VNode | null {
  const session = useSession();
  const t = useT();
  const content = useSignal(session.draft.content);
  const [active, setActive] = useState(false);
  const [off, setOff] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  // Whoever goes on writing has read what went wrong.
  useEffect(() => setProblem(null), [content]);

  const write = async ({ base64, mimeType }: { base64: string; mimeType: string }) => {
    const params = { audio_base64: base64, mime_type: mimeType };
    const { body } = await session.api.ask<{ text?: string }>({ type: 'input.transcribe', params });
    const text = body.text?.trim();
    if (!text) return;
    const { draft } = session;
    const before = draft.content.value;
    const last = before.at(-1);
    const gap = last && !(last.type === 'input_text' && /\s$/.test(last.text)) ? ' ' : '';
    draft.setContent([...before, { type: 'input_text', text: gap + text }]);
  };
  const end = (fault?: unknown) => {
    setActive(false);
    session.focusRequests.value++;
    if (fault === undefined) return;
    session.report(fault);
    if (!isApiError(fault)) return setProblem(t('composer.dictate.denied'));
    // A server that is not set up for dictation will not be so a minute later.
    if (fault.code === 'not_configured' || fault.status === 501) setOff(true);
    setProblem(fault.detail ?? t('composer.dictate.failed'));
  };

  if (!canRecord()) return null;
  return (
    <>
      {problem && (
        <span class="refusal" role="alert">
          {problem}
        </span>
      )}
      {active ? (
        <Recording onSpoken={write} onEnd={end} />
      ) : (
        !off && (
          <button
            type="button"
            class="icon-button dictate"
            part="dictate-button"
            aria-label={t('composer.dictate')}
            title={t('composer.dictate')}
            onClick={() => {
              setProblem(null);
              setActive(true);
            }}
          >
            <Glyph name="mic" />
          </button>
        )
      )}
    </>
  );
}
