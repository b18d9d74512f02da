const key = 'causerie.draft';

/** What was being written, and by whom: the next person at this tab is not shown it. */
interface Draft {
  person: string;
  text: string;
}

/**
 * The text of the composer that was not sent yet. It lasts as long as the tab, so that a reload, a look at another page or
 * a session that ended costs nobody what they wrote.
 */
export function keptDraft(person: string): string {
  try {
    const draft = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Draft | null;
    return draft?.person === person ? draft.text : '';
  } catch {
    return '';
  }
}

/** Keeps the text in the place of the one before. */
export function keepDraft(person: string, text: string): void {
  if (text.trim() === '') {
    dropDraft();
    return;
  }
  try {
    sessionStorage.setItem(key, JSON.stringify({ person, text } satisfies Draft));
  } catch {
    // Storage refused or full: the text then lasts as long as the page.
  }
}

/** Forgets it, as when its writer signs out. */
export function dropDraft(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Where nothing can be kept there is nothing to forget.
  }
}
