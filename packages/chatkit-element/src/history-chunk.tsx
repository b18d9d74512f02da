import type { VNode } from 'preact';
import { HistoryPanel } from './view/history-panel.tsx';
import { type Scope, ScopeContext } from './view/session-context.ts';

export { default as historyStyles } from './view/history.css';

/** The lazy part that lists conversations. It has its own copy of the contexts, so the main script hands it their value. */
export function History({ scope }: { scope: Scope }): VNode {
  return (
    <ScopeContext.Provider value={scope}>
      <HistoryPanel />
    </ScopeContext.Provider>
  );
}
