import { newId } from '@causerie/chatkit';
import type { Responder } from '../src/features/chatkit/index.ts';

/** A step: words, a wait for the test's word, or a failure. */
export type Step = string | (() => Promise<void>) | Error;

/** Answers every message with the current script, and counts its calls. */
export function scriptedResponder(): Responder & { script: Step[]; asked: number } {
  const responder: Responder & { script: Step[]; asked: number } = {
    script: [],
    asked: 0,
    async *respond({ thread, signal }) {
      responder.asked++;
      const id = newId('msg');
      const item = {
        id,
        thread_id: thread.id,
        created_at: new Date().toISOString(),
        type: 'assistant_message' as const,
      };
      const part = { type: 'output_text' as const, text: '', annotations: [] };
      yield { type: 'thread.item.added', item: { ...item, content: [{ ...part }] } };
      let text = '';
      for (const step of responder.script) {
        if (step instanceof Error) throw step;
        if (typeof step !== 'string') {
          await Promise.race([step(), new Promise((resolve) => signal.addEventListener('abort', resolve))]);
          if (signal.aborted) return;
          continue;
        }
        text += step;
        yield {
          type: 'thread.item.updated',
          item_id: id,
          update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: step },
        };
      }
      yield { type: 'thread.item.done', item: { ...item, content: [{ ...part, text }] } };
    },
  };
  return responder;
}

/** A point at which an answer waits until the test opens it. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { step: () => opened, open };
}
