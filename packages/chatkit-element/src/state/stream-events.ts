import type { Item, StreamEvent } from '../protocol.ts';
import { idle, isRunning, type Run, runOf } from './phase.ts';
import type { SessionState } from './session-state.ts';
import { spokenAnswer } from './spoken-answer.ts';

/** Takes an event of a request's stream, or of the live feed (`run` null). `id` is its place in the thread's log. */
export function receiveEvent(state: SessionState, event: StreamEvent, id: number | undefined, run: Run | null): void {
  if (run && runOf(state.phase.value) !== run) return;
  // Events are applied once a frame, so that the cost of drawing does not follow the number of tokens.
  if (state.queue.push([event, id, run]) > 1) return;
  const flush = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    flushEvents(state);
  };
  const frame = requestAnimationFrame(flush);
  // A hidden page has no frames.
  const timer = setTimeout(flush, 100);
}

/** Applies the events that wait for the next frame now. */
export function flushEvents(state: SessionState): void {
  const { queue } = state;
  if (!queue.length) return;
  state.queue = [];
  for (const [event, id, run] of queue) {
    if (run !== runOf(state.phase.value)) continue;
    if (id !== undefined && id > state.lastEvent) state.lastEvent = id;
    try {
      applyEvent(state, event, run);
    } catch (error) {
      // One malformed event must not take the answer with it.
      state.report(error);
    }
  }
  state.conversation.commit();
}

function applyEvent(state: SessionState, event: StreamEvent, run: Run | null): void {
  if (state.conversation.apply(event)) {
    noticeItemEvent(state, event, run);
    return;
  }
  switch (event.type) {
    case 'stream_options':
      state.allowCancel.value = event.stream_options?.allow_cancel !== false;
      if (!run) followAnswer(state);
      break;
    case 'progress_update':
      state.progress.value = event.text ? { text: event.text, ...(event.icon && { icon: event.icon }) } : null;
      break;
    case 'client_effect':
      state.emit('chatkit.effect', { name: event.name, data: event.data ?? {} });
      break;
    case 'notice':
      state.conversation.addLocal({ id: state.newLocalId(), ...event } as unknown as Item, 'local');
      break;
    case 'error':
      showStreamError(state, event);
      break;
    case 'causerie.run':
      if (run) break;
      if (event.state === 'started') followAnswer(state);
      else endFollowing(state);
      break;
    default:
      // A newer server may send events that this element does not know yet.
      break;
  }
}

/** Does what an event about the thread or an item means outside the conversation, which has applied it. */
function noticeItemEvent(state: SessionState, event: StreamEvent, run: Run | null): void {
  if ((event.type === 'thread.created' || event.type === 'thread.updated') && event.thread?.id) {
    if (event.type === 'thread.created' && state.threadId.value !== event.thread.id) {
      state.threadId.value = event.thread.id;
      state.emit('chatkit.thread.change', { threadId: event.thread.id });
    }
    state.threadList.takeThread(event.thread);
  }
  if (event.type === 'thread.item.added' || event.type === 'thread.item.done') {
    const { item } = event;
    if (item?.type === 'assistant_message') state.progress.value = null;
    if (item?.type === 'client_tool_call' && event.type === 'thread.item.done' && run && item.status !== 'completed')
      run.tool = item;
  }
  // A feed that brings a growing item brings a running answer.
  if (!run && (event.type === 'thread.item.updated' || event.type === 'thread.item.added')) followAnswer(state);
}

function showStreamError(state: SessionState, event: Extract<StreamEvent, { type: 'error' }>): void {
  const { code } = event;
  const message = event.message || state.t.value(code === 'run.interrupted' ? 'error.interrupted' : 'error.generic');
  state.failure.value = {
    message,
    code: code ?? 'error',
    ...(event.allow_retry && { remedy: 'retry' }),
  };
  state.report(Object.assign(new Error(message), { name: 'StreamError', code }));
}

function followAnswer(state: SessionState): void {
  if (state.phase.value !== idle) return;
  state.failure.value = null;
  state.phase.value = { name: 'following' };
  state.emit('chatkit.response.start');
}

/** Ends an answer of the live feed, which has ended by itself. */
export function endFollowing(state: SessionState): void {
  if (state.phase.value.name !== 'following') return;
  endAnswer(state);
  announceAnswer(state, false);
  state.afterFollowing();
}

/** Ends the answer under way, however it ended: applies what has come of it, and emits `chatkit.response.end`. */
export function endAnswer(state: SessionState): void {
  flushEvents(state);
  state.progress.value = null;
  const phase = state.phase.value;
  if (!isRunning(phase)) return;
  state.conversation.settle();
  state.phase.value = idle;
  if (phase.name === 'answering' ? phase.run.opened : phase.name === 'following') state.emit('chatkit.response.end');
}

/** Has screen readers say how the answer ended, and what it says. */
export function announceAnswer(state: SessionState, stopped: boolean): void {
  const t = state.t.value;
  // A failure is an alert, which screen readers say by itself.
  const failed = state.failure.value && !stopped;
  state.announcement.value = failed
    ? ''
    : (stopped ? t('chat.stopped') : spokenAnswer(state.conversation.entries.value)) || t('chat.answered');
}
