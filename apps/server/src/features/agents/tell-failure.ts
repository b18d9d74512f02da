import type { Language } from '../../platform/i18n/index.ts';
import type { FailureKind } from '../../platform/models/index.ts';
import { say } from './say.ts';
import { en } from './texts/en.ts';

/**
 * The message to a person about a failed answer: what happened and what to do, without internals. An administrator learns
 * which setting to change instead of whom to ask.
 */
export function tellFailure(kind: FailureKind, language: Language, administrator: boolean): string {
  const own = `failure.${kind}.administrator`;
  return say(language, administrator && isKey(own) ? own : `failure.${kind}`);
}

const isKey = (key: string): key is keyof typeof en => Object.hasOwn(en, key);
