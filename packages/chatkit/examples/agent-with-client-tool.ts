// An agent that asks the browser: `get_location` runs in the page (`onClientTool`), and the answer goes on with its
// output. Everything else of the agent is the OpenAI Agents SDK as it is.
import { ChatKitServer, type ThreadMetadata, type UserMessageItem } from '@causerie/chatkit';
import { AgentContext, simpleToAgentInput, streamAgentResponse } from '@causerie/chatkit/agents';
import { Agent, type Model, type RunContext, run, tool } from '@openai/agents';

const getLocation = tool({
  name: 'get_location',
  description: 'Asks the browser where the user is.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
  strict: true,
  execute: async (_input: unknown, runContext?: RunContext<AgentContext>) => {
    // The turn ends here, since the agent stops at this tool, and the client runs the tool.
    if (runContext) runContext.context.clientToolCall = { name: 'get_location', arguments: {} };
    return 'asked the browser';
  },
});

export class LocationServer extends ChatKitServer {
  readonly agent: Agent<AgentContext>;

  constructor(store: ConstructorParameters<typeof ChatKitServer>[0], model: string | Model) {
    super(store);
    this.agent = new Agent<AgentContext>({
      name: 'Guide',
      instructions: 'Say what there is to see around the user.',
      model,
      tools: [getLocation],
      toolUseBehavior: { stopAtToolNames: ['get_location'] },
    });
  }

  override async *respond(
    thread: ThreadMetadata,
    _input: UserMessageItem | undefined,
    requestContext: unknown,
    { signal }: { signal: AbortSignal },
  ) {
    const context = new AgentContext({ thread, store: this.store, requestContext, signal });
    // The message just sent is in the history already; after a client tool, so is the tool's output.
    const history = await this.store.loadThreadItems(thread.id, { limit: 50, order: 'desc' }, requestContext);
    const input = await simpleToAgentInput(history.data.reverse());
    yield* streamAgentResponse(context, await run(this.agent, input, { context, stream: true, signal }));
  }
}
