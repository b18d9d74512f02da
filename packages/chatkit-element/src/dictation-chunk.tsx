import type { VNode } from 'preact';
import { Recording, type RecordingProps } from './dictation/recording.tsx';
import { type Scope, ScopeContext } from './view/session-context.ts';

export { default as recordingStyles } from './dictation/recording.css';

/** The lazy part that records. It has a copy of the main script's contexts, so it is handed what they hold. */
export function RecordingPart({ scope, ...props }: RecordingProps & { scope: Scope }): VNode {
  return (
    <ScopeContext.Provider value={scope}>
      <Recording {...props} />
    </ScopeContext.Provider>
  );
}
