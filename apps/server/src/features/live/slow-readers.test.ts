import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { scriptedResponder } from '../../../testing/scripted-responder.ts';
import { world } from '../../../testing/world.ts';
import { newMessage } from '../conversations/testing/engine.ts';
import { numbersOf, talkAt, textsOf } from './testing/talk.ts';

const { ann, bob, server, startProcess, clock } = await world({ answers: scriptedResponder() });
const { app } = server;
const { enter, group, say } = talkAt(server);

/** What waits in this process for all readers together, in bytes. */
const socketsHold = () =>
  [...app.http.websocketServer.clients].reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);

describe('a reader that takes nothing', () => {
  /** A megabyte and more of what is said, of which a megabyte or two fit into the buffers of the system. */
  const sayMuch = async (id: string, megabytes: number) => {
    for (let at = 0; at < megabytes * 4; at++) await say(bob, id, `${at} ${'x'.repeat(250_000)}`);
  };

  it('holds up nobody, is bounded in memory, and is told the rest once it reads on, each once', async () => {
    const id = await group(ann, bob);
    const [slow, quick] = [await enter(ann), await enter(bob)];
    for (const client of [slow, quick]) await client.ask({ type: 'open', conversation: id, after: 2 });
    slow.socket.pause();
    await sayMuch(id, 8);
    await app.conversations.putItem(bob.id, id, newMessage('the last'));
    await vi.waitFor(() => expect(textsOf(quick)).toHaveLength(33), { timeout: 10_000 });
    // What it is not told waits in the log, not here.
    expect(socketsHold()).toBeLessThan(1_500_000);
    quick.send({ type: 'signal', conversation: id, signal: 'typing', data: {} });
    slow.socket.resume();
    await vi.waitFor(() => expect(textsOf(slow).at(-1)).toBe('the last'), { timeout: 10_000 });
    expect(numbersOf(slow, id)).toEqual(numbersOf(quick, id));
    expect(slow.received.filter(({ type }) => type === 'caught_up')).toHaveLength(1);
  });

  it('is not told of more than it takes, however much it opens', async () => {
    const mine = await server.signUp('greedy');
    const ids = await Promise.all(Array.from({ length: 20 }, () => group(mine)));
    for (const id of ids) await say(mine, id, 'x'.repeat(900_000));
    const client = await enter(mine);
    const opened = vi.spyOn(app.conversations, 'follow');
    client.socket.pause();
    client.send({ type: 'resume', id: 9, conversations: Object.fromEntries(ids.map((id) => [id, 1])) });
    // What fits into the buffers of the system is gone from here, and four are opened at a time.
    await vi.waitFor(() => expect(socketsHold()).toBeGreaterThan(256 * 1024));
    await sleep(200);
    expect(opened.mock.calls.length).toBeLessThan(20);
    opened.mockRestore();
    client.socket.resume();
    const caughtUp = () => client.received.filter(({ type }) => type === 'caught_up');
    await vi.waitFor(() => expect(caughtUp()).toHaveLength(20), { timeout: 10_000 });
    expect(client.received.filter(({ type }) => type === 'event')).toHaveLength(20);
    await client.waitFor(({ type }) => type === 'resumed');
  });

  it('is closed as slow after a while, one that is gone is cut, and one whose token is at its end is signed out', async () => {
    // Who is slow is found out before their silence is.
    const hasty = await startProcess({}, { liveTimes: { slowMs: 300, pingMs: 1000 } });
    const id = await group(ann, bob);
    // One after the other, as the server lists them.
    const client = await ann.at(hasty).live();
    const quiet = await bob.at(hasty).live();
    const [server, other] = [...hasty.app.http.websocketServer.clients];
    await client.ask({ type: 'open', conversation: id, after: 0 });
    client.socket.pause();
    for (let at = 0; at < 40; at++)
      await hasty.app.conversations.putItem(bob.id, id, newMessage('x'.repeat(250_000), { authorId: bob.id }));
    await vi.waitFor(() => expect(server!.readyState).not.toBe(server!.OPEN), { timeout: 5000 });
    client.socket.resume();
    expect(await client.closed).toEqual({ code: 4008, reason: 'slow' });
    // Whoever answers pings stays; a machine that was switched off answers none.
    expect(other!.readyState).toBe(other!.OPEN);
    quiet.socket.pause();
    await vi.waitFor(() => expect(other!.readyState).toBe(other!.CLOSED), { timeout: 5000 });
    quiet.leave();
    const last = await ann.at(hasty).live();
    clock.advance(121 * 60_000);
    expect(await last.closed).toEqual({ code: 4001, reason: 'sign in again' });
    await vi.waitFor(async () => {
      const text = await hasty.app.metrics.metrics();
      expect(text).toMatch(/^getlood_requests_total\{method="GET",endpoint="\/ws\/live",status="101"\} 3$/m);
      expect(text).toMatch(/^causerie_streams_open\{kind="socket"\} 0$/m);
    });
  });
});
