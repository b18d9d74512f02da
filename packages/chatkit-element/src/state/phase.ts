import type { ClientToolCall } from '../protocol.ts';

/** An answer that comes through the element's own requests: the first, and one for the result of each client tool. */
export type Run = {
  readonly stop: AbortController;
  /** The person or the page stopped it. */
  stopped: boolean;
  /** `chatkit.response.start` was emitted for it. */
  opened: boolean;
  /** The server has sent an event for the current request. */
  reached: boolean;
  /** The client tool call that the current request has brought. */
  tool: ClientToolCall | null;
};

/**
 * What the session is doing. One of these holds at any time:
 *
 * - `idle`: nothing. The thread is shown, or the start screen.
 * - `loading`: the thread is being read.
 * - `unreadable`: the thread could not be read. `canRetry` says whether reading it again may help.
 * - `calling`: a client tool call that an earlier visit left unanswered is being answered; no request is made yet.
 * - `answering`: an answer comes through the element's own request.
 * - `following`: an answer comes through the live feed. It was asked for elsewhere, or here and the stream broke.
 *
 * | from         | to          | when                                                                   |
 * |--------------|-------------|------------------------------------------------------------------------|
 * | any          | `idle`      | another thread is opened, what runs is left to its server (openThread)  |
 * | `idle`       | `loading`   | the thread opened has an id (loadThread)                                |
 * | `loading`    | `idle`      | the thread is read                                                      |
 * | `loading`    | `unreadable`| reading it failed                                                       |
 * | `unreadable` | `loading`   | it is read again, by a press or when the server is back                 |
 * | `unreadable` | `idle`      | the page fetches updates, and the thread is read (fetchUpdates)         |
 * | `unreadable` | `answering` | the page sends a message there                                          |
 * | `idle`       | `answering` | something is sent (streamAnswer)                                        |
 * | `answering`  | `following` | the stream broke, and a resumable server goes on with the answer        |
 * | `answering`  | `idle`      | the answer ended, was stopped or refused (endAnswer)                    |
 * | `idle`       | `following` | the live feed brings an answer (followAnswer)                           |
 * | `following`  | `idle`      | the answer ended or was stopped                                         |
 * | `idle`       | `calling`   | the thread ends with an unanswered client tool call (resumeClientTool)  |
 * | `calling`    | `answering` | the tool is done, and its result is sent                                |
 * | `calling`    | `idle`      | the tool gave nothing to send, or Stop was pressed                      |
 */
export type Phase =
  | { readonly name: 'idle' | 'loading' | 'calling' | 'following' }
  | { readonly name: 'unreadable'; readonly message: string; readonly canRetry: boolean }
  | { readonly name: 'answering'; readonly run: Run };

export const idle: Phase = { name: 'idle' };

/** An answer is under way, wherever it was asked for. */
export function isRunning({ name }: Phase): boolean {
  return name === 'answering' || name === 'following' || name === 'calling';
}

/** Nothing can be sent now. */
export function isBusy(phase: Phase): boolean {
  return phase.name === 'loading' || isRunning(phase);
}

/** The request of the answer under way; null when the answer comes through the live feed, or when there is none. */
export function runOf(phase: Phase): Run | null {
  return phase.name === 'answering' ? phase.run : null;
}
