import {
  type Callable,
  capitalize,
  compare,
  defined,
  isMapping,
  member,
  type Named,
  Namespace,
  number,
  round,
  sequence,
  titleCase,
  toJson,
  toText,
  truthy,
  Undefined,
  WidgetTemplateError,
} from './template-values.ts';

function attribute(item: unknown, path: unknown): unknown {
  return toText(path)
    .split('.')
    .reduce<unknown>((value, part) => member(value, /^\d+$/.test(part) ? Number(part) : part, part), item);
}

function sorted(items: unknown[], named: Named): unknown[] {
  const key =
    named.attribute === undefined ? (item: unknown) => item : (item: unknown) => attribute(item, named.attribute);
  const result = [...items].sort((left, right) => compare(key(left), key(right)));
  return named.reverse === true ? result.reverse() : result;
}

const filters: Record<string, (value: unknown, args: unknown[], named: Named) => unknown> = {
  tojson: (value, [indent], named) => toJson(value, (named.indent ?? indent) as number | undefined),
  default: (value, [otherwise = '', alsoFalse], named) => {
    if (value instanceof Undefined) return named.default_value ?? otherwise;
    return (named.boolean ?? alsoFalse) && !truthy(value) ? otherwise : value;
  },
  string: toText,
  int: (value) => Math.trunc(Number(defined(value))) || 0,
  float: (value) => Number(defined(value)) || 0,
  abs: (value) => Math.abs(number(value)),
  round: (value, [digits = 0]) => round(number(value), number(digits)),
  length: (value) => sequence(value).length,
  count: (value) => sequence(value).length,
  first: (value) => sequence(value).at(0) ?? new Undefined('first'),
  last: (value) => sequence(value).at(-1) ?? new Undefined('last'),
  list: (value) => [...sequence(value)],
  reverse: (value) => (typeof value === 'string' ? [...value].reverse().join('') : [...sequence(value)].reverse()),
  sort: (value, _args, named) => sorted(sequence(value), named),
  unique: (value) => {
    const seen = new Set<string>();
    return sequence(value).filter((item) => !seen.has(toJson(item)) && seen.add(toJson(item)));
  },
  sum: (value, _args, named) =>
    sequence(value).reduce<number>(
      (total, item) => total + number(named.attribute === undefined ? item : attribute(item, named.attribute)),
      0,
    ),
  max: (value) => sorted(sequence(value), {}).at(-1) ?? new Undefined('max'),
  min: (value) => sorted(sequence(value), {}).at(0) ?? new Undefined('min'),
  join: (value, [separator = ''], named) =>
    sequence(value)
      .map((item) => toText(named.attribute === undefined ? item : attribute(item, named.attribute)))
      .join(toText(separator)),
  map: (value, [filter, ...rest], named) =>
    sequence(value).map((item) =>
      named.attribute === undefined ? applyFilter(toText(filter), item, rest, {}) : attribute(item, named.attribute),
    ),
  selectattr: (value, [path]) => sequence(value).filter((item) => truthy(attribute(item, path))),
  rejectattr: (value, [path]) => sequence(value).filter((item) => !truthy(attribute(item, path))),
  upper: (value) => toText(value).toUpperCase(),
  lower: (value) => toText(value).toLowerCase(),
  title: (value) => titleCase(toText(value)),
  capitalize: (value) => capitalize(toText(value)),
  trim: (value) => toText(value).trim(),
  replace: (value, [from, to]) => toText(value).replaceAll(toText(from), toText(to)),
  truncate: (value, [length = 255, _whole, end = '...']) => {
    const text = toText(value);
    return text.length <= number(length) ? text : text.slice(0, number(length) - toText(end).length) + toText(end);
  },
  items: (value) => (isMapping(value) ? Object.entries(value) : []),
  dictsort: (value) => (isMapping(value) ? Object.entries(value).sort(([a], [b]) => compare(a, b)) : []),
  safe: (value) => value,
  e: (value) => toText(value),
};
filters.d = filters.default!;

export function applyFilter(name: string, value: unknown, args: unknown[], named: Named): unknown {
  if (!Object.hasOwn(filters, name)) throw new WidgetTemplateError(`there is no filter '${name}'`);
  return filters[name]!(value, args, named);
}

export const tests: Record<string, (value: unknown) => boolean> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => defined(value) === null,
  string: (value) => typeof defined(value) === 'string',
  number: (value) => typeof defined(value) === 'number',
  integer: (value) => Number.isInteger(defined(value)),
  float: (value) => typeof defined(value) === 'number' && !Number.isInteger(value),
  boolean: (value) => typeof defined(value) === 'boolean',
  true: (value) => defined(value) === true,
  false: (value) => defined(value) === false,
  mapping: (value) => isMapping(defined(value)),
  iterable: (value) => typeof defined(value) === 'string' || Array.isArray(value) || isMapping(value),
  sequence: (value) => typeof defined(value) === 'string' || Array.isArray(value),
  odd: (value) => Math.abs(number(value)) % 2 === 1,
  even: (value) => number(value) % 2 === 0,
  lower: (value) => toText(value) === toText(value).toLowerCase(),
  upper: (value) => toText(value) === toText(value).toUpperCase(),
};

// `range` builds a list, so a limit keeps a typo in a template from allocating gigabytes.
const longestRange = 100_000;

export const globals: Record<string, unknown> = {
  none: null,
  None: null,
  true: true,
  True: true,
  false: false,
  False: false,
  namespace: ((_args, named) => new Namespace(Object.entries(named))) satisfies Callable,
  dict: ((_args, named) => ({ ...named })) satisfies Callable,
  range: ((args) => {
    const [start, stop, step] = args.length === 1 ? [0, number(args[0]), 1] : [...args.map(number), 1];
    if (!step) throw new WidgetTemplateError('range() needs a step');
    const length = Math.max(0, Math.ceil(((stop ?? 0) - (start ?? 0)) / step));
    if (length > longestRange) throw new WidgetTemplateError('range() is too long');
    return Array.from({ length }, (_, index) => (start ?? 0) + index * step);
  }) satisfies Callable,
};
