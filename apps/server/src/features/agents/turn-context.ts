import { AgentContext } from '@causerie/chatkit/agents';
import type { WaitingCall } from './waiting-calls.ts';

/** What the tools of one turn note: the calls that the browser is to run, and those that were not fit for it. */
export class TurnContext<RequestContext = unknown> extends AgentContext<RequestContext> {
  readonly askedCalls: WaitingCall[] = [];
  /** What is answered to them, by the call's id. */
  readonly refusedCalls = new Map<string, string>();
}
