import { useState } from 'preact/hooks';

/**
 * The value of a control that is not an input of the browser, with the manners of one: a new default from the server shows
 * until the person has chosen for themselves, and never after.
 */
export function useFieldValue(defaultValue: string): [value: string, choose: (value: string) => void] {
  const [chosen, setChosen] = useState<string>();
  return [chosen ?? defaultValue, setChosen];
}
