import { randomUUID } from 'node:crypto';
import { keptCalls, longestArguments } from '../bounded-calls.ts';
import { isObject, type JsonObject } from '../wire/event-stream.ts';
import type { Mend } from './chunk.ts';

type Call = {
  /** The server's own id, if it gave one. */
  theirs: string | undefined;
  id: string;
  name: string;
  arguments: { length: number; isWhole: IsWhole };
  /** Fields that the standard does not know, such as `extra_content` with Gemini's thought signature. */
  more: JsonObject;
};

/**
 * Gives each call of an answer a place and an id of its own. Servers number parallel calls alike or not at all, and send
 * ids that are empty, missing, or the same in every turn (`used` are those of the conversation so far). Calls that are too many, and arguments that are too long, go no further.
 *
 * A new call begins with a new place, with another id, or, where neither is sent, with a name once the arguments before it
 * are whole.
 */
export function mendToolCalls(used: ReadonlySet<string>): { mend: Mend; calls(): readonly Readonly<Call>[] } {
  const calls: Call[] = [];
  const byPlace = new Map<number, number>();
  const taken = new Set(used);
  let full = false;

  const begin = (theirs: string | undefined): number | undefined => {
    full ||= calls.length === keptCalls;
    if (full) return undefined;
    const id = theirs !== undefined && !taken.has(theirs) ? theirs : `call_${randomUUID().replaceAll('-', '')}`;
    taken.add(id);
    return calls.push({ theirs, id, name: '', arguments: { length: 0, isWhole: followJson() }, more: {} }) - 1;
  };

  const placeOf = (place: number | undefined, theirs: string | undefined, name: string): number | undefined => {
    // Behind a call that is dropped, what names no place is of that one.
    const last = full ? undefined : calls.length - 1;
    const at = place === undefined ? last : byPlace.get(place);
    const open = at === undefined ? undefined : calls[at];
    if (!open) return begin(theirs);
    if (theirs !== undefined && open.theirs !== undefined && theirs !== open.theirs) {
      const known = calls.findIndex((call) => call.theirs === theirs);
      return known === -1 ? begin(theirs) : known;
    }
    const sameId = theirs !== undefined && theirs === open.theirs;
    if (name !== '' && !sameId && open.name !== '' && open.arguments.isWhole('')) return begin(theirs);
    return at!;
  };

  const read = (raw: JsonObject): JsonObject[] => {
    const { index, id, type: _, function: fn, ...more } = raw;
    const { name, arguments: args, ...inFunction } = isObject(fn) ? fn : {};
    const place = typeof index === 'number' ? index : undefined;
    const theirs = typeof id === 'string' && id !== '' ? id : undefined;
    const called = typeof name === 'string' ? name : '';
    const at = placeOf(place, theirs, called);
    if (at === undefined) {
      if (place !== undefined) byPlace.delete(place);
      return [];
    }
    if (place !== undefined) byPlace.set(place, at);
    const call = calls[at]!;
    call.theirs ??= theirs;
    Object.assign(call.more, more, Object.keys(inFunction).length > 0 && { function: inFunction });
    const sent = typeof args === 'string' ? args : isObject(args) ? JSON.stringify(args) : '';
    // The piece that goes beyond it is passed on, to show that it did.
    const words = call.arguments.length > longestArguments ? '' : sent;
    call.arguments.length += words.length;
    call.arguments.isWhole(words);
    // A name that is sent with every piece is one name.
    const newName = called === call.name ? '' : called;
    call.name += newName;
    return [{ index: at, id: call.id, type: 'function', function: { name: newName, arguments: words } }];
  };

  return {
    mend(delta) {
      const legacy = delta.function_call;
      if (isObject(legacy) && !delta.tool_calls) delta.tool_calls = [{ function: legacy }];
      delete delta.function_call;
      if (delta.tool_calls) {
        delta.tool_calls = delta.tool_calls.filter((call) => isObject(call) && call.type !== 'custom').flatMap(read);
      }
    },
    calls: () => calls,
  };
}

/** Whether the value so far is whole, after one more piece of it. */
type IsWhole = (piece: string) => boolean;

/** Follows a value piece by piece, since reading all of it anew with each piece takes quadratic time. */
function followJson(): IsWhole {
  let depth = 0;
  let begun = false;
  let inString = false;
  let escaped = false;
  return (piece) => {
    for (let at = 0; at < piece.length; at++) {
      const character = piece[at]!;
      begun ||= character > ' ';
      if (inString) {
        if (escaped) escaped = false;
        else if (character === '\\') escaped = true;
        else if (character === '"') inString = false;
      } else if (character === '"') inString = true;
      else if (character === '{' || character === '[') depth += 1;
      else if (character === '}' || character === ']') depth -= 1;
    }
    return begun && depth === 0 && !inString;
  };
}
