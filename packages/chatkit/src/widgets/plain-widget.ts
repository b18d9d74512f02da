import type { WidgetRoot } from '../protocol/widgets.ts';

type Json = Record<string, unknown>;

export const isComponent = (value: unknown): value is Json & { type: string } =>
  typeof value === 'object' && value !== null && typeof (value as Json).type === 'string';

/**
 * A deep copy of a widget as it goes on the wire: props that are null or undefined are left out at every depth, as
 * clients treat absent and null alike. A `children: null` stays, since there it is a value of its own (an empty
 * Transition). Since it is a copy, an author may change one object between two states.
 */
export function plainWidget<Widget extends WidgetRoot>(widget: Widget): Widget {
  return plain(widget) as Widget;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const json = (value as { toJSON?: unknown }).toJSON;
  if (typeof json === 'function') return plain(json.call(value));
  const copy: Json = {};
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined || (inner === null && name !== 'children')) continue;
    // A prop in data from outside may be called __proto__; it must stay a prop.
    Object.defineProperty(copy, name, { value: plain(inner), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
