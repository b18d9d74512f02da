import { expect, it } from 'vitest';
import { actionOf, isHeldBack, loadingOf } from '../../src/widgets/actions.ts';

it('an action needs a type; what is of the wrong kind is left out', () => {
  expect(
    actionOf({ type: 'save', payload: { id: 1 }, handler: 'client', loadingBehavior: 'none', streaming: false }),
  ).toEqual({
    type: 'save',
    payload: { id: 1 },
    handler: 'client',
    loadingBehavior: 'none',
    streaming: false,
  });
  expect(actionOf({ type: 'save', handler: 'page', loadingBehavior: 7, streaming: 'no', payload: null })).toEqual({
    type: 'save',
  });
  for (const bad of [undefined, null, 'save', [], {}, { type: '' }, { type: 1 }]) expect(actionOf(bad)).toBeUndefined();
});

it('auto loading goes by the slot, and anything else is as asked', () => {
  const at = (slot: Parameters<typeof loadingOf>[1]) => loadingOf({ type: 'a' }, slot);
  expect([at('button'), at('item'), at('form'), at('change'), at('confirm'), at('cancel')]).toEqual([
    'self',
    'self',
    'self',
    'none',
    'container',
    'container',
  ]);
  expect(loadingOf({ type: 'a', loadingBehavior: 'container' }, 'change')).toBe('container');
  expect(loadingOf({ type: 'a', loadingBehavior: 'auto' }, 'confirm')).toBe('container');
});

it('only server actions that stream wait for the answer that is streaming', () => {
  expect(isHeldBack({ type: 'a' }, true)).toBe(true);
  expect(isHeldBack({ type: 'a' }, false)).toBe(false);
  expect(isHeldBack({ type: 'a', streaming: false }, true)).toBe(false);
  expect(isHeldBack({ type: 'a', handler: 'client' }, true)).toBe(false);
});
