import { ChatKitError } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';

/** The protocol's refusals in the words of this server's one error shape. */
function translate(error: unknown): never {
  if (error instanceof ChatKitError)
    throw new AppError(error.code, error.message, { details: error.details, cause: error });
  throw error;
}

export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return translate(error);
  }
}

export const refused = <T>(promise: Promise<T>): Promise<T> => promise.catch(translate);
