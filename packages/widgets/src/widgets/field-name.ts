import { textOf } from './values.ts';
import type { WidgetNode } from './widget-types.ts';

/** The id of a field in a widget, which its Label points to. */
export function fieldId(rootId: string, name: string): string {
  return `${rootId}-${encodeURIComponent(name.toWellFormed()).replace(/[^\w-]/g, '_')}`;
}

/**
 * What a field is called when no Label names it: its placeholder, else its name in words. Fields also point to the id a
 * Label for them would have; where there is none, browsers fall back to this.
 */
export function fieldLabel(node: WidgetNode, name: string): string {
  const words = name
    .split('.')
    .at(-1)!
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .trim();
  return textOf(node.placeholder) || `${words.charAt(0).toUpperCase()}${words.slice(1)}` || name;
}
