import { expect, it } from 'vitest';
import { type FieldElement, fieldsOf, withFormValues } from '../../src/widgets/forms.ts';

const field = (
  name: string | undefined,
  type: string,
  value: string,
  more: Partial<FieldElement> = {},
): FieldElement => ({
  type,
  value,
  dataset: name === undefined ? {} : { field: name },
  ...more,
});

it('each kind of field says its value in its own way', () => {
  expect(
    fieldsOf([
      field('name', 'text', 'Ada'),
      field('age', 'number', '36'),
      field('agree', 'checkbox', 'on', { checked: false }),
      field('room', 'hidden', ''),
      field('day', 'hidden', '2026-03-01'),
      field('speed', 'radio', 'slow', { checked: false }),
      field('speed', 'radio', 'fast', { checked: true }),
      field('pay', 'radio', 'cash', { checked: false }),
      field('off', 'text', 'x', { disabled: true }),
      field(undefined, 'submit', ''),
    ]),
  ).toEqual([
    ['name', 'Ada'],
    ['age', '36'],
    ['agree', false],
    ['room', null],
    ['day', '2026-03-01'],
    ['speed', 'fast'],
    ['pay', null],
  ]);
});

it('a radio that is chosen is not undone by one after it that is not', () => {
  expect(fieldsOf([field('a', 'radio', '1', { checked: true }), field('a', 'radio', '2', { checked: false })])).toEqual(
    [['a', '1']],
  );
});

it('dotted names nest, into what the payload already has', () => {
  const payload = { list: 'house', todo: { id: 7 } };
  expect(
    withFormValues(payload, [
      ['todo.title', 'Gate'],
      ['todo.who.name', 'Ines'],
      ['note', 'x'],
    ]),
  ).toEqual({
    payload: { list: 'house', todo: { id: 7, title: 'Gate', who: { name: 'Ines' } }, note: 'x' },
    refused: [],
  });
  expect(payload).toEqual({ list: 'house', todo: { id: 7 } });
});

it('what the payload says wins, at any depth, and the field is named', () => {
  expect(
    withFormValues({ id: 1, todo: { title: 'kept' }, flat: 'text' }, [
      ['id', '2'],
      ['todo.title', 'lost'],
      ['flat.deep', 'lost'],
      ['ok', 'yes'],
    ]),
  ).toEqual({
    payload: { id: 1, todo: { title: 'kept' }, flat: 'text', ok: 'yes' },
    refused: ['id', 'todo.title', 'flat.deep'],
  });
});

it('a payload that cannot hold fields stays as it is', () => {
  expect(withFormValues('text', [['a', '1']])).toEqual({ payload: 'text', refused: ['a'] });
  expect(withFormValues(undefined, [])).toEqual({ payload: undefined, refused: [] });
  expect(withFormValues(undefined, [['a', '1']])).toEqual({ payload: { a: '1' }, refused: [] });
});

it('names that would reach the prototype of objects are refused', () => {
  const names = ['__proto__', '__proto__.polluted', 'a.constructor.b', 'prototype', 'a..b', '.', `${'x.'.repeat(30)}y`];
  const { payload, refused } = withFormValues(
    {},
    names.map((name) => [name, 'bad'] as const),
  );
  expect(refused).toEqual(names);
  expect(payload).toEqual({});
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
});
