import { IntegrationError } from '../options/options.ts';
import type { CustomAction, Item } from '../protocol.ts';
import { isBusy, isRunning } from './phase.ts';
import { sendRequest } from './sending.ts';
import type { SessionState } from './session-state.ts';

export type WidgetAction = CustomAction & {
  handler?: 'server' | 'client';
  loadingBehavior?: string;
  streaming?: boolean;
};

export type QuestionAnswers = {
  status: 'answered' | 'skipped';
  answers: Record<string, { values: string[]; skipped?: boolean }>;
};

/** Sends the answers to the questions of an item. */
export function answerQuestions(state: SessionState, itemId: string, input: QuestionAnswers): void {
  const threadId = state.threadId.value;
  if (isBusy(state.phase.value) || !threadId) return;
  void sendRequest(state, {
    type: 'threads.add_structured_input',
    params: { thread_id: threadId, item_id: itemId, input },
  });
}

/** Carries out a widget's action. Rejects when it failed, or may not run now. */
export async function runWidgetAction(
  state: SessionState,
  action: WidgetAction,
  sender: { itemId: string; widget: object },
): Promise<void> {
  const { type, payload } = action;
  const plain: CustomAction = payload === undefined ? { type } : { type, payload };
  if (action.handler === 'client') {
    const onAction = state.options.value?.widgets?.onAction;
    if (!onAction)
      throw new IntegrationError(`The action "${type}" has handler "client", but widgets.onAction is not set.`);
    await onAction(plain, { id: sender.itemId, widget: sender.widget as never });
    return;
  }
  await sendAction(state, plain, sender.itemId, action.streaming !== false);
}

/** Sends an action to the server: as a message that is answered by a stream, or by one changed item. */
export async function sendAction(
  state: SessionState,
  action: CustomAction,
  itemId: string | undefined,
  streaming = true,
): Promise<void> {
  const threadId = state.threadId.value;
  if (!threadId) throw new IntegrationError('ChatKit: sendAction() ignored - no active thread.');
  const params = { thread_id: threadId, action, ...(itemId !== undefined && { item_id: itemId }) };
  if (!streaming) {
    const { body } = await state.api.ask<{ updated_item?: Item }>({ type: 'threads.sync_custom_action', params });
    if (body.updated_item) {
      state.conversation.apply({ type: 'thread.item.replaced', item: body.updated_item });
      state.conversation.commit();
    }
    return;
  }
  if (isRunning(state.phase.value)) throw new IntegrationError('ChatKit: sendAction() ignored - already responding');
  if (await sendRequest(state, { type: 'threads.custom_action', params })) return;
  const failed = new IntegrationError(`The action "${action.type}" failed.`);
  // The page has heard why already; this only ends what waits for the action.
  state.silence(failed);
  throw failed;
}

/** Sends what people think of an answer. */
export async function sendFeedback(
  state: SessionState,
  itemIds: string[],
  kind: 'positive' | 'negative',
): Promise<void> {
  const threadId = state.threadId.value;
  if (!threadId) return;
  await state.api.ask({ type: 'items.feedback', params: { thread_id: threadId, item_ids: itemIds, kind } });
  state.log('message.feedback', { kind });
  state.announcement.value = state.t.value('message.feedback.sent');
}
