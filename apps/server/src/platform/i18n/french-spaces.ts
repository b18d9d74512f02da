/**
 * Sets French spaces: a thin non-breaking one before ; ! ?, a non-breaking one before : and inside « ». Code, addresses,
 * and marks after a letter without a space stay as they are.
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
