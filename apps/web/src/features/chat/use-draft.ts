import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { sessionQuery, usePerson } from '../session/session.ts';
import { keepDraft, keptDraft } from './draft.ts';

/** Beyond what the package's types know, our element tells what is in the composer. */
type TellingElement = HTMLElement & { getComposerValue?(): Promise<{ text: string }> };

/**
 * Keeps what is in the composer for the conversation it is written in (draft.ts), and puts it back once the element is
 * `ready` and whenever another conversation is shown. Returns what is to be told: `changed`, whenever the text may have
 * changed, which is when something is typed and when the server has a message (not when it is sent, which may fail); and
 * `turned`, when the element shows another conversation. `created`: it is the one shown before, which now has an id.
 */
export function useDraft(
  chat: { ref: RefObject<HTMLElement | null>; setComposerValue: (value: { text: string }) => Promise<void> },
  shown: { thread: string | null; ready: boolean },
): { changed(): void; turned(thread: string | null, created: boolean): void } {
  const { ref, setComposerValue } = chat;
  const { ready } = shown;
  const { id: person } = usePerson();
  const queries = useQueryClient();
  // The one in the composer now. The address, which is told later, may still be of the one before.
  const thread = useRef(shown.thread);

  const written = useCallback(
    async () => (await (ref.current as TellingElement | null)?.getComposerValue?.())?.text,
    [ref],
  );

  const restore = useCallback(async () => {
    const text = keptDraft(person, thread.current);
    if (text !== '' && (await written()) === '') await setComposerValue({ text });
  }, [person, written, setComposerValue]);

  useEffect(() => {
    if (!ready) return;
    void restore();
    // What was dictated was never typed. An empty composer says nothing here: its text may be on its way to the server.
    // Nor is anything kept for somebody who has just signed out.
    const leave = async () => {
      const place = thread.current;
      const text = await written();
      if (text && queries.getQueryData(sessionQuery.queryKey)?.id === person) keepDraft(person, place, text);
    };
    addEventListener('pagehide', leave);
    return () => {
      removeEventListener('pagehide', leave);
      void leave();
    };
  }, [ready, person, written, restore, queries]);

  const changed = () => {
    const place = thread.current;
    void written().then((text) => text !== undefined && keepDraft(person, place, text));
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
