import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Recorder } from '../dictation/recorder.ts';
import { ApiError } from '../transport/api-error.ts';
import { Glyph } from './glyph.tsx';
import { useSession, useT } from './session-context.ts';

/** Speaks into the message: one press records, the next writes down what was said. */
export function Dictation(): VNode {
  const session = useSession();
  const t = useT();
  const [state, setState] = useState<'idle' | 'recording' | 'busy'>('idle');
  const [problem, setProblem] = useState<string | null>(null);
  const recorder = useRef<Recorder | null>(null);
  useEffect(() => () => recorder.current?.cancel(), []);

  const start = async () => {
    setProblem(null);
    try {
      recorder.current = await Recorder.start();
      setState('recording');
    } catch (error) {
      session.report(error);
      setProblem(t('composer.dictate.denied'));
    }
  };
  const finish = async () => {
    const active = recorder.current;
    recorder.current = null;
    if (!active) return;
    setState('busy');
    try {
      const { base64, mimeType } = await active.finish();
      const { body } = await session.api.ask<{ text?: string }>({
        type: 'input.transcribe',
        params: { audio_base64: base64, mime_type: mimeType },
      });
      const text = body.text?.trim();
      if (text) {
        const { composer } = session;
        const before = composer.content.value;
        const last = before.at(-1);
        const gap = last && !(last.type === 'input_text' && /\s$/.test(last.text)) ? ' ' : '';
        composer.setContent([...before, { type: 'input_text', text: gap + text }]);
      }
      session.focusRequests.value++;
    } catch (error) {
      session.report(error);
      setProblem(error instanceof ApiError && error.detail ? error.detail : t('composer.dictate.failed'));
    }
    setState('idle');
  };

  const label = t(
    state === 'recording' ? 'composer.dictate.stop' : state === 'busy' ? 'composer.dictate.busy' : 'composer.dictate',
  );
  return (
    <>
      {problem && (
        <span class="refusal" role="alert">
          {problem}
        </span>
      )}
      {state === 'recording' && (
        <button
          type="button"
          class="icon-button"
          aria-label={t('composer.dictate.cancel')}
          title={t('composer.dictate.cancel')}
          onClick={() => {
            recorder.current?.cancel();
            recorder.current = null;
            setState('idle');
          }}
        >
          <Glyph name="close" />
        </button>
      )}
      <button
        type="button"
        class={`icon-button dictate ${state}`}
        part="dictate-button"
        aria-label={label}
        title={label}
        disabled={state === 'busy'}
        onClick={() => void (state === 'recording' ? finish() : start())}
      >
        <Glyph name={state === 'recording' ? 'check' : 'mic'} />
      </button>
    </>
  );
}
