/** A piece of what a model writes, as what it is. */
export type SplitText = {
  kind: 'text' | 'thought';
  words: string;
};

const openings = ['<think>', '<thinking>', '<thought>', '<seed:think>'];

/**
 * Tells a thought that a model writes into its answer from the answer: `<think>…</think>` at its very beginning, as
 * DeepSeek, Qwen and others do where the server takes no notice. Further on the word is the model's subject, not its tag.
 * Tags arrive in any pieces. `end` gives what was held back; a thought that was never closed stays one.
 */
export function createThinkSplitter(): { push(words: string): SplitText[]; end(): SplitText[] } {
  let state: 'undecided' | 'thought' | 'after' | 'text' = 'undecided';
  let begun = false;
  let buffer = '';
  let closing = '';

  const decide = (): SplitText[] => {
    const start = buffer.trimStart();
    if (start === '') return [];
    const tag = openings.find((opening) => start.startsWith(opening));
    if (tag) {
      state = 'thought';
      closing = tag.replace('<', '</');
      buffer = start.slice(tag.length);
      return think();
    }
    if (openings.some((opening) => opening.startsWith(start))) return [];
    state = 'text';
    return release();
  };

  const think = (): SplitText[] => {
    if (!begun) buffer = buffer.trimStart();
    begun ||= buffer !== '';
    const at = buffer.indexOf(closing);
    if (at === -1) {
      // The closing tag may have begun.
      const kept = startOf(closing, buffer);
      const words = buffer.slice(0, buffer.length - kept);
      buffer = buffer.slice(buffer.length - kept);
      return words === '' ? [] : [{ kind: 'thought', words }];
    }
    const words = buffer.slice(0, at).trimEnd();
    buffer = buffer.slice(at + closing.length);
    state = 'after';
    return [...(words === '' ? [] : [{ kind: 'thought', words } as const]), ...follow()];
  };

  // The blank lines between thought and answer belong to neither.
  const follow = (): SplitText[] => {
    buffer = buffer.trimStart();
    if (buffer === '') return [];
    state = 'text';
    return release();
  };

  const release = (): SplitText[] => {
    const words = buffer;
    buffer = '';
    return words === '' ? [] : [{ kind: 'text', words }];
  };

  return {
    push(words) {
      if (state === 'text') return words === '' ? [] : [{ kind: 'text', words }];
      buffer += words;
      return state === 'undecided' ? decide() : state === 'thought' ? think() : follow();
    },
    end() {
      const words = buffer;
      buffer = '';
      if (words.trim() === '') return [];
      return [{ kind: state === 'thought' ? 'thought' : 'text', words }];
    },
  };
}

/** How many characters at the end of `text` are a beginning of `tag`. */
function startOf(tag: string, text: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length;
  }
  return 0;
}
