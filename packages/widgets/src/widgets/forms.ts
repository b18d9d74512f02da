/** What a form control reports when its form's values are collected. */
export type FieldElement = {
  readonly type: string;
  readonly value: string;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly dataset: { readonly field?: string };
};

type FieldValue = string | boolean | null;
export type Field = readonly [name: string, value: FieldValue];

/**
 * The fields of a form, by name. A checkbox is true or false; a radio group, select or date without an answer is null; all
 * else is the text as typed (a number too: servers read "5" as a number, but not 5 as a text).
 */
export function fieldsOf(elements: Iterable<FieldElement>): Field[] {
  const fields = new Map<string, FieldValue>();
  for (const element of elements) {
    const name = element.dataset.field;
    if (!name || element.disabled) continue;
    if (element.type === 'checkbox') fields.set(name, element.checked === true);
    else if (element.type === 'radio') {
      if (element.checked) fields.set(name, element.value);
      else if (!fields.has(name)) fields.set(name, null);
    } else if (element.type === 'hidden') fields.set(name, element.value === '' ? null : element.value);
    else fields.set(name, element.value);
  }
  return [...fields];
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
// Names that mean something to objects themselves: merged by a careless server, they would change all of its objects.
const forbidden = new Set(['__proto__', 'prototype', 'constructor']);

/**
 * Puts form values into the payload of an action. `todo.title` becomes `{todo: {title}}`. What the payload already says wins:
 * a field that would overwrite it is left out and named in `refused`, for the host to report.
 */
export function withFormValues(payload: unknown, fields: readonly Field[]): { payload: unknown; refused: string[] } {
  if (fields.length === 0) return { payload, refused: [] };
  if (payload !== undefined && payload !== null && !isTree(payload)) {
    return { payload, refused: fields.map(([name]) => name) };
  }
  const merged: Tree = structuredClone(payload ?? {});
  const refused = fields.filter(([name, value]) => !place(merged, name.split('.'), value)).map(([name]) => name);
  return { payload: merged, refused };
}

function place(tree: Tree, path: string[], value: FieldValue): boolean {
  if (path.some((part) => part === '' || forbidden.has(part)) || path.length > 20) return false;
  const last = path.at(-1)!;
  let at = tree;
  for (const [depth, part] of path.slice(0, -1).entries()) {
    if (!Object.hasOwn(at, part)) {
      let branch: Tree = { [last]: value };
      for (const name of path.slice(depth + 1, -1).reverse()) branch = { [name]: branch };
      at[part] = branch;
      return true;
    }
    const next = at[part];
    if (!isTree(next)) return false;
    at = next;
  }
  if (Object.hasOwn(at, last)) return false;
  at[last] = value;
  return true;
}
