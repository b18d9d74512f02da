import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AgentsVector, isAgentsVector, playAgents } from './play-agents.ts';

const folder = new URL('../../packages/chatkit/vectors/agents/', import.meta.url);
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as AgentsVector);

describe('the recordings of the agents kind', () => {
  it.each(vectors)('$name', async (vector) => {
    expect(isAgentsVector(vector)).toBe(true);
    expect(await playAgents(vector)).toEqual([]);
  });

  it('would notice a wrong word, a lost event, an extra request and a wrong id', async () => {
    const vector = vectors.find(({ name }) => name === 'server-tool')!;
    const changed = (change: (copy: AgentsVector) => void) => {
      const copy = structuredClone(vector);
      change(copy);
      return playAgents(copy);
    };
    expect(await changed((copy) => (copy.expect.events!.at(-2)!.update.content.text = 'lost'))).toHaveLength(1);
    expect(await changed((copy) => copy.expect.events!.pop())).toHaveLength(1);
    expect(await changed((copy) => copy.expect.events!.push({ type: 'notice' }))).toHaveLength(1);
    expect(await changed((copy) => copy.expect.requests!.pop())).toHaveLength(1);
    expect(await changed((copy) => (copy.expect.items_after!.at(-1)!.id = 'msg_other'))).toHaveLength(1);
    expect(await changed((copy) => (copy.expect.thread_after!.title = 'other'))).toHaveLength(1);
  });
});
