import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createLog } from './log.ts';

it('a log that nobody takes any more does not end the process', async () => {
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

it('on a terminal a line is words, and a request reads as in an access log', () => {
  const lines: string[] = [];
  const terminal = new Writable({
    write(line, _encoding, done) {
      lines.push(String(line).replace(/^\d\d:\d\d:\d\d /, ''));
      done();
    },
  });
  const log = createLog('info', Object.assign(terminal, { isTTY: true }));
  log.info({ directory: '/srv/data' }, 'making the database, once');
  log.info({ migrations: ['1-a', '2-b', '3-c', '4-d'] }, 'the tables are up to date');
  log.info({ method: 'GET', path: '/login', status: 200, ms: 3.1, request_id: 'req_1' }, 'request');
  log.warn({ attempt: 2, hosts: ['a', 'b'], request_id: 'req_2' }, 'it does not answer');
  expect(lines).toEqual([
    'making the database, once (directory /srv/data)\n',
    'the tables are up to date (migrations 1-a … 4-d)\n',
    'GET /login 200, 3.1 ms\n',
    'warn: it does not answer (attempt 2, hosts a, b, request_id req_2)\n',
  ]);
});
