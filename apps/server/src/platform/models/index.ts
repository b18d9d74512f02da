export { endingOf, excessOf } from './answers.ts';
export { mostCalls } from './bounded-calls.ts';
export { createModels, type Models, type ModelsConfig, type ProviderConfig } from './create-models.ts';
export { wastedUsage } from './empty-answer.ts';
export { type FailureKind, modelFailure } from './failures.ts';
