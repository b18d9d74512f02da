/**
 * Whether a key belongs to an input method, as the Enter that chooses a word and the Escape that gives one up do. Safari
 * ends the composition first and tells the key that ended it second: `isComposing` is false then, and 229 is all that says so.
 */
export function isOfInputMethod(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
