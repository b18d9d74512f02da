import { type ClientFrame, clientFrames, type FrameId, frameId as id } from '@causerie/api';
import { z } from 'zod';
import { AppError } from '../../errors.ts';

type Kind = ClientFrame['type'];

/** A frame that is not valid, with its id if that could be read. */
export class UnreadableFrame extends AppError {
  readonly frameId: FrameId;
  constructor(
    code: 'bad_request' | 'invalid_input',
    message: string | undefined,
    { frameId, details }: { frameId?: FrameId; details?: unknown } = {},
  ) {
    super(code, message, { details });
    this.frameId = frameId;
  }
}

/** The most faults that are listed for one frame. */
const mostFaults = 5;

/** Parses one message of a client. Unknown fields are ignored. Throws `UnreadableFrame`. */
export function readFrame(text: string): ClientFrame {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UnreadableFrame('bad_request', 'A frame is one object in JSON.');
  }
  const head = z.object({ type: z.string(), id: id.catch(undefined) }).safeParse(parsed);
  if (!head.success) throw new UnreadableFrame('bad_request', 'A frame is one object in JSON, with a type.');
  const { type, id: frameId } = head.data;
  if (!Object.hasOwn(clientFrames, type))
    throw new UnreadableFrame('bad_request', `A frame's type is one of ${Object.keys(clientFrames).join(', ')}.`, {
      frameId,
    });
  const read = clientFrames[type as Kind].safeParse(parsed);
  if (!read.success) {
    const details = read.error.issues.slice(0, mostFaults).map((issue) => ({
      path: issue.path.join('.').slice(0, 200),
      message: issue.message.slice(0, 200),
    }));
    throw new UnreadableFrame('invalid_input', undefined, { frameId, details });
  }
  return { type, ...read.data } as ClientFrame;
}
