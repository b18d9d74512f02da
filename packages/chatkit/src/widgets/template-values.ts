import { CauserieError } from '../protocol/errors.ts';

// The values of the template language: JSON, plus what Jinja adds to it, with Python's rules where they show.

/** A template that does not parse, or uses something this language lacks, or a variable that the data lacks. */
export class WidgetTemplateError extends CauserieError {
  override readonly name = 'WidgetTemplateError';
}

/** What a missing name evaluates to. Only `is defined` and `default` may touch it. */
export class Undefined {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** `namespace()`: the one value whose attributes a loop body may set. */
export class Namespace {
  readonly values: Map<string, unknown>;
  constructor(values: Iterable<[string, unknown]>) {
    this.values = new Map(values);
  }
}

export type Named = Record<string, unknown>;
export type Callable = (args: unknown[], named: Named) => unknown;

export const missing = (value: Undefined): WidgetTemplateError =>
  new WidgetTemplateError(`'${value.name}' is undefined`);

export function defined(value: unknown): unknown {
  if (value instanceof Undefined) throw missing(value);
  return value;
}

export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Undefined) &&
  !(value instanceof Namespace);

/** As in Python: empty text, lists and mappings are false. */
export function truthy(value: unknown): boolean {
  defined(value);
  if (Array.isArray(value)) return value.length > 0;
  if (isMapping(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Text as Python would print it, since templates are written against Python. */
export function toText(value: unknown): string {
  defined(value);
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'object') return toJson(value);
  return String(value);
}

export function toJson(value: unknown, indent?: number): string {
  defined(value);
  const text = JSON.stringify(
    value,
    (_key, inner) => {
      if (inner instanceof Undefined) throw missing(inner);
      return inner instanceof Namespace ? Object.fromEntries(inner.values) : inner;
    },
    indent,
  );
  if (text === undefined) throw new WidgetTemplateError('a function has no JSON');
  return text;
}

export function equal(left: unknown, right: unknown): boolean {
  defined(left);
  defined(right);
  if (typeof left === 'object' && left !== null && typeof right === 'object' && right !== null) {
    return toJson(left) === toJson(right);
  }
  return left === right;
}

export function sequence(value: unknown): unknown[] {
  defined(value);
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  if (isMapping(value)) return Object.keys(value);
  throw new WidgetTemplateError(`${toText(value)} is not iterable`);
}

export function number(value: unknown): number {
  defined(value);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  throw new WidgetTemplateError(`${toText(value)} is not a number`);
}

export function compare(left: unknown, right: unknown): number {
  defined(left);
  defined(right);
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  return number(left) - number(right);
}

export function contains(container: unknown, value: unknown): boolean {
  if (typeof container === 'string') return container.includes(toText(value));
  if (isMapping(container)) return Object.hasOwn(container, toText(value));
  return sequence(container).some((item) => equal(item, value));
}

/** Python's rounding: half to even is not copied, since Jinja's `round` filter itself rounds half away from zero. */
export function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  return (Math.sign(value) * Math.round(Math.abs(value) * factor)) / factor;
}

export const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
export const titleCase = (text: string): string => text.replace(/[^\s\-({[<]+/g, capitalize);

const textMethods: Record<string, (text: string, args: unknown[]) => unknown> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  title: titleCase,
  capitalize,
  strip: (text) => text.trim(),
  lstrip: (text) => text.trimStart(),
  rstrip: (text) => text.trimEnd(),
  split: (text, [separator]) =>
    separator === undefined ? text.split(/\s+/).filter(Boolean) : text.split(toText(separator)),
  replace: (text, [from, to]) => text.replaceAll(toText(from), toText(to)),
  startswith: (text, [prefix]) => text.startsWith(toText(prefix)),
  endswith: (text, [suffix]) => text.endsWith(toText(suffix)),
  join: (text, [items]) => sequence(items).map(toText).join(text),
};

const listMethods: Record<string, (list: unknown[], args: unknown[]) => unknown> = {
  append: (list, [item]) => {
    list.push(defined(item));
    return null;
  },
  extend: (list, [items]) => {
    list.push(...sequence(items));
    return null;
  },
  insert: (list, [at, item]) => {
    list.splice(number(at), 0, defined(item));
    return null;
  },
  pop: (list, [at]) => list.splice(at === undefined ? -1 : number(at), 1)[0] ?? new Undefined('pop()'),
};

const mappingMethods: Record<string, (mapping: Record<string, unknown>, args: unknown[]) => unknown> = {
  items: (mapping) => Object.entries(mapping),
  keys: (mapping) => Object.keys(mapping),
  values: (mapping) => Object.values(mapping),
  get: (mapping, [key, otherwise]) =>
    Object.hasOwn(mapping, toText(key)) ? mapping[toText(key)] : (otherwise ?? null),
  update: (mapping, [more]) => {
    if (!isMapping(more)) throw new WidgetTemplateError('update() needs a mapping');
    // Not Object.assign: a key named __proto__ must stay a key.
    for (const [key, value] of Object.entries(more)) define(mapping, key, value);
    return null;
  },
};

export function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

export function method(object: unknown, name: string): Callable | undefined {
  if (typeof object === 'string' && Object.hasOwn(textMethods, name)) {
    return (args) => textMethods[name]!(object, args);
  }
  if (Array.isArray(object) && Object.hasOwn(listMethods, name)) return (args) => listMethods[name]!(object, args);
  if (isMapping(object) && Object.hasOwn(mappingMethods, name)) return (args) => mappingMethods[name]!(object, args);
  return undefined;
}

/** Own properties only: a template must not reach a prototype. */
export function member(object: unknown, key: unknown, path: string): unknown {
  defined(object);
  if (typeof key === 'number' && (Array.isArray(object) || typeof object === 'string')) {
    const value = Array.isArray(object) ? object.at(key) : [...object].at(key);
    return value === undefined ? new Undefined(path) : value;
  }
  const name = toText(key);
  if (object instanceof Namespace) {
    return object.values.has(name) ? object.values.get(name) : new Undefined(path);
  }
  if (isMapping(object) && Object.hasOwn(object, name) && object[name] !== undefined) return object[name];
  return method(object, name) ?? new Undefined(path);
}
