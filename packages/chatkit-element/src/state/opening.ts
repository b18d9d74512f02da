import type { UserMessageInput, WireAttachment } from '../protocol.ts';
import { ApiError } from '../transport/api-error.ts';
import { leaveAnswer } from './answering.ts';
import { explainError } from './language.ts';
import { openLive } from './live.ts';
import { fetchThread } from './loading.ts';
import { idle, isRunning, runOf } from './phase.ts';
import { resumeClientTool } from './resume-client-tool.ts';
import { resendFailed, retryAnswer, sendMessage, writeAgain } from './sending.ts';
import type { Failure, SessionState } from './session-state.ts';

/** Shows another thread, or none. What was running there is left to its server. */
export async function openThread(state: SessionState, id: string | null): Promise<void> {
  const phase = state.phase.value;
  if (id !== state.threadId.value || phase.name === 'unreadable') await showThread(state, id);
  else if (id === null && !isRunning(phase)) state.conversation.clear();
}

/**
 * Leaves the thread shown for another, or none. The draft `stays` with the thread left, unless that thread is `gone`. Where
 * the page opens a thread only to send a message of its own, the draft is left `alone`: it must not vanish while somebody is
 * writing it. With `tell` false the draft stays and `chatkit.thread.change` is not emitted.
 */
export async function showThread(
  state: SessionState,
  id: string | null,
  { tell = true, draft = 'stays' }: { tell?: boolean; draft?: 'stays' | 'gone' | 'alone' } = {},
): Promise<void> {
  leaveAnswer(state);
  state.visit++;
  state.phase.value = idle;
  state.conversation.clear();
  state.failure.value = null;
  state.earlier.value = 'none';
  state.sentKey.value = null;
  state.lastEvent = 0;
  const left = state.threadId.value;
  const changed = left !== id;
  if (changed && tell && draft !== 'alone') state.draft.switchThread(left, id, draft === 'gone');
  state.threadId.value = id;
  if (changed && tell) state.emit('chatkit.thread.change', { threadId: id });
  if (id) await loadThread(state, id);
}

/** Reads the thread shown from the server. */
export async function loadThread(state: SessionState, id: string): Promise<void> {
  const visit = ++state.visit;
  state.phase.value = { name: 'loading' };
  state.emit('chatkit.thread.load.start', { threadId: id });
  try {
    await fetchThread(state, id, () => visit === state.visit);
    if (visit !== state.visit) return;
    state.phase.value = idle;
  } catch (error) {
    if (visit !== state.visit) return;
    const missing = error instanceof ApiError && error.status === 404;
    state.phase.value = {
      name: 'unreadable',
      message: missing ? state.t.value('error.notfound') : explainError(state, error, 'error.load'),
      // A missing thread does not come back by asking again.
      canRetry: !missing,
    };
    state.report(error);
    // Where the server is away, `Session` reads the thread again once it is back.
    if (state.api.canResume && error instanceof ApiError && error.status === 0) state.api.connection.checkServer();
  }
  state.emit('chatkit.thread.load.end', { threadId: id });
  openLive(state);
  resumeClientTool(state);
}

/** Reads again a thread that could not be read. */
export function reloadUnreadable(state: SessionState): void {
  const phase = state.phase.value;
  const id = state.threadId.value;
  if (id && phase.name === 'unreadable' && phase.canRetry) void loadThread(state, id);
}

/** Reads the thread again and shows what changed, in place. */
export async function fetchUpdates(state: SessionState): Promise<void> {
  const id = state.threadId.value;
  if (state.threadList.state.value === 'ready') void state.threadList.load();
  if (!id) return;
  const { visit } = state;
  const isWanted = () => visit === state.visit && !runOf(state.phase.value);
  await fetchThread(state, id, isWanted);
  if (isWanted() && state.phase.value.name === 'unreadable') state.phase.value = idle;
  openLive(state);
}

/** Leaves a thread that was deleted, here or elsewhere, and drops its draft. */
export function leaveDeletedThread(state: SessionState, id: string): void {
  if (state.threadId.value === id) void showThread(state, null, { draft: 'gone' });
  state.draft.forgetThread(id);
}

/** Sends a message of the page; with `newThread`, in a thread of its own. */
export async function sendPageMessage(
  state: SessionState,
  input: UserMessageInput,
  attachments: readonly WireAttachment[],
  newThread: boolean,
): Promise<void> {
  if (newThread && state.threadId.value) await showThread(state, null, { draft: 'alone' });
  await sendMessage(state, input, attachments);
}

/** Does what can be done about the failure shown. */
export function remedyFailure(state: SessionState): void {
  const failure = state.failure.value;
  if (failure?.remedy === 'retry') retryAnswer(state);
  else if (failure?.remedy === 'resend') resendFailed(state, failure);
  else if (failure) void startAnew(state, failure);
}

/** Leaves a thread that is gone for a new one, with the message that it did not take. */
async function startAnew(state: SessionState, failure: Failure): Promise<void> {
  const message = failure.about?.item;
  await openThread(state, null);
  if (message?.type === 'user_message' && state.draft.isEmpty) writeAgain(state, message);
  state.focusRequests.value++;
}
