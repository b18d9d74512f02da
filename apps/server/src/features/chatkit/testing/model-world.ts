import type { RecordedRequest, Step } from '../../../../../../tools/model-server/server.ts';
import type { Answer } from '../../../../testing/answer.ts';
import type { Env } from '../../../../testing/server.ts';
import { asksForTitle, type World, world } from '../../../../testing/world.ts';

/** A world with Ann alone and a scripted model. Requests for titles are answered and left out of the script. */
export type ModelWorld = World & {
  /** The requests for answers. */
  asked(): RecordedRequest[];
  /** Adds steps to the script, for requests for answers only. */
  script(...steps: Step[]): void;
  /** Ann asks in a new thread, and the model answers with these steps. */
  create(text: string, ...steps: Step[]): Promise<Answer>;
};

/** Makes a chat with the given settings; the caller closes it. */
export async function modelWorld(settings: (modelUrl: string) => Env): Promise<ModelWorld> {
  // Loading takes seconds on a busy machine, and a server whose event loop is blocked that long refuses the next requests.
  await import('@openai/agents');
  const made = await world({
    answers: 'agents',
    env: ({ modelUrl }) => settings(modelUrl),
    logLevel: 'info',
    people: ['ann'],
    closedByCaller: true,
  });
  const isForAnswer = (request: RecordedRequest) => !asksForTitle(request);
  const script: ModelWorld['script'] = (...steps) =>
    made.model.script(...steps.map((step) => ({ when: isForAnswer, ...step })));
  return {
    ...made,
    asked: () => made.model.requests.filter(isForAnswer),
    script,
    create(text, ...steps) {
      script(...steps);
      return made.ann.ask(text);
    },
  };
}
