import { z } from 'zod';
import { ChatKitError, UsageError } from './errors.ts';

/** The action that a client sends when a person uses a widget. The widget's author chooses the `payload`. */
export const actionSchema = z.object({
  type: z.string(),
  payload: z.unknown().optional(),
});
export type Action<Type extends string = string, Payload = unknown> = { type: Type; payload?: Payload };

export const actionHandlerSchema = z.enum(['server', 'client']);
export const loadingBehaviorSchema = z.enum(['auto', 'none', 'self', 'container']);

/**
 * An action as written inside a widget. Absent means default: handler `server`, loadingBehavior `auto`,
 * streaming `true` (`false` makes the client send `threads.sync_custom_action`).
 */
export const actionConfigSchema = z.looseObject({
  type: z.string(),
  payload: z.unknown().optional(),
  handler: actionHandlerSchema.optional(),
  loadingBehavior: loadingBehaviorSchema.optional(),
  streaming: z.boolean().optional(),
});
export type ActionConfig<Type extends string = string, Payload = unknown> = {
  type: Type;
  payload?: Payload;
  handler?: z.infer<typeof actionHandlerSchema>;
  loadingBehavior?: z.infer<typeof loadingBehaviorSchema>;
  streaming?: boolean;
};

export type Handler = z.infer<typeof actionHandlerSchema>;
export type LoadingBehavior = z.infer<typeof loadingBehaviorSchema>;
export type ActionOptions = Omit<ActionConfig, 'type' | 'payload'>;

/** Checks a payload: a zod schema, or any object with a `parse` that throws. */
export type PayloadSchema<Payload> = {
  parse(value: unknown): Payload;
};

/** An action with its type and payload schema. Created by {@link Action.define}. */
export type ActionDefinition<Type extends string, Payload> = {
  readonly type: Type;
  /** Creates the action for a widget. @throws UsageError for a payload that does not fit. */
  create(payload: Payload, options?: ActionOptions): ActionConfig<Type, Payload>;
  /**
   * Checks the payload that a client sent: a client can send anything.
   * @returns undefined for an action of another type. @throws ChatKitError `bad_request` for a payload that does not fit.
   */
  read(action: Action): { type: Type; payload: Payload } | undefined;
};

/** Actions of widgets. Their payload is checked when the action is created, and again when a client sends it. */
export const Action = {
  /** Creates an action for use in one place. A `schema` checks its payload. @throws UsageError for one that does not fit. */
  create<Type extends string, Payload = undefined>(
    type: Type,
    payload?: Payload,
    { schema, ...options }: ActionOptions & { schema?: PayloadSchema<Payload> } = {},
  ): ActionConfig<Type, Payload> {
    return makeAction(type, payload as Payload, schema, options);
  },

  /** Defines an action that one place creates and another answers. */
  define<Type extends string, Payload>(type: Type, schema: PayloadSchema<Payload>): ActionDefinition<Type, Payload> {
    return {
      type,
      create: (payload, options = {}) => makeAction(type, payload, schema, options),
      read(action) {
        if (action.type !== type) return undefined;
        try {
          return { type, payload: schema.parse(action.payload) };
        } catch (cause) {
          throw new ChatKitError('bad_request', `The payload of the action ${type} does not fit`, { cause });
        }
      },
    };
  },
};

function makeAction<Type extends string, Payload>(
  type: Type,
  payload: Payload,
  schema: PayloadSchema<Payload> | undefined,
  options: ActionOptions,
): ActionConfig<Type, Payload> {
  try {
    schema?.parse(payload);
    // What JSON cannot carry (a cycle, a BigInt) would fail later, in the middle of an answer.
    JSON.stringify(payload);
  } catch (cause) {
    throw new UsageError(`The payload of the action ${type} does not fit: ${(cause as Error).message}`, { cause });
  }
  return { type, ...(payload === undefined ? {} : { payload }), ...options };
}
