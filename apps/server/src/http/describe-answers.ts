import { STATUS_CODES } from 'node:http';
import { type AnswerBody, contract, errorCodes, type Media, type Route, refusalsOf } from '@causerie/api';
import { z } from 'zod';

type Content = Record<string, { schema: object }>;
type Operation = {
  operationId?: string;
  requestBody?: { description: string; required: boolean; content: Content };
  responses?: Record<string, { description: string; content?: Content }>;
};
type Document = {
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, object> };
};

const refusal = { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } };

/** The one shape of every refusal, for `components.schemas`. */
const refusalSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'request_id'],
      properties: {
        code: { type: 'string', enum: Object.keys(errorCodes) },
        message: { type: 'string' },
        details: {},
        request_id: { type: 'string' },
      },
    },
  },
};

/**
 * Adds to an OpenAPI document what the contract holds and a schema cannot: names of the routes, empty answers, files and
 * streams, and the refusals of each route.
 */
export function describeAnswers(document: Document): Document {
  for (const [group, routes] of Object.entries(contract)) {
    for (const [name, route] of Object.entries(routes) as [string, Route][]) {
      const path = route.path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{*}');
      const operation = document.paths?.[path]?.[route.method.toLowerCase()];
      if (!operation) continue;
      operation.operationId = `${group}.${name}`;
      if (route.body && !(route.body instanceof z.ZodType))
        operation.requestBody = { description: route.body.description, required: true, content: bytes(route.body) };
      operation.responses = { ...successes(route, operation.responses ?? {}), ...refusals(route) };
    }
  }
  const schemas = { ...document.components?.schemas, Refusal: refusalSchema };
  return { ...document, components: { ...document.components, schemas } };
}

const file = { type: 'string', format: 'binary' };
const bytes = ({ media, field }: Media): Content => ({
  [media]: { schema: field ? { type: 'object', properties: { [field]: file }, required: [field] } : file },
});

function successes({ answers }: Route, described: NonNullable<Operation['responses']>) {
  const answerOf = (status: string, answer: AnswerBody) => {
    const description = STATUS_CODES[status] ?? status;
    if (answer === null) return { description };
    if (answer instanceof z.ZodType) return { ...described[status], description };
    return { description: answer.description, content: bytes(answer) };
  };
  return Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(status, answer)]));
}

function refusals(route: Route) {
  const codes = Map.groupBy(refusalsOf(route), (code) => errorCodes[code].status);
  return Object.fromEntries(
    [...codes].map(([status, these]) => [
      String(status),
      { description: these.map((code) => `\`${code}\``).join(', '), content: refusal },
    ]),
  );
}
