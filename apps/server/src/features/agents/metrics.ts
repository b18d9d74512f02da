import { Counter } from 'prom-client';
import type { Registry } from '../../platform/telemetry/registry.ts';

/** Dollars for a million tokens of each named model. */
type Prices = Record<string, { input: number; output: number }>;

export type AgentMetrics = ReturnType<typeof createAgentMetrics>;

/** Metrics of agents' turns, and their cost. */
export function createAgentMetrics(registry: Registry, prices: Prices = {}) {
  const registers = [registry];
  const calls = new Counter({
    name: 'getlood_agent_calls_total',
    help: 'Turns that an agent was asked to take.',
    labelNames: ['agent_name'],
    registers,
  });
  const tokens = new Counter({
    name: 'causerie_tokens_total',
    help: 'Tokens that models counted, by model and direction (input, output).',
    labelNames: ['model', 'direction'],
    registers,
  });
  const cost = new Counter({
    name: 'causerie_cost_dollars_total',
    help: 'What these tokens cost by MODEL_PRICES; models without a price are not in it.',
    labelNames: ['model'],
    registers,
  });
  return {
    countTurn(agentName: string): void {
      calls.inc({ agent_name: agentName });
    },
    /** Counts the usage that a model reported for a turn; of a failed turn, as much as it reported. */
    countUsage({
      model,
      inputTokens,
      outputTokens,
    }: {
      model: string;
      inputTokens: number;
      outputTokens: number;
    }): void {
      tokens.inc({ model, direction: 'input' }, inputTokens);
      tokens.inc({ model, direction: 'output' }, outputTokens);
      const price = Object.hasOwn(prices, model) ? prices[model] : undefined;
      if (price) cost.inc({ model }, (inputTokens * price.input + outputTokens * price.output) / 1_000_000);
    },
  };
}
