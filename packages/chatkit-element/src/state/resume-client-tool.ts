import { callClientTool } from './call-client-tool.ts';
import { idle, isBusy, type Phase } from './phase.ts';
import { sendRequest } from './sending.ts';
import type { SessionState } from './session-state.ts';

/**
 * Answers the client tool call that the thread ends with, if a reload of the page left it unanswered. A lock by the call's
 * id makes sure that one tab answers it.
 */
export function resumeClientTool(state: SessionState): void {
  const call = state.conversation.last?.item;
  if (call?.type !== 'client_tool_call' || call.status !== 'pending' || isBusy(state.phase.value)) return;
  if (!state.options.value?.onClientTool || state.answeredCalls.has(call.id)) return;
  state.answeredCalls.add(call.id);
  const answer = async () => {
    if (isBusy(state.phase.value) || state.conversation.last?.item.id !== call.id) return;
    const calling: Phase = { name: 'calling' };
    state.phase.value = calling;
    const request = await callClientTool(state, call);
    // Stop was pressed, or another thread opened, while the tool was at work.
    if (state.phase.value !== calling) return;
    if (request) await sendRequest(state, request);
    else state.phase.value = idle;
  };
  if (!navigator.locks) void answer();
  else {
    const name = `openai-chatkit tool ${call.id}`;
    void navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await answer();
    });
  }
}
