import { IntegrationError } from '../options/options.ts';
import type { ClientToolCall, StreamingRequest } from '../protocol.ts';
import type { SessionState } from './session-state.ts';

/** Runs a client tool of the page, and makes the request that sends its result. The assistant is told what it throws. */
export async function callClientTool(state: SessionState, call: ClientToolCall): Promise<StreamingRequest | null> {
  state.answeredCalls.add(call.id);
  const threadId = state.threadId.value;
  if (!threadId) return null;
  let result: unknown;
  try {
    const { onClientTool } = state.options.value!;
    if (!onClientTool) throw new IntegrationError(`No onClientTool handler is set for the client tool "${call.name}".`);
    result = (await onClientTool({ name: call.name, params: call.arguments ?? {} })) ?? {};
    JSON.stringify(result);
  } catch (error) {
    state.report(error);
    result = { error: error instanceof Error ? error.message : String(error) };
  }
  const entry = state.conversation.find(call.id);
  if (entry?.item.type === 'client_tool_call') {
    entry.item = { ...entry.item, status: 'completed', output: result };
    entry.changed.value++;
  }
  return { type: 'threads.add_client_tool_output', params: { thread_id: threadId, result } };
}
