/** Replaces text that is not Markdown (code, escaped marks) while the marks around it are removed. */
const placeholder = '\uE000';

/** A line of text without Markdown and HTML tags; halves of marks at its edges go too. */
export function withoutMarkdown(line: string): string {
  const literal: string[] = [];
  const bare = line
    .replaceAll(placeholder, '')
    .replace(/^\s*(`{3,}|~{3,})[\w+#-]*\s*/, '')
    .replace(/\\([!-/:-@[-`{-~])|(?<!`)(`+)(?!`)(.+?)(?<!`)\2(?!`)/g, (_, escaped, _fence, code) => {
      literal.push(escaped ?? code.trim());
      return placeholder;
    })
    .replace(/`+/g, '')
    // A list begins with 1; "5. Sinfonie" is a name.
    .replace(/^\s*(?:(?:#{1,6}|[-*+•]|1[.)])\s+|>\s*|\[[ xX]\]\s+)+/, '')
    .replace(/\s#+\s*$/, '')
    .replace(/<((?:https?:|mailto:)[^<>\s]*)>/gi, '$1')
    .replace(/\[\^[^\]\s]*\]/g, '')
    // A picture in a link: the inner one first.
    .replace(/!\[([^\]]*)\](?:\((?:[^()]|\([^()]*\))*(?:\)|$)|\[[^\]]*\])/g, '$1')
    .replace(/\[([^\]]*)\](?:\((?:[^()]|\([^()]*\))*(?:\)|$)|\[[^\]]*\])/g, '$1')
    .replace(/<(?:br|hr|img)\b[^<>]*>|^\|.*\|$/gi, (found) =>
      found.startsWith('|') ? found.replaceAll('|', ' ') : ' ',
    );
  return (
    withoutTags(bare)
      .replace(/(\*\*|~~)(?=\S)(.+?)(?<=\S)\1/g, '$2')
      // Emphasis stands at the edges of words: "snake_case" and "2 * 3 * 4" have none. Chinese and Japanese have no edges.
      .replace(
        /(?<![[\p{L}\p{N}*_]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]])(__|[*_])(?=[^\s*_])(.+?)(?<=[^\s*_])\1(?![[\p{L}\p{N}*_]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]])/gv,
        '$2',
      )
      // Half of a pair, as in an answer that was cut.
      .replace(/^(?:\*\*|__|~~)+(?=\S)|(?<=\S)(?:\*\*|__|~~)+$/g, '')
      .replaceAll(placeholder, () => literal.shift() ?? '')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

/** Removes tags around words; a single tag may be the subject: "How do I centre a <div>?" */
function withoutTags(line: string): string {
  let inner = line;
  for (let before = ''; before !== inner; ) {
    before = inner;
    inner = inner.replace(/<([a-z][a-z0-9]*)(?:\s[^<>]*)?>([^<>]*)<\/\1>/gi, '$2');
  }
  return inner.replace(/^(?:\s*<[a-z][^<>]*>)+(?=.)|(?<=.)(?:<\/[a-z][^<>]*>\s*)+$/gi, '');
}
