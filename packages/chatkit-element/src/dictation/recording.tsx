import { Glyph } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useT } from '../view/session-context.ts';
import { Recorder } from './recorder.ts';

type RecordingProps = {
  /** Takes the recording. The person waits until it resolves. */
  onSpoken(speech: { base64: string; mimeType: string }): Promise<void>;
  /** Called when the recording has ended; `problem` says why, when the person did not end it. */
  onEnd(problem?: unknown): void;
};

/** How many levels are shown side by side, and how much time each covers, in ms. */
const shownLevels = 16;
const levelEvery = 100;

/** Shows a running recording: its length and its level, so that a mute microphone is noticed; with buttons to finish or cancel. */
export function Recording({ onSpoken, onEnd }: RecordingProps): VNode {
  const t = useT();
  const [recorder, setRecorder] = useState<Recorder | null>(null);
  const [seconds, setSeconds] = useState(0);
  const [busy, setBusy] = useState(false);
  const finishButton = useRef<HTMLButtonElement>(null);
  const bars = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    let wanted = true;
    let made: Recorder | undefined;
    Recorder.start().then(
      (started) => {
        made = started;
        if (wanted) setRecorder(started);
        else started.cancel();
      },
      (error) => wanted && onEnd(error),
    );
    return () => {
      wanted = false;
      made?.cancel();
    };
  }, []);

  useEffect(() => {
    if (!recorder) return;
    finishButton.current?.focus();
    const began = performance.now();
    const levels = Array<number>(shownLevels).fill(0);
    const timer = setInterval(() => {
      setSeconds(Math.floor((performance.now() - began) / 1000));
      levels.shift();
      levels.push(recorder.level());
      for (const [i, bar] of [...(bars.current?.children ?? [])].entries()) {
        const level = levels[i]!.toFixed(2);
        const { style } = bar as HTMLElement;
        // Only changed levels are written: a silent room costs nothing.
        if (style.getPropertyValue('--level') !== level) style.setProperty('--level', level);
      }
    }, levelEvery);
    return () => clearInterval(timer);
  }, [recorder]);

  const finish = async () => {
    if (!recorder || busy) return;
    setBusy(true);
    try {
      await onSpoken(await recorder.finish());
      onEnd();
    } catch (error) {
      onEnd(error);
    }
  };
  const label = t(busy ? 'composer.dictate.busy' : 'composer.dictate.stop');
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms.
    <div class="recording" part="recording" role="group" aria-label={t('composer.dictate.recording')}>
      {!busy && (
        <button
          type="button"
          class="icon-button"
          aria-label={t('composer.dictate.cancel')}
          title={t('composer.dictate.cancel')}
          onClick={() => onEnd()}
        >
          <Glyph name="close" />
        </button>
      )}
      {!busy && recorder && (
        <>
          <span class="recording-dot" aria-hidden="true" />
          <span class="recording-time" role="timer" aria-label={t('composer.dictate.recording')}>
            {time}
          </span>
          <span class="recording-level" aria-hidden="true" ref={bars}>
            {Array.from({ length: shownLevels }, (_, i) => (
              <i key={i} />
            ))}
          </span>
        </>
      )}
      {busy && <span class="shimmer">{label}</span>}
      <button
        type="button"
        ref={finishButton}
        class="icon-button"
        part="dictate-button"
        aria-label={label}
        title={label}
        disabled={busy || !recorder}
        onClick={() => void finish()}
      >
        <Glyph name="check" />
      </button>
    </div>
  );
}
