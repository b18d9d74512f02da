import { type ModelServer, startModelServer } from '../model-server/server.ts';

/** How a scripted model answers: so many words, so many of them in a delta, so many deltas in a write, a write every so often. */
export type Plan = { words: number; inDelta?: number; burst?: number; paceMs: number };

const form = /(\d+) words, (\d+) in a delta, (\d+) deltas every (\d+) ms/g;

/** What to say to the model to be answered by this plan. */
export const promptOf = ({ words, inDelta = 1, burst = 1, paceMs }: Plan): string =>
  `${words} words, ${inDelta} in a delta, ${burst} deltas every ${paceMs} ms`;

/** The whole text of the answer. No word is in it twice, so that a repeated or missing one shows. */
export const answerTo = ({ words }: Plan): string => Array.from({ length: words }, (_, at) => `wörd${at} `).join('');

/** A model over real HTTP that does what the last message asks for (`promptOf`). */
export const startWordModel = (): Promise<ModelServer> =>
  startModelServer({
    always: ({ body }) => {
      const asked = JSON.stringify(body);
      if (asked.includes('Write a title for a conversation')) return { text: 'Words' };
      const [words, inDelta, burst, paceMs] = [...asked.matchAll(form)].at(-1)!.slice(1).map(Number) as number[];
      const all = Array.from({ length: words! }, (_, at) => `wörd${at} `);
      const text = Array.from({ length: Math.ceil(words! / inDelta!) }, (_, at) =>
        all.slice(at * inDelta!, (at + 1) * inDelta!).join(''),
      );
      return { text, burst: burst!, paceMs: paceMs! };
    },
  });
