import { createContext, type RefObject } from 'preact';
import { useContext, useRef, useState } from 'preact/hooks';
import type { ActionSlot } from './actions.ts';
import { isHeldBack, loadingOf } from './actions.ts';
import type { Field } from './forms.ts';
import { fieldsOf, withFormValues } from './forms.ts';
import { say, type WidgetMessageKey } from './widget-messages.ts';
import type { ActionConfig, WidgetHost } from './widget-types.ts';

/**
 * What every node of a widget shares. The value changes only when all of the widget has to be drawn again (language,
 * scheme); the host itself, which is a new object on most renders, is asked for when it is needed.
 */
export type WidgetScope = {
  host(): WidgetHost;
  /** The widget and the item it belongs to, as they are now. */
  origin(): { itemId: string; widget: object };
  /** Prefix of the ids of this widget's fields: two widgets may have fields of the same name. */
  rootId: string;
  locale: string;
  scheme: 'light' | 'dark';
  components: WidgetHost['components'];
  /** Makes all of the widget inert while a promise is pending. */
  hold(until: Promise<void>): void;
};

export const ScopeContext = createContext<WidgetScope>(undefined as unknown as WidgetScope);
/** Whether an answer is streaming. Apart from the scope, so that only what can be pressed is drawn again. */
export const BusyContext = createContext(false);
/** The nearest form, the action its submission fires, and whether that is under way. */
export const FormContext = createContext<{
  form: RefObject<HTMLFormElement | null>;
  action: ActionConfig | undefined;
  pending: boolean;
} | null>(null);

export function useScope(): WidgetScope {
  return useContext(ScopeContext);
}

/** Returns a function that translates a sentence into the reader's language. */
export function useSay(): (key: WidgetMessageKey, params?: Record<string, string | number>) => string {
  const scope = useScope();
  return (key, params) => say((name, values) => scope.host().t(name, values), key, params);
}

/** Whether the action has to wait for a streaming answer. */
export function useHeldBack(action: ActionConfig | undefined): boolean {
  return isHeldBack(action ?? { type: '', handler: 'client' }, useContext(BusyContext));
}

/**
 * A function that fires an action from where it is called: with the values of the form around it, and `own` (the control's
 * own value, for a control outside of any form). `pending` is true while an action that is to be seen runs.
 */
export function useAction(slot: ActionSlot): {
  fire(action: ActionConfig | undefined, own?: Field, form?: HTMLFormElement | null): void;
  pending: boolean;
} {
  const scope = useScope();
  const around = useContext(FormContext);
  const running = useRef(false);
  const [pending, setPending] = useState(false);

  const fire = (action: ActionConfig | undefined, own?: Field, form = around?.form.current): void => {
    const host = scope.host();
    if (!action || running.current || isHeldBack(action, host.busy)) return;
    const fields = new Map(form ? fieldsOf(form.elements as unknown as Iterable<HTMLInputElement>) : []);
    if (own) fields.set(...own);
    const { payload, refused } = withFormValues(action.payload, [...fields]);
    if (refused.length > 0) {
      host.onError(
        new Error(
          `The payload of "${action.type}" already has: ${refused.join(', ')}. The form's values were left out.`,
        ),
      );
    }
    const sent = payload === undefined ? action : { ...action, payload: payload as Record<string, unknown> };
    const loading = loadingOf(action, slot);
    const done = (async () => {
      try {
        await host.onAction(sent, scope.origin());
      } catch (error) {
        scope.host().onError(error instanceof Error ? error : new Error(String(error)));
      }
    })();
    if (loading === 'none') return;
    running.current = true;
    // What was pressed shows it in either case; `container` makes the rest inert as well.
    setPending(true);
    if (loading === 'container') scope.hold(done);
    void done.then(() => {
      running.current = false;
      setPending(false);
    });
  };
  return { fire, pending };
}
