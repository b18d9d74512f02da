import { Glyph } from '@causerie/widgets/icons';
import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RecordingProps } from '../dictation/recording.tsx';
import { useSignal } from '../state/signal.ts';
import { ApiError } from '../transport/api-error.ts';
import { useLazyPart } from './lazy-part.ts';
import { type Scope, useScope, useSession, useT } from './session-context.ts';

type DictationChunk = { RecordingPart: ComponentType<RecordingProps & { scope: Scope }>; recordingStyles: string };

/** Only https and this machine have a microphone to give, and not every browser records. */
const canRecord = () => !!navigator.mediaDevices?.getUserMedia && typeof MediaRecorder !== 'undefined';

/** Speaks into the message: one press records, the next writes down what was said. */
export function Dictation(): VNode | null {
  const session = useSession();
  const t = useT();
  const content = useSignal(session.composer.content);
  const [active, setActive] = useState(false);
  const [off, setOff] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  // What went wrong has been read by whoever goes on writing.
  useEffect(() => setProblem(null), [content]);

  const write = async ({ base64, mimeType }: { base64: string; mimeType: string }) => {
    const params = { audio_base64: base64, mime_type: mimeType };
    const { body } = await session.api.ask<{ text?: string }>({ type: 'input.transcribe', params });
    const text = body.text?.trim();
    if (!text) return;
    const { composer } = session;
    const before = composer.content.value;
    const last = before.at(-1);
    const gap = last && !(last.type === 'input_text' && /\s$/.test(last.text)) ? ' ' : '';
    composer.setContent([...before, { type: 'input_text', text: gap + text }]);
  };
  const end = (fault?: unknown) => {
    setActive(false);
    session.focusRequests.value++;
    if (fault === undefined) return;
    session.report(fault);
    if (!(fault instanceof ApiError)) return setProblem(t('composer.dictate.denied'));
    // A server that is not set up for it will not be a minute later.
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
        <Recording onSpoken={write} onEnd={end} onMissing={() => setActive(false)} />
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

function Recording({ onMissing, ...props }: RecordingProps & { onMissing(): void }): VNode | null {
  const scope = useScope();
  const part = useLazyPart('dictation', (part: DictationChunk) => part.recordingStyles, onMissing);
  return part && <part.RecordingPart scope={scope} {...props} />;
}
