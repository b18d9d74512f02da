import { z } from 'zod';

/** What a client sends when somebody uses a widget. `payload` is whatever the widget's author put there. */
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
export interface ActionConfig<Type extends string = string, Payload = unknown> {
  type: Type;
  payload?: Payload;
  handler?: z.infer<typeof actionHandlerSchema>;
  loadingBehavior?: z.infer<typeof loadingBehaviorSchema>;
  streaming?: boolean;
}
