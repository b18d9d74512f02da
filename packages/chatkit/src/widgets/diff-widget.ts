import type { ItemUpdate, ItemUpdateOf } from '../protocol/updates.ts';
import type { WidgetRoot } from '../protocol/widgets.ts';
import { isComponent } from './plain-widget.ts';

type Json = Record<string, unknown>;
type Delta = ItemUpdateOf<'widget.streaming_text.value_delta'>;

const streamsText = (component: Json): boolean => component.type === 'Text' || component.type === 'Markdown';

/** How often each id occurs: text can be sent as a delta only to an id that names one component. */
function countIds(value: unknown, counts: Map<string, number>): void {
  if (Array.isArray(value)) {
    for (const item of value) countIds(item, counts);
  } else if (typeof value === 'object' && value !== null) {
    const { id } = value as Json;
    if (isComponent(value) && typeof id === 'string') counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const inner of Object.values(value)) countIds(inner, counts);
  }
}

/** Same JSON, null and absent being the same. */
function same(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (Array.isArray(before)) {
    return (
      Array.isArray(after) && before.length === after.length && before.every((item, index) => same(item, after[index]))
    );
  }
  if (typeof before !== 'object' || typeof after !== 'object') return (before ?? null) === (after ?? null);
  if (before === null || after === null || Array.isArray(after)) return (before ?? null) === (after ?? null);
  return everyName(before as Json, after as Json, (left, right) => same(left, right));
}

function everyName(
  before: Json,
  after: Json,
  check: (left: unknown, right: unknown, name: string) => boolean,
): boolean {
  for (const name in before) {
    if (Object.hasOwn(before, name) && !check(own(before, name), own(after, name), name)) return false;
  }
  for (const name in after) {
    if (Object.hasOwn(after, name) && !Object.hasOwn(before, name) && !check(undefined, own(after, name), name)) {
      return false;
    }
  }
  return true;
}

const own = (object: Json, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined);

/**
 * Collects the deltas that lead from one component to the other, walking the `children` lists.
 * @returns false when they differ in anything that a text delta cannot express.
 */
function collect(before: Json, after: Json, addressable: (id: string) => boolean, deltas: Delta[]): boolean {
  return everyName(before, after, (left, right, name) => {
    if (name === 'children' && Array.isArray(left) && Array.isArray(right)) {
      return (
        left.length === right.length &&
        left.every((child, index) => {
          const other = right[index];
          return isComponent(child) && isComponent(other)
            ? collect(child, other, addressable, deltas)
            : same(child, other);
        })
      );
    }
    if (same(left, right)) return true;
    const { id } = after;
    if (
      name !== 'value' ||
      !streamsText(after) ||
      typeof id !== 'string' ||
      !addressable(id) ||
      typeof left !== 'string' ||
      typeof right !== 'string' ||
      !right.startsWith(left)
    ) {
      return false;
    }
    deltas.push({
      type: 'widget.streaming_text.value_delta',
      component_id: id,
      delta: right.slice(left.length),
      done: after.streaming !== true,
    });
    return true;
  });
}

/**
 * Returns the updates that turn one state of a widget into the next on the client: none when they are equal; the
 * appended text when only Text or Markdown components with an id grew; otherwise the whole widget. Text without an
 * address (no id, an id used twice, a Transition's single child) is sent with the whole widget, so that none is lost.
 */
export function diffWidget(before: WidgetRoot, after: WidgetRoot): ItemUpdate[] {
  let ids: Map<string, number> | undefined;
  const addressable = (id: string): boolean => {
    if (!ids) {
      ids = new Map();
      countIds(after, ids);
    }
    return id !== '' && ids.get(id) === 1;
  };
  const deltas: Delta[] = [];
  if (collect(before as Json, after as Json, addressable, deltas)) return deltas;
  return [{ type: 'widget.root.updated', widget: after }];
}
