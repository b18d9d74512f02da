import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { sessionQuery, usePerson } from '../session/session.ts';
import { keepDraft, keptDraft } from './draft.ts';

/** Our element has a method that the types of the official package lack. */
type ElementWithComposerValue = HTMLElement & { getComposerValue?(): Promise<{ text: string }> };

/**
 * Keeps the text of the composer for its conversation (draft.ts), and restores it once the element is `ready` and whenever
 * another conversation is shown. The caller calls `changed` whenever the text may have changed: after typing, and when the
 * server has a message (not when it is sent, which may fail). It calls `turned` when the element shows another
 * conversation. `created` means that it is the same conversation, which now has an id.
 */
export function useDraft(
  chat: { ref: RefObject<HTMLElement | null>; setComposerValue: (value: { text: string }) => Promise<void> },
  shown: { thread: string | null; ready: boolean },
): { changed(): void; turned(thread: string | null, created: boolean): void } {
  const { ref, setComposerValue } = chat;
  const { ready } = shown;
  const { id: person } = usePerson();
  const queries = useQueryClient();
  // The conversation of the composer. The address updates later, and may still name the previous one.
  const thread = useRef(shown.thread);

  const readComposer = useCallback(
    async () => (await (ref.current as ElementWithComposerValue | null)?.getComposerValue?.())?.text,
    [ref],
  );

  const restore = useCallback(async () => {
    const text = keptDraft(person, thread.current);
    if (text !== '' && (await readComposer()) === '') await setComposerValue({ text });
  }, [person, readComposer, setComposerValue]);

  useEffect(() => {
    if (!ready) return;
    void restore();
    // Dictated text causes no typing event, so it is kept here. An empty composer is not kept: its text may be on its way
    // to the server. Nothing is kept for a person who has just signed out.
    const leave = async () => {
      const place = thread.current;
      const text = await readComposer();
      if (text && queries.getQueryData(sessionQuery.queryKey)?.id === person) keepDraft(person, place, text);
    };
    addEventListener('pagehide', leave);
    return () => {
      removeEventListener('pagehide', leave);
      void leave();
    };
  }, [ready, person, readComposer, restore, queries]);

  const changed = () => {
    const place = thread.current;
    void readComposer().then((text) => text !== undefined && keepDraft(person, place, text));
  };
  return {
    changed,
    turned(next, created) {
      const before = thread.current;
      thread.current = next;
      if (!created) return void restore();
      keepDraft(person, before, '');
      changed();
    },
  };
}
