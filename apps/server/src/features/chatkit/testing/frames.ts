import type { Step } from '../../../../../../tools/model-server/server.ts';

/** The given frames, unchanged, with the end that OpenAI's own server sends unless another is given. */
export const sse = (frames: unknown[], end = 'data: [DONE]\n\n') => ({
  raw: frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('') + end,
});
export const chunk = (delta: object, choice: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: null, ...choice }],
});
export const words = (...pieces: string[]) => pieces.map((content) => chunk({ content }));
export const stop = chunk({}, { finish_reason: 'stop' });
export const usage = {
  id: 'chatcmpl-1',
  choices: [],
  usage: { prompt_tokens: 4, completion_tokens: 3, total_tokens: 7 },
};
export const completion = (message: object, choice: object = {}) => ({
  id: 'c1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', ...choice }],
  usage: { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 },
});
export const refuse = (status: number, body: unknown): Step => ({ status, body });
