import type { CustomComponent } from '@causerie/widgets';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Translate } from '../locales/translate.ts';
import type { ElementOptions } from '../options/options.ts';
import type { Session } from '../state/session.ts';
import { useSignal } from '../state/signal.ts';

/** What every view can reach: the session, and the components that the page registered. */
export type Scope = { session: Session; components: Map<string, CustomComponent>; root: ShadowRoot };

export const ScopeContext = createContext<Scope | null>(null);

export function useScope(): Scope {
  return useContext(ScopeContext)!;
}

export function useSession(): Session {
  return useScope().session;
}

export function useT(): Translate {
  return useSignal(useSession().t);
}

export function useOptions(): ElementOptions {
  return useSignal(useSession().options)!;
}
