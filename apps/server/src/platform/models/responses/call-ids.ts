import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../wire/event-stream.ts';

/**
 * Gives each function call an id of its own where the server's is empty, missing or taken: by another call of the answer,
 * or by one of the conversation so far (`used`). A call is known by its place, since its id may be what is wrong.
 */
export function mendCallIds(used: ReadonlySet<string>): (event: JsonObject) => void {
  const byPlace = new Map<number, string>();
  const taken = new Set(used);

  const mend = (item: JsonObject, place: number): void => {
    if (item?.type !== 'function_call') return;
    let id = byPlace.get(place);
    if (id === undefined) {
      const theirs = item.call_id;
      const good = typeof theirs === 'string' && theirs !== '' && !taken.has(theirs);
      id = good ? theirs : `call_${randomUUID().replaceAll('-', '')}`;
      byPlace.set(place, id!);
      taken.add(id!);
    }
    item.call_id = id;
    if (typeof item.arguments !== 'string') item.arguments = JSON.stringify(item.arguments ?? {});
  };

  return (event) => {
    if (event.item) mend(event.item, event.output_index ?? 0);
    const output = event.response?.output;
    if (Array.isArray(output)) for (const [place, item] of output.entries()) mend(item, place);
  };
}
