import { isObject, type JsonObject } from '../wire/event-stream.ts';
import type { Chunk, Delta } from './chunk.ts';

/**
 * Any chunk as one with a single choice of index 0. Gateways leave the index out, count tokens in it, send `message` for
 * `delta`, or null for what is empty; Mistral and others write content as parts.
 */
export function withOneChoice(raw: JsonObject): Chunk {
  const choices: JsonObject[] = Array.isArray(raw.choices) ? raw.choices.filter(isObject) : [];
  const choice = choices.find(({ index }) => index === 0) ?? choices[0];
  if (!choice) return Object.assign(raw, { choices: [] as [] });
  const delta: Delta = isObject(choice.delta) ? choice.delta : isObject(choice.message) ? choice.message : {};
  if (typeof choice.text === 'string' && delta.content === undefined) delta.content = choice.text;
  if (Array.isArray(delta.content)) readParts(delta, delta.content);
  else if (typeof delta.content !== 'string') delete delta.content;
  if (!Array.isArray(delta.tool_calls)) delete delta.tool_calls;
  const finish = choice.finish_reason;
  const only = Object.assign(choice, {
    index: 0 as const,
    delta,
    finish_reason: typeof finish === 'string' && finish !== '' ? finish : null,
  });
  return Object.assign(raw, { choices: [only] as [typeof only] });
}

function readParts(delta: Delta, parts: unknown[]): void {
  const words = (part: unknown): string => {
    if (typeof part === 'string') return part;
    if (!isObject(part)) return '';
    const inner = part.text ?? part.thinking ?? part.content;
    return Array.isArray(inner) ? inner.map(words).join('') : typeof inner === 'string' ? inner : '';
  };
  const isThought = (part: unknown) => isObject(part) && (part.type === 'thinking' || part.type === 'reasoning');
  const thought = parts.filter(isThought).map(words).join('');
  delta.content = parts
    .filter((part) => !isThought(part))
    .map(words)
    .join('');
  if (thought) delta.reasoning = thought;
}
