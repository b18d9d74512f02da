import type { StreamingRequest } from '../protocol.ts';
import { ApiError } from '../transport/api-error.ts';
import { newRequestKey } from '../transport/request-key.ts';
import { callClientTool } from './call-client-tool.ts';
import { closeLive, openLive } from './live.ts';
import { idle, isRunning, type Phase, type Run, runOf } from './phase.ts';
import type { SentRequest, SessionState } from './session-state.ts';
import { announceAnswer, endAnswer, flushEvents, receiveEvent } from './stream-events.ts';

/** How long an answer may go on after Stop when the server was asked to end it, in ms. */
const stopGrace = 1500;

/**
 * Streams the answer to a request, and to those that send the results of its client tools. `onFailure` is called with what
 * was refused or broke, before the answer ends; `reached` tells whether the server had begun to answer.
 * @returns whether nothing went wrong.
 */
export async function streamAnswer(
  state: SessionState,
  first: SentRequest,
  onFailure: (error: unknown, failed: { sent: SentRequest; reached: boolean; run: Run }) => void,
): Promise<boolean> {
  const run: Run = { stop: new AbortController(), stopped: false, opened: false, reached: false, tool: null };
  closeLive(state);
  state.failure.value = null;
  state.progress.value = null;
  state.allowCancel.value = true;
  state.phase.value = { name: 'answering', run };
  state.announcement.value = state.t.value(state.api.connection.away.value ? 'chat.waiting' : 'chat.answering');
  const isCurrent = () => runOf(state.phase.value) === run;
  let sent = first;
  try {
    for (;;) {
      await streamRequest(state, sent, run);
      const next: StreamingRequest | null = isCurrent() && run.tool ? await callClientTool(state, run.tool) : null;
      if (!next) break;
      sent = { request: next, key: newRequestKey() };
    }
  } catch (error) {
    flushEvents(state);
    if (!isCurrent()) return false;
    const broke = error instanceof ApiError && error.status === 0;
    // A resumable server goes on with the answer: the live feed takes over where this stream broke.
    if (broke && !run.stopped && run.reached && state.api.canResume && state.threadId.value) {
      state.phase.value = { name: 'following' };
      openLive(state);
      return true;
    }
    onFailure(error, { sent, reached: run.reached, run });
    finish(state, run.stopped);
    return run.stopped;
  }
  const failed = state.failure.value !== null;
  if (isCurrent()) finish(state, run.stopped);
  return !failed;
}

async function streamRequest(state: SessionState, { request, key }: SentRequest, run: Run): Promise<void> {
  run.reached = false;
  run.tool = null;
  await state.api.stream(request, {
    key,
    signal: run.stop.signal,
    onOpen: () => {
      if (run.opened || runOf(state.phase.value) !== run) return;
      run.opened = true;
      state.emit('chatkit.response.start');
    },
    onEvent: (event, id) => {
      run.reached = true;
      receiveEvent(state, event, id, run);
    },
  });
  flushEvents(state);
}

function finish(state: SessionState, stopped: boolean): void {
  endAnswer(state);
  announceAnswer(state, stopped);
  openLive(state);
}

/** Stops the answer, wherever it was asked for. Does nothing when none is under way. */
export async function stopAnswer(state: SessionState): Promise<void> {
  const phase = state.phase.value;
  if (!isRunning(phase)) return;
  state.log('response.stop');
  if (phase.name === 'calling') {
    state.phase.value = idle;
    return;
  }
  const run = runOf(phase);
  const threadId = state.threadId.value;
  const canAsk = state.api.canResume && threadId;
  if (run) run.stopped = true;
  // Closing the stream stops an ordinary server. While nothing came back, it also ends the repeats of the request.
  if (run && (!canAsk || !run.reached)) abort(run, 'stopped');
  if (!canAsk) return;
  // A resumable server ends the answer itself, and stores the text that was shown. One that is slow is not waited for.
  const limit = setTimeout(() => cutOff(state, phase), stopGrace);
  try {
    await state.api.stop(threadId);
  } catch (error) {
    state.report(error);
    clearTimeout(limit);
    cutOff(state, phase);
  }
}

/** Ends the answer here, if it is still the one that was stopped. */
function cutOff(state: SessionState, stopped: Phase): void {
  if (state.phase.value !== stopped) return;
  const run = runOf(stopped);
  if (run) abort(run, 'stopped');
  else {
    closeLive(state);
    finish(state, false);
  }
}

/** Leaves what is running to itself: a resumable server goes on, an ordinary one stops. */
export function leaveAnswer(state: SessionState): void {
  closeLive(state);
  state.queue = [];
  const run = runOf(state.phase.value);
  if (run) abort(run, 'left');
  endAnswer(state);
}

/** Breaks the stream of the answer, so that the live feed takes over. Returns false when there is no such stream. */
export function breakStream(state: SessionState): boolean {
  const run = runOf(state.phase.value);
  // A client tool at work is not interrupted: its result would be lost.
  if (!run?.reached || run.tool || !state.api.canResume) return false;
  run.stop.abort(new ApiError(0, 'network'));
  return true;
}

function abort(run: Run, why: 'stopped' | 'left'): void {
  run.stop.abort(new DOMException(why, 'AbortError'));
}
