import { AgentContext } from '@causerie/chatkit/agents';
import type { WaitingCall } from './waiting-calls.ts';

/** The notes of one turn's tools: the calls that the browser must run, and the invalid ones. */
export class TurnContext<RequestContext = unknown> extends AgentContext<RequestContext> {
  readonly askedCalls: WaitingCall[] = [];
  /** The results for invalid calls, by the call's id. */
  readonly refusedCalls = new Map<string, string>();
}
