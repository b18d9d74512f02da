import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { playServer } from './play-server.ts';
import type { ServerVector } from './vector.ts';

const folder = new URL('../../packages/chatkit/vectors/server/', import.meta.url);
const read = (name: string): ServerVector => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

describe('recordings of the reference server', () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s', async (name) => {
    expect(await playServer(read(name))).toEqual([]);
  });
});
