import { ChatKitError } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';

/** The protocol's refusals in the words of this server's one error shape, and the engine's in those of the protocol. */
function translate(error: unknown): never {
  if (error instanceof ChatKitError)
    throw new AppError(error.code, error.message, { details: error.details, cause: error });
  if (error instanceof AppError && /conversation/i.test(error.message)) {
    const { code, details, retryAfter } = error;
    throw new AppError(code, inProtocolWords(error.message), {
      details,
      cause: error,
      ...(retryAfter && { retryAfter }),
    });
  }
  throw error;
}

/** What the engine calls a conversation is a thread to ChatKit's clients. */
export const inProtocolWords = (message: string): string =>
  message.replace(/\b(c)onversation\b/gi, (_, initial: string) => (initial === 'C' ? 'Thread' : 'thread'));

export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return translate(error);
  }
}

export const refused = <T>(promise: Promise<T>): Promise<T> => promise.catch(translate);
