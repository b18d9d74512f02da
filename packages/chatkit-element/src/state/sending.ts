import type { Attachment } from '@openai/chatkit';
import type {
  Item,
  StreamingRequest,
  UserContent,
  UserMessage,
  UserMessageInput,
  WireAttachment,
} from '../protocol.ts';
import { ApiError } from '../transport/api-error.ts';
import { newRequestKey } from '../transport/request-key.ts';
import { streamAnswer } from './answering.ts';
import type { Entry } from './conversation.ts';
import { explainError } from './language.ts';
import { contentOf, trimmed } from './message-content.ts';
import { isBusy } from './phase.ts';
import type { Failure, SentRequest, SessionState } from './session-state.ts';

/** Sends what is in the composer. */
export function submitComposer(state: SessionState): void {
  if (cannotSend(state)) return;
  const taken = state.draft.takeMessage();
  if (!taken) return;
  state.draft.clear();
  releaseTool(state);
  state.log('composer.submit');
  void sendMessage(state, taken.input, taken.attachments);
}

/** Sends a prompt of the start screen, with the tool and the model that are chosen. */
export function submitPrompt(state: SessionState, prompt: string | readonly UserContent[]): void {
  if (cannotSend(state)) return;
  const content = trimmed(contentOf({ text: prompt, content: prompt }) ?? []);
  if (!content.length) return;
  const inference_options = state.draft.inference;
  releaseTool(state);
  void sendMessage(state, { content, attachments: [], inference_options }, []);
}

function cannotSend(state: SessionState): boolean {
  return isBusy(state.phase.value) || state.failure.value?.code === 'options';
}

/** Drops the chosen tool after one message, unless it is persistent. */
function releaseTool(state: SessionState): void {
  if (!state.draft.tool?.persistent) state.selectTool(null);
}

/** Shows the message at once and sends it. Resolves when the answer has ended, however it ended. */
export async function sendMessage(
  state: SessionState,
  input: UserMessageInput,
  attachments: readonly WireAttachment[],
): Promise<void> {
  state.showHistory(false);
  const message: UserMessage = {
    id: state.newLocalId(),
    type: 'user_message',
    created_at: new Date().toISOString(),
    content: input.content,
    attachments: [...attachments],
    inference_options: input.inference_options,
    ...(input.quoted_text !== undefined && { quoted_text: input.quoted_text }),
  };
  const entry = state.conversation.addLocal(message, 'sending');
  state.sentKey.value = entry.key;
  if (state.threadId.value) state.threadList.moveToFront(state.threadId.value);
  await postMessage(state, input, entry);
}

function postMessage(state: SessionState, input: UserMessageInput, entry: Entry): Promise<boolean> {
  const id = state.threadId.value;
  if (!entry.sentAs || entry.sentAs.threadId !== id) entry.sentAs = { requestKey: newRequestKey(), threadId: id };
  return sendRequest(
    state,
    id
      ? { type: 'threads.add_user_message', params: { thread_id: id, input } }
      : { type: 'threads.create', params: { input } },
    entry.sentAs.requestKey,
    entry,
  );
}

/** Sends again a message that did not reach the server. */
export function resendMessage(state: SessionState, entry: Entry): void {
  if (isBusy(state.phase.value) || entry.item.type !== 'user_message') return;
  const { content, attachments, quoted_text, inference_options } = entry.item;
  entry.origin = 'sending';
  entry.changed.value++;
  const input: UserMessageInput = {
    content,
    attachments: (attachments ?? []).map((attachment) => attachment.id),
    inference_options: inference_options ?? {},
    ...(quoted_text !== undefined && { quoted_text }),
  };
  void postMessage(state, input, entry);
}

/** Asks for another answer to a user message (by default the last one); everything after it goes. */
export function retryAnswer(state: SessionState, itemId?: string): void {
  if (isBusy(state.phase.value)) return;
  const isUser = (entry: Entry) => entry.item.type === 'user_message' && (!itemId || entry.item.id === itemId);
  const entry = state.conversation.findLast(isUser);
  const threadId = state.threadId.value;
  if (!entry) return;
  if (entry.origin === 'failed') {
    resendMessage(state, entry);
    return;
  }
  if (!threadId || entry.origin !== 'server') return;
  // The server removes the later items without sending events for it.
  state.conversation.removeAfter(entry.item.id);
  state.log('message.retry');
  void sendRequest(state, {
    type: 'threads.retry_after_item',
    params: { thread_id: threadId, item_id: entry.item.id },
  });
}

/** Sends a request and streams its answer; `message` is what it carries. Resolves to whether nothing went wrong. */
export function sendRequest(
  state: SessionState,
  request: StreamingRequest,
  key: string = newRequestKey(),
  message?: Entry,
): Promise<boolean> {
  return streamAnswer(state, { request, key }, (error, { sent, reached, run }) => {
    if (!run.stopped) showRefusal(state, error, sent, reached, message);
    else if (message && !reached && (state.api.canResume || state.api.connection.away.value)) markUnsent(message);
  });
}

/** Shows that a request was turned down or that its stream broke, and what can be done. */
function showRefusal(
  state: SessionState,
  error: unknown,
  sent: SentRequest,
  reached: boolean,
  message: Entry | undefined,
): void {
  state.report(error);
  const status = error instanceof ApiError ? error.status : undefined;
  const busy = status === 409;
  const gone = status === 404 && 'thread_id' in sent.request.params;
  if (message?.origin === 'sending' && !reached) {
    if (busy && state.draft.isEmpty && message.item.type === 'user_message') {
      // Nothing new is being written: the words go back to where they can be sent from.
      writeAgain(state, message.item);
      state.conversation.dismiss(message.item.id);
    } else markUnsent(message);
  }
  const failure: Failure = {
    message: explainError(state, error, reached ? 'error.generic' : 'error.server'),
    code: error instanceof ApiError ? error.code : 'error',
    sent,
  };
  if (gone) failure.remedy = 'startAnew';
  else if (!busy) failure.remedy = reached ? 'retry' : 'resend';
  if (message && !busy) failure.about = message;
  state.failure.value = failure;
}

/** Shows that a message was not sent, as far as is known here. The view offers to send it again. */
function markUnsent(message: Entry): void {
  if (message.origin !== 'sending') return;
  message.origin = 'failed';
  message.changed.value++;
}

/** Makes the request again that failed before the server began to answer. */
export function resendFailed(state: SessionState, { about, sent }: Failure): void {
  if (about) resendMessage(state, about);
  else if (sent && !isBusy(state.phase.value)) void sendRequest(state, sent.request, sent.key);
}

/** Puts a message back into the composer. */
export function writeAgain(state: SessionState, { content, attachments, quoted_text }: UserMessage): void {
  state.draft.setContent(content);
  state.draft.attach((attachments ?? []) as Attachment[]);
  state.draft.reply.value = quoted_text ?? null;
}

/** Shows a message without telling the server, as for the transcript of a voice call. */
export function addLocalMessage(
  state: SessionState,
  role: 'user' | 'assistant',
  content: readonly UserContent[],
  id: string = state.newLocalId(),
): string {
  const text = content.map((part) => part.text).join('');
  const common = { id, created_at: new Date().toISOString() };
  const item: Item =
    role === 'user'
      ? { ...common, type: 'user_message', content: [...content] }
      : { ...common, type: 'assistant_message', content: [{ type: 'output_text', text, annotations: [] }] };
  const known = state.conversation.find(id);
  if (known) {
    known.item = item;
    known.changed.value++;
  } else state.conversation.addLocal(item, 'local');
  return id;
}
