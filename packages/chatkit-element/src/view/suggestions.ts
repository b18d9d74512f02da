import type { GlyphName } from '@causerie/widgets/icons';
import type { Command, Entity } from '@openai/chatkit';

/** One line of the list that opens under `@` or `/`. */
export type Suggestion = {
  key: string;
  label: string;
  description?: string;
  icon?: string;
  glyph?: GlyphName;
  group?: string;
  entity?: Entity;
  command?: Command;
  run?: () => void;
};

/** What is being written: `@` after a space or at the start, `/` only as the very first character. */
export function triggerIn(
  text: string,
  isFirst: boolean,
  allowed: { tags: boolean; commands: boolean },
): { kind: 'tag' | 'command'; query: string; length: number } | null {
  if (allowed.commands && isFirst) {
    const command = /^\/([^\n]{0,60})$/.exec(text);
    if (command && !/\s{2}/.test(command[1]!))
      return { kind: 'command', query: command[1]!, length: command[0].length };
  }
  if (allowed.tags) {
    const tag = /(?:^|[\s\u00a0(])(@([^\s@][^@\n]{0,40})?)$/.exec(text);
    // Two words at most after the sign: further on it is an address or a thought, not a name being looked for.
    if (tag && (tag[2] ?? '').split(/\s/).length <= 2)
      return { kind: 'tag', query: tag[2] ?? '', length: tag[1]!.length };
  }
  return null;
}
