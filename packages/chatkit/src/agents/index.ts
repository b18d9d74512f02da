export { accumulateText } from './accumulate-text.ts';
export { AgentContext, type AgentContextOptions, type ClientToolCall } from './agent-context.ts';
export {
  type ContainerFileCitation,
  type FileCitation,
  ResponseStreamConverter,
  type UrlCitation,
} from './response-stream-converter.ts';
export {
  type AgentRun,
  type ModelResponse,
  type StreamAgentResponseOptions,
  streamAgentResponse,
} from './stream-agent-response.ts';
export {
  type AgentInput,
  type AgentInputContent,
  simpleToAgentInput,
  ThreadItemConverter,
} from './thread-item-converter.ts';
