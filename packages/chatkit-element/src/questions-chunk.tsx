import type { VNode } from 'preact';
import type { StructuredInput } from './protocol.ts';
import { Questions } from './view/questions.tsx';
import { type Scope, ScopeContext } from './view/session-context.ts';

export { default as questionsStyles } from './view/questions.css';

/** The lazy part that asks the assistant's questions. It has its own copy of the contexts, so the main script hands it their value. */
export function QuestionsPart({ scope, item }: { scope: Scope; item: StructuredInput }): VNode {
  return (
    <ScopeContext.Provider value={scope}>
      <Questions item={item} />
    </ScopeContext.Provider>
  );
}
