/**
 * French with its spaces: a thin one that does not break before ; ! ?, one that does not break before : and inside « ». What
 * stands in code, in an address or after a letter without a space is left as it is.
 */
export function withFrenchSpaces(text: string): string {
  return text
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, at) =>
      at % 2 === 1
        ? part
        : part
            .replace(/ ([;!?])/g, '\u202f$1')
            .replace(/ (:)(?=\s|$)/g, '\u00a0$1')
            .replace(/« /g, '«\u00a0')
            .replace(/ »/g, '\u00a0»'),
    )
    .join('');
}
