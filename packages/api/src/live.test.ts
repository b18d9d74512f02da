import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { clientFrames, closeCodes, liveSocket, serverFrames } from './live.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/live.md'), 'utf8').replace(
  /^```[\s\S]*?^```$/gm,
  '',
);
const [, clientSection = '', serverSection = ''] = page.split(/^## Frames of the (?:client|server)$/m);

/** The words in backticks. */
const named = (text: string) =>
  [...text.matchAll(/`([^`]+)`/g)].flatMap(([, words]) => words!.match(/\w+(\.\w+)?/g) ?? []);

/** The words in backticks of the table row whose first cell names `name`. */
function rowOf(section: string, name: string): string[] {
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const row = rows.map((line) => line.split(/(?<!\\)\|/)).find(([, first]) => named(first!).includes(name));
  if (!row) throw new Error(`docs/live.md has no row for ${name}`);
  return named(row.slice(2).join(' '));
}
const fieldsOf = (frame: z.ZodType, ...except: string[]) =>
  Object.keys((frame as z.ZodObject).shape).filter((name) => !except.includes(name));

it('docs/live.md has every frame of a client, with all its fields', () => {
  for (const [type, frame] of Object.entries(clientFrames))
    expect(rowOf(clientSection, type), type).toEqual(expect.arrayContaining(fieldsOf(frame, 'id')));
});

it('docs/live.md has every frame of the server, with all its fields', () => {
  const { hello, opened, resumed, done, pong, error, event, ...rest } = serverFrames;
  // The page lists a reply beside its request.
  for (const type of Object.keys({ hello, opened, resumed, done, pong, error }))
    expect(named(clientSection)).toContain(type);
  for (const [type, frame] of Object.entries(rest))
    expect(rowOf(serverSection, type), type).toEqual(
      expect.arrayContaining(fieldsOf(frame, 'type', 'id', 'conversation')),
    );
  for (const each of event.options) {
    const { values } = each.shape.event._zod;
    for (const name of values)
      expect(rowOf(serverSection, String(name))).toEqual(
        expect.arrayContaining(fieldsOf(each, 'type', 'event', 'conversation', 'n')),
      );
    expect(values.size).toBeGreaterThan(0);
  }
});

it('docs/live.md has every code that a socket is closed with, and the limits', () => {
  for (const code of Object.values(closeCodes)) expect(page).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
  expect(page).toContain(`- A socket has at most ${liveSocket.mostOpen} open conversations`);
  for (const words of [liveSocket.path, liveSocket.subprotocol, liveSocket.bearer]) expect(page).toContain(words);
});
