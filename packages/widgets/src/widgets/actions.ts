import { isObject, oneOf } from './values.ts';
import type { ActionConfig } from './widget-types.ts';

/** Where an action sits; `auto` loading goes by it. */
export type ActionSlot = 'button' | 'item' | 'form' | 'change' | 'confirm' | 'cancel';

export type Loading = 'none' | 'self' | 'container';

const autoLoading: Record<ActionSlot, Loading> = {
  button: 'self',
  item: 'self',
  form: 'self',
  // A choice is made in passing: the control shows it at once, and must stay usable.
  change: 'none',
  // The end of a card: nothing in it should be touched any more.
  confirm: 'container',
  cancel: 'container',
};

/** The action in a prop, or undefined when it is none. Fields of the wrong kind are left out. */
export function actionOf(value: unknown): ActionConfig | undefined {
  if (!isObject(value) || typeof value.type !== 'string' || value.type === '') return undefined;
  const action: ActionConfig = { type: value.type };
  if (value.payload !== undefined && value.payload !== null) {
    action.payload = value.payload as Record<string, unknown>;
  }
  const handler = oneOf(value.handler, ['server', 'client'] as const);
  if (handler) action.handler = handler;
  const loading = oneOf(value.loadingBehavior, ['auto', 'none', 'self', 'container'] as const);
  if (loading) action.loadingBehavior = loading;
  if (typeof value.streaming === 'boolean') action.streaming = value.streaming;
  return action;
}

/** What is to look busy while the action runs. */
export function loadingOf(action: ActionConfig, slot: ActionSlot): Loading {
  const asked = action.loadingBehavior ?? 'auto';
  return asked === 'auto' ? autoLoading[slot] : asked;
}

/** Whether an action has to wait for a streaming answer to end: it would start another one in the same thread. */
export function isHeldBack(action: ActionConfig, busy: boolean): boolean {
  return busy && action.handler !== 'client' && action.streaming !== false;
}
