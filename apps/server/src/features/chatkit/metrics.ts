import { Counter, Histogram } from 'prom-client';
import type { Registry } from '../../platform/telemetry/registry.ts';

const answerSeconds = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300];
const firstTokenSeconds = [0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 30, 60];
const states = ['done', 'stopped', 'failed', 'interrupted'] as const;

/** The figures of one turn of an agent. */
export type AnswerFigures = {
  state: (typeof states)[number];
  /** From the request to the end of the answer. */
  seconds: number;
  /** From the request to the first words, or null without any. */
  firstTokenSeconds: number | null;
};

export type AnswerMetrics = ReturnType<typeof createAnswerMetrics>;

/** Metrics of answers: how they end, and how long they take. */
export function createAnswerMetrics(registry: Registry) {
  const registers = [registry];
  const pipeline = new Histogram({
    name: 'getlood_pipeline_execution_seconds',
    help: 'A whole turn of an agent, the calls of models and tools in it.',
    buckets: answerSeconds,
    registers,
  });
  const answers = new Counter({
    name: 'causerie_answers_total',
    help: 'Answers by how they ended.',
    labelNames: ['state'],
    registers,
  });
  for (const state of states) answers.inc({ state }, 0);
  const firstToken = new Histogram({
    name: 'causerie_first_token_seconds',
    help: 'From the request to the first words of its answer.',
    buckets: firstTokenSeconds,
    registers,
  });
  const duration = new Histogram({
    name: 'causerie_answer_seconds',
    help: 'From the request to the end of its answer, by how it ended.',
    labelNames: ['state'],
    buckets: answerSeconds,
    registers,
  });
  return {
    countAnswer({ state, seconds, firstTokenSeconds: first }: AnswerFigures): void {
      answers.inc({ state });
      duration.observe({ state }, seconds);
      pipeline.observe(seconds);
      if (first !== null) firstToken.observe(first);
    },
  };
}
