import { liveSocket } from '@causerie/api';
import { expect, it } from 'vitest';
import { longestSignal } from '../conversations/feed/signals.ts';
import { readFrame } from './frames.ts';

it('the contract lets a signal be as long as the engine does', () => {
  expect(liveSocket.longestSignal).toBe(longestSignal);
  const signal = (length: number) =>
    JSON.stringify({ type: 'signal', conversation: 'thr_1', signal: 'pointer', data: { x: 'y'.repeat(length) } });
  expect(readFrame(signal(longestSignal - '{"x":""}'.length))).toMatchObject({ type: 'signal', key: '' });
  expect(() => readFrame(signal(longestSignal - '{"x":""}'.length + 1))).toThrow('A value is missing or wrong.');
});
