import type { ChatKitRequest } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';

/**
 * Refuses a message that is too long: its words, and everything else that a request adds to a thread and sends to the
 * model.
 * @param most in characters (UTF-16 code units, as a composer counts)
 * @throws AppError `payload_too_large`
 */
export function limitMessage(request: ChatKitRequest, most: number): void {
  const length = lengthOf(request);
  if (length > most)
    throw new AppError('payload_too_large', `A message may have at most ${most} characters; this one has ${length}.`);
}

function lengthOf(request: ChatKitRequest): number {
  switch (request.type) {
    case 'threads.create':
    case 'threads.add_user_message': {
      const { content, quoted_text = '' } = request.params.input;
      const parts = content.map((part) => part.text.length + (part.type === 'input_tag' ? asJson(part.data) : 0));
      return parts.reduce((sum, length) => sum + length, quoted_text.length);
    }
    case 'threads.add_client_tool_output':
      return asJson(request.params.result);
    case 'threads.add_structured_input':
      return asJson(request.params.input);
    case 'threads.custom_action':
    case 'threads.sync_custom_action':
      return asJson(request.params.action);
    default:
      return 0;
  }
}

const asJson = (value: unknown): number => JSON.stringify(value)?.length ?? 0;
