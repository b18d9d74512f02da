export { type Agents, createAgents } from './agents.ts';
export type { Turn, TurnUsage } from './answer.ts';
export { continueAction, isCutCard } from './cut-answer.ts';
export type { AgentsConfig, AgentsDeps, AgentsLog } from './deps.ts';
export { type AgentMetrics, createAgentMetrics } from './metrics.ts';
export { offlineModel } from './offline-model/model.ts';
