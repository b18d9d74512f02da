/** Copies a value through JSON: the copy is what the wire carries, and shares nothing with the original. */
export function snapshot<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

/**
 * Whether two values have the same JSON, in any order of keys. It compares in place: it runs after every event, and
 * two `JSON.stringify` calls would cost more than all other work for a text delta.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return Number.isNaN(a as number) && Number.isNaN(b as number);
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) if (!sameJson(a[index], b[index])) return false;
    return true;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let keys = 0;
  for (const key in left) {
    if (left[key] === undefined) continue;
    if (!sameJson(left[key], right[key])) return false;
    keys++;
  }
  for (const key in right) if (right[key] !== undefined) keys--;
  return keys === 0;
}
