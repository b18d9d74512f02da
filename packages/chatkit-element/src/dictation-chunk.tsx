import type { VNode } from 'preact';
import { Dictation } from './dictation/dictation.tsx';
import { type Scope, ScopeContext } from './view/session-context.ts';

export { default as dictationStyles } from './dictation/recording.css';

/** The lazy part that takes dictation. It has its own copy of the contexts, so the main script hands it their value. */
export function DictationPart({ scope }: { scope: Scope }): VNode {
  return (
    <ScopeContext.Provider value={scope}>
      <Dictation />
    </ScopeContext.Provider>
  );
}
