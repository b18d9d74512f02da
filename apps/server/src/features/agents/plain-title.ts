const longest = 80;

/**
 * A model's answer as a title: its first line of words, without Markdown, quotation marks, a label or a thought; cut at a
 * word, with "…", when it is longer than 80 characters. Undefined when nothing is left.
 */
export function plainTitle(answer: string): string | undefined {
  // A thought in the text that nobody took out; one without an end has swallowed the title.
  const said = answer.slice(answer.lastIndexOf('</think>') + 1).replace(/^\/think>/, '');
  if (/^\s*<think/.test(said)) return undefined;
  for (const line of said.split(/\r?\n/)) {
    const words = withoutMarkdown(line)
      .replace(/^(?:title|titre|t[ií]tulo)\s*[:：]\s*/i, '')
      .replace(/^[\s"'«»“”„‘’`]+|[\s"'«»“”„‘’`.。]+$/gu, '');
    // Marks alone are none.
    if (/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(words)) return shorten(words);
  }
  return undefined;
}

function withoutMarkdown(line: string): string {
  return (
    line
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/<\/?[a-z][^<>]*>/gi, '')
      .replace(/^\s*(?:#{1,6}\s+|>\s*|[-*+]\s+|`{3,}\w*)+/, '')
      .replace(/(\*\*|__|~~|`+)(.*?)\1/g, '$2')
      // Emphasis stands at the edges of words: "snake_case" and "2 * 3 * 4" have none.
      .replace(/(?<![\p{L}\p{N}*_\\])([*_])(?=\S)(.+?)(?<=[^\s\\])\1(?![\p{L}\p{N}*_])/gu, '$2')
      .replace(/\\([\\`*_{}[\]()#+\-.!~>|])/g, '$1')
      .replace(/\s+/g, ' ')
      .trimEnd()
  );
}

function shorten(words: string): string {
  if (words.length <= longest) return words;
  const cut = words.slice(0, longest - 1);
  const space = cut.lastIndexOf(' ');
  // Scripts without spaces are cut between two characters, never within one.
  const whole = space > longest / 2 ? cut.slice(0, space) : cut.toWellFormed().replace(/\uFFFD$/, '');
  return `${whole.replace(/[\s.,;:!?–—-]+$/u, '')}…`;
}
