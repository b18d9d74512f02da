import { ChatKitError } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';

/** Translates the protocol's refusals into this server's error shape, and the engine's refusals into the protocol's. */
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

/** ChatKit's clients know the engine's conversations as threads. */
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
