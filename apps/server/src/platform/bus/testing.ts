import { expect, it, vi } from 'vitest';
import type { Bus } from './index.ts';

/** What any bus must do. `open` makes one more end of the same bus. */
export function busConformance(open: () => Bus | Promise<Bus>) {
  it('delivers in order to every subscriber of the channel and to no other', async () => {
    const [sender, receiver] = [await open(), await open()];
    const heard: string[] = [];
    const elsewhere: string[] = [];
    await receiver.subscribe('a', { message: (text) => heard.push(text) });
    await receiver.subscribe('b', { message: (text) => elsewhere.push(text) });
    const sent = Array.from({ length: 500 }, (_, i) => `message ${i} é\n`);
    for (const text of sent) sender.publish('a', text);
    await vi.waitFor(() => expect(heard).toHaveLength(sent.length));
    expect(heard).toEqual(sent);
    expect(elsewhere).toEqual([]);
  });

  it('tells its own subscribers before publish returns, and once', async () => {
    const bus = await open();
    const heard: string[] = [];
    await bus.subscribe('own', { message: (text) => heard.push(text) });
    bus.publish('own', 'x');
    expect(heard).toEqual(['x']);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toEqual(['x']);
  });

  it('says nothing after unsubscribing, and goes on telling the others', async () => {
    const bus = await open();
    const first = vi.fn();
    const second = vi.fn();
    const unsubscribe = await bus.subscribe('c', { message: first });
    await bus.subscribe('c', { message: second });
    unsubscribe();
    unsubscribe();
    bus.publish('c', 'x');
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
  });
}
