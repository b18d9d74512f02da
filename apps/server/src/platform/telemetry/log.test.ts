import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog } from './log.ts';

test('a log that nobody takes any more does not end the process', async () => {
  let tried = 0;
  const broken = new Writable({
    write(_line, _encoding, done) {
      tried++;
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    },
  });
  const log = createLog('info', broken);
  log.info('first');
  await new Promise((resolve) => setImmediate(resolve));
  log.info('second');
  await new Promise((resolve) => setImmediate(resolve));
  expect(tried).toBe(1);
});
