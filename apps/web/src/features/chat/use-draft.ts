import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect } from 'react';
import { sessionQuery, usePerson } from '../session/session.ts';
import { keepDraft, keptDraft } from './draft.ts';

/** Beyond what the package's types know, our element tells what is in the composer. */
type TellingElement = HTMLElement & { getComposerValue?(): Promise<{ text: string }> };

/**
 * Keeps what is in the composer (draft.ts) and puts it back once the element is `ready`. Returns what is to be called
 * whenever the text may have changed: when something is typed, and when the server has a message. Not when it is sent,
 * which may fail.
 */
export function useDraft(
  chat: { ref: RefObject<HTMLElement | null>; setComposerValue: (value: { text: string }) => Promise<void> },
  ready: boolean,
): () => void {
  const { ref, setComposerValue } = chat;
  const { id: person } = usePerson();
  const queries = useQueryClient();

  useEffect(() => {
    const element: TellingElement | null = ref.current;
    if (!ready || !element) return;
    const text = keptDraft(person);
    if (text !== '') void setComposerValue({ text });
    // What was dictated was never typed. An empty composer says nothing here: its text may be on its way to the server.
    // Nor is anything kept for somebody who has just signed out.
    const leave = async () => {
      const { text } = (await element.getComposerValue?.()) ?? { text: '' };
      if (text !== '' && queries.getQueryData(sessionQuery.queryKey)?.id === person) keepDraft(person, text);
    };
    addEventListener('pagehide', leave);
    return () => {
      removeEventListener('pagehide', leave);
      void leave();
    };
  }, [ready, person, ref, setComposerValue, queries]);

  return () => {
    const element: TellingElement | null = ref.current;
    void element?.getComposerValue?.().then(({ text }) => keepDraft(person, text));
  };
}
