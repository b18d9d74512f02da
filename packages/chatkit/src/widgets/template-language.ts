import { parse, tokenize } from '@huggingface/jinja';
import { applyFilter, globals, tests } from './template-functions.ts';
import {
  type Callable,
  compare,
  contains,
  define,
  defined,
  equal,
  member,
  method,
  type Named,
  Namespace,
  number,
  sequence,
  toText,
  truthy,
  Undefined,
  WidgetTemplateError,
} from './template-values.ts';

// The template language of .widget files is Jinja with strict undefined values. @huggingface/jinja supplies the lexer
// and the parser. Its interpreter is not used: it prints a missing variable as nothing (a widget with a hole instead of
// an error), has no `list.append`, and refuses to join some values with `~`. This evaluator walks its syntax
// tree over plain JSON values, so that `tojson` is simply JSON.

type Node = {
  type: string;
  [key: string]: unknown;
};

class Scope {
  readonly #names = new Map<string, unknown>();
  readonly #parent: Scope | undefined;

  constructor(parent?: Scope) {
    this.#parent = parent;
  }

  set(name: string, value: unknown): void {
    this.#names.set(name, value);
  }

  get(name: string): unknown {
    if (this.#names.has(name)) return this.#names.get(name);
    return this.#parent ? this.#parent.get(name) : new Undefined(name);
  }
}

function slice(value: unknown, scope: Scope, node: Node): unknown {
  const items = typeof value === 'string' ? [...value] : sequence(value);
  const bound = (part: unknown): number | undefined => {
    if (!part) return undefined;
    const result = evaluate(part as Node, scope);
    return result === null ? undefined : number(result);
  };
  const step = bound(node.step) ?? 1;
  if (step === 0) throw new WidgetTemplateError('a slice needs a step');
  let result: unknown[];
  if (step > 0) {
    result = items.slice(bound(node.start), bound(node.stop)).filter((_, index) => index % step === 0);
  } else {
    const at = (index: number | undefined, otherwise: number) =>
      index === undefined ? otherwise : index < 0 ? index + items.length : index;
    result = [];
    const last = at(bound(node.stop), -1);
    for (let index = Math.min(at(bound(node.start), items.length - 1), items.length - 1); index > last; index += step) {
      result.push(items[index]);
    }
  }
  return typeof value === 'string' ? result.join('') : result;
}

function binary(node: Node, scope: Scope): unknown {
  const operator = (node.operator as { value: string }).value;
  const left = evaluate(node.left as Node, scope);
  if (operator === 'and') return truthy(left) ? evaluate(node.right as Node, scope) : left;
  if (operator === 'or') return truthy(left) ? left : evaluate(node.right as Node, scope);
  const right = evaluate(node.right as Node, scope);
  switch (operator) {
    case '~':
      return toText(left) + toText(right);
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case 'in':
      return contains(right, defined(left));
    case 'not in':
      return !contains(right, defined(left));
    case '<':
      return compare(left, right) < 0;
    case '>':
      return compare(left, right) > 0;
    case '<=':
      return compare(left, right) <= 0;
    case '>=':
      return compare(left, right) >= 0;
    case '+':
      if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
      if (typeof left === 'string' && typeof right === 'string') return left + right;
      return number(left) + number(right);
    case '-':
      return number(left) - number(right);
    case '*':
      return number(left) * number(right);
    case '**':
      return number(left) ** number(right);
  }
  const divisor = number(right);
  if (divisor === 0) throw new WidgetTemplateError('division by zero');
  if (operator === '/') return number(left) / divisor;
  if (operator === '//') return Math.floor(number(left) / divisor);
  if (operator === '%') return number(left) - divisor * Math.floor(number(left) / divisor);
  throw new WidgetTemplateError(`unknown operator '${operator}'`);
}

function callArguments(nodes: Node[], scope: Scope): { args: unknown[]; named: Named } {
  const args: unknown[] = [];
  const named: Named = {};
  for (const node of nodes) {
    if (node.type === 'KeywordArgumentExpression') {
      define(named, (node.key as Node).value as string, evaluate(node.value as Node, scope));
    } else if (node.type === 'SpreadExpression') {
      args.push(...sequence(evaluate(node.argument as Node, scope)));
    } else {
      args.push(evaluate(node, scope));
    }
  }
  return { args, named };
}

function call(node: Node, scope: Scope): unknown {
  const callee = node.callee as Node;
  let target = evaluate(callee, scope);
  if (typeof target !== 'function' && callee.type === 'MemberExpression' && !callee.computed) {
    // `data.items()` where the data itself has a key `items`: called, it is the method.
    const found = method(evaluate(callee.object as Node, scope), (callee.property as Node).value as string);
    if (found) target = found;
  }
  if (typeof defined(target) !== 'function') throw new WidgetTemplateError(`'${pathOf(callee)}' is not a function`);
  const { args, named } = callArguments(node.args as Node[], scope);
  return (target as Callable)(args, named);
}

/** The name of a value as the template writes it, for error messages. */
function pathOf(node: Node): string {
  if (node.type === 'Identifier') return node.value as string;
  if (node.type !== 'MemberExpression') return 'value';
  const object = pathOf(node.object as Node);
  const property = node.property as Node;
  return node.computed ? `${object}[…]` : `${object}.${String(property.value)}`;
}

function filtered(value: unknown, filter: Node, scope: Scope): unknown {
  if (filter.type === 'Identifier') return applyFilter(filter.value as string, value, [], {});
  const { args, named } = callArguments(filter.args as Node[], scope);
  return applyFilter((filter.callee as Node).value as string, value, args, named);
}

function evaluate(node: Node, scope: Scope): unknown {
  switch (node.type) {
    case 'Identifier':
      return scope.get(node.value as string);
    case 'StringLiteral':
    case 'IntegerLiteral':
    case 'FloatLiteral':
      return node.value;
    case 'ArrayLiteral':
    case 'TupleLiteral':
      return (node.value as Node[]).map((item) => defined(evaluate(item, scope)));
    case 'ObjectLiteral': {
      const result: Record<string, unknown> = {};
      for (const [key, value] of node.value as Map<Node, Node>) {
        define(result, toText(evaluate(key, scope)), defined(evaluate(value, scope)));
      }
      return result;
    }
    case 'MemberExpression': {
      const object = evaluate(node.object as Node, scope);
      const property = node.property as Node;
      if (property.type === 'SliceExpression') return slice(defined(object), scope, property);
      const key = node.computed ? evaluate(property, scope) : property.value;
      return member(object, key, pathOf(node));
    }
    case 'CallExpression':
      return call(node, scope);
    case 'BinaryExpression':
      return binary(node, scope);
    case 'UnaryExpression': {
      const operator = (node.operator as { value: string }).value;
      const value = evaluate(node.argument as Node, scope);
      if (operator === 'not') return !truthy(value);
      return operator === '-' ? -number(value) : number(value);
    }
    case 'FilterExpression':
      return filtered(evaluate(node.operand as Node, scope), node.filter as Node, scope);
    case 'TestExpression': {
      const name = ((node.test as Node).value as string).toLowerCase();
      if (!Object.hasOwn(tests, name)) throw new WidgetTemplateError(`there is no test '${name}'`);
      return tests[name]!(evaluate(node.operand as Node, scope)) !== node.negate;
    }
    case 'Ternary':
      return evaluate(
        (truthy(evaluate(node.condition as Node, scope)) ? node.trueExpr : node.falseExpr) as Node,
        scope,
      );
    case 'SelectExpression':
      return truthy(evaluate(node.test as Node, scope))
        ? evaluate(node.lhs as Node, scope)
        : new Undefined('the inline if without an else');
  }
  throw new WidgetTemplateError(`'${node.type}' is not supported in widget templates`);
}

function assign(target: Node, value: unknown, scope: Scope): void {
  if (target.type === 'Identifier') {
    scope.set(target.value as string, value);
  } else if (target.type === 'TupleLiteral') {
    const parts = sequence(value);
    const names = target.value as Node[];
    if (parts.length !== names.length)
      throw new WidgetTemplateError(`${names.length} names for ${parts.length} values`);
    names.forEach((name, index) => {
      assign(name, parts[index], scope);
    });
  } else if (target.type === 'MemberExpression' && !target.computed) {
    const object = evaluate(target.object as Node, scope);
    if (!(object instanceof Namespace)) throw new WidgetTemplateError('only a namespace has attributes to set');
    object.values.set((target.property as Node).value as string, value);
  } else {
    throw new WidgetTemplateError('this cannot be set');
  }
}

function loop(node: Node, scope: Scope): string {
  const iterable = node.iterable as Node;
  const target = node.loopvar as Node;
  const filter = iterable.type === 'SelectExpression' ? iterable : undefined;
  let items = sequence(evaluate(filter ? (filter.lhs as Node) : iterable, scope));
  if (filter) {
    items = items.filter((item) => {
      const inner = new Scope(scope);
      assign(target, item, inner);
      return truthy(evaluate(filter.test as Node, inner));
    });
  }
  if (items.length === 0) return renderBlock(node.defaultBlock as Node[], scope);
  let text = '';
  for (const [index, item] of items.entries()) {
    const inner = new Scope(scope);
    assign(target, item, inner);
    inner.set('loop', {
      index: index + 1,
      index0: index,
      revindex: items.length - index,
      revindex0: items.length - index - 1,
      first: index === 0,
      last: index === items.length - 1,
      length: items.length,
      ...(index > 0 ? { previtem: items[index - 1] } : {}),
      ...(index < items.length - 1 ? { nextitem: items[index + 1] } : {}),
    });
    text += renderBlock(node.body as Node[], inner);
  }
  return text;
}

function macro(node: Node, scope: Scope): Callable {
  return (args, named) => {
    const inner = new Scope(scope);
    (node.args as Node[]).forEach((parameter, index) => {
      const optional = parameter.type === 'KeywordArgumentExpression';
      const name = (optional ? (parameter.key as Node).value : parameter.value) as string;
      if (index < args.length) inner.set(name, args[index]);
      else if (Object.hasOwn(named, name)) inner.set(name, named[name]);
      else if (optional) inner.set(name, evaluate(parameter.value as Node, scope));
    });
    return renderBlock(node.body as Node[], inner);
  };
}

function renderNode(node: Node, scope: Scope): string {
  switch (node.type) {
    case 'Comment':
      return '';
    case 'If':
      return renderBlock((truthy(evaluate(node.test as Node, scope)) ? node.body : node.alternate) as Node[], scope);
    case 'For':
      return loop(node, scope);
    case 'Set': {
      const value = node.value
        ? evaluate(node.value as Node, scope)
        : renderBlock(node.body as Node[], new Scope(scope));
      assign(node.assignee as Node, value, scope);
      return '';
    }
    case 'Macro':
      scope.set((node.name as Node).value as string, macro(node, scope));
      return '';
    case 'FilterStatement':
      return toText(filtered(renderBlock(node.body as Node[], new Scope(scope)), node.filter as Node, scope));
    default:
      return toText(evaluate(node, scope));
  }
}

function renderBlock(nodes: Node[], scope: Scope): string {
  let text = '';
  for (const node of nodes) text += renderNode(node, scope);
  return text;
}

type Token = {
  type: string;
  value: string;
};

const openers: Record<string, string> = {
  CloseParen: 'OpenParen',
  CloseSquareBracket: 'OpenSquareBracket',
  CloseCurlyBracket: 'OpenCurlyBracket',
};
const words = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else']);
const isName = (token: Token | undefined) => token?.type === 'Identifier' && !words.has(token.value);

/** Where the operand begins whose last token is the last one: a name or literal with its members, calls and filters. */
function operandStart(tokens: Token[]): number {
  let at = tokens.length - 1;
  for (;;) {
    const opener = openers[tokens[at]?.type ?? ''];
    if (opener) {
      const closer = tokens[at]!.type;
      for (let depth = 1; depth > 0 && at > 0; ) {
        at -= 1;
        if (tokens[at]!.type === closer) depth += 1;
        else if (tokens[at]!.type === opener) depth -= 1;
      }
      const before = tokens[at - 1];
      if (isName(before) || openers[before?.type ?? '']) {
        at -= 1;
        continue;
      }
    }
    const joint = tokens[at - 1]?.type;
    if (joint !== 'Dot' && joint !== 'Pipe') return at;
    at -= 2;
  }
}

/** The parser takes no filter after a test (`x is none | tojson`), though Jinja does: such tests get parentheses. */
function groupTests(tokens: Token[]): Token[] {
  const result: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const isTest = token.type === 'Identifier' && token.value === 'is';
    const test = isTest ? at + (tokens[at + 1]?.value === 'not' ? 2 : 1) : 0;
    if (isTest && tokens[test]?.type === 'Identifier' && tokens[test + 1]?.type === 'Pipe') {
      result.splice(operandStart(result), 0, { type: 'OpenParen', value: '(' });
      result.push(...tokens.slice(at, test + 1), { type: 'CloseParen', value: ')' });
      at = test;
    } else {
      result.push(token);
    }
  }
  return result;
}

/**
 * Parses a template once, for any number of renderings.
 * @throws WidgetTemplateError when it does not parse.
 */
export function compileTemplate(source: string): (data: Record<string, unknown>) => string {
  let program: Node;
  try {
    program = parse(groupTests(tokenize(source)) as ReturnType<typeof tokenize>) as unknown as Node;
  } catch (error) {
    throw new WidgetTemplateError(`the template does not parse: ${(error as Error).message}`, { cause: error });
  }
  return (data) => {
    const scope = new Scope();
    for (const [name, value] of Object.entries(globals)) scope.set(name, value);
    const inner = new Scope(scope);
    for (const [name, value] of Object.entries(data)) {
      if (value !== undefined) inner.set(name, value);
    }
    return renderBlock(program.body as Node[], inner);
  };
}
