/**
 * What the scripted answers look like on each provider's wire. A wire turns one answer into SSE frames in three parts:
 * what precedes the deltas of the text, one frame per delta, and what follows. `ID` stands where a fresh id belongs, so
 * that the frames of a step can be built once and sent many times.
 *
 * Sources: OpenAI "Streaming events" (Responses) and "Chat Completions streaming", Anthropic "Streaming Messages",
 * Gemini `streamGenerateContent?alt=sse`, Mistral (Chat Completions with the same frames).
 */

/** A call of a tool the scripted model makes. */
export type ScriptedCall = {
  name: string;
  arguments: Record<string, unknown>;
};

/** One answer of the scripted model, independent of the wire it leaves on. */
export type ScriptedAnswer = {
  /** The deltas of the text, in order. */
  text: string[];
  /** Deltas of the reasoning summary shown before the text. */
  reasoning: string[];
  calls: ScriptedCall[];
  usage: { input: number; output: number };
};

/** Frames in the order they leave: `head`, then `deltas` one by one, then `tail`. */
export type Frames = {
  head: string;
  deltas: string[];
  tail: string;
};

/** Stands in built frames where an id unique to the reply belongs. */
export const ID = '@@id@@';

/** The wires by the name used in the request log. */
export type WireName = 'responses' | 'chat' | 'anthropic' | 'google';

type Wire = (answer: ScriptedAnswer) => Frames;

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const named = (value: { type: string; [key: string]: unknown }) => `event: ${value.type}\n${data(value)}`;

const responses: Wire = ({ text, reasoning, calls, usage }) => {
  let sequence = 0;
  const frame = (value: { type: string; [key: string]: unknown }) => named({ ...value, sequence_number: sequence++ });
  const output: unknown[] = [];
  const response = (status: string, extra: object = {}) => ({
    id: `resp_${ID}`,
    object: 'response',
    created_at: 1763600000,
    status,
    model: 'scripted',
    output: [],
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    ...extra,
  });
  let head = frame({ type: 'response.created', response: response('in_progress') });
  head += frame({ type: 'response.in_progress', response: response('in_progress') });

  if (reasoning.length > 0) {
    const id = `rs_${ID}`;
    const output_index = output.length;
    const part = { type: 'summary_text', text: reasoning.join('') };
    const at = { item_id: id, output_index, summary_index: 0 };
    head += frame({
      type: 'response.output_item.added',
      output_index,
      item: { id, type: 'reasoning', summary: [] },
    });
    head += frame({ type: 'response.reasoning_summary_part.added', ...at, part: { type: 'summary_text', text: '' } });
    for (const delta of reasoning) head += frame({ type: 'response.reasoning_summary_text.delta', ...at, delta });
    head += frame({ type: 'response.reasoning_summary_text.done', ...at, text: part.text });
    head += frame({ type: 'response.reasoning_summary_part.done', ...at, part });
    const item = { id, type: 'reasoning', summary: [part] };
    head += frame({ type: 'response.output_item.done', output_index, item });
    output.push(item);
  }

  const deltas: string[] = [];
  let tail = '';
  if (text.length > 0) {
    const id = `msg_${ID}`;
    const output_index = output.length;
    const at = { item_id: id, output_index, content_index: 0 };
    const message = { id, type: 'message', role: 'assistant' };
    const part = { type: 'output_text', text: text.join(''), annotations: [], logprobs: [] };
    head += frame({
      type: 'response.output_item.added',
      output_index,
      item: { ...message, status: 'in_progress', content: [] },
    });
    head += frame({ type: 'response.content_part.added', ...at, part: { ...part, text: '' } });
    for (const delta of text) deltas.push(frame({ type: 'response.output_text.delta', ...at, delta, logprobs: [] }));
    tail += frame({ type: 'response.output_text.done', ...at, text: part.text, logprobs: [] });
    tail += frame({ type: 'response.content_part.done', ...at, part });
    const item = { ...message, status: 'completed', content: [part] };
    tail += frame({ type: 'response.output_item.done', output_index, item });
    output.push(item);
  }

  for (const [index, call] of calls.entries()) {
    const id = `fc_${index}_${ID}`;
    const output_index = output.length;
    const item = { id, type: 'function_call', call_id: `call_${index}_${ID}`, name: call.name };
    const json = JSON.stringify(call.arguments);
    tail += frame({
      type: 'response.output_item.added',
      output_index,
      item: { ...item, arguments: '', status: 'in_progress' },
    });
    tail += frame({ type: 'response.function_call_arguments.delta', item_id: id, output_index, delta: json });
    tail += frame({ type: 'response.function_call_arguments.done', item_id: id, output_index, arguments: json });
    const done = { ...item, arguments: json, status: 'completed' };
    tail += frame({ type: 'response.output_item.done', output_index, item: done });
    output.push(done);
  }

  tail += frame({
    type: 'response.completed',
    response: response('completed', {
      output,
      usage: {
        input_tokens: usage.input,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: usage.output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: usage.input + usage.output,
      },
    }),
  });
  return { head, deltas, tail };
};

const chat: Wire = ({ text, reasoning, calls, usage }) => {
  const chunk = (delta: object, finish: string | null = null, extra: object = {}) =>
    data({
      id: `chatcmpl-${ID}`,
      object: 'chat.completion.chunk',
      created: 1763600000,
      model: 'scripted',
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...extra,
    });
  let head = chunk({ role: 'assistant', content: '' });
  // Not part of OpenAI's wire, but what vLLM, Ollama and others send for a thinking model.
  for (const delta of reasoning) head += chunk({ reasoning: delta });
  const deltas = text.map((delta) => chunk({ content: delta }));
  let tail = '';
  for (const [index, call] of calls.entries()) {
    const id = `call${index}${ID}`;
    const fn = { name: call.name, arguments: JSON.stringify(call.arguments) };
    tail += chunk({ tool_calls: [{ index, id, type: 'function', function: fn }] });
  }
  tail += chunk({}, calls.length > 0 ? 'tool_calls' : 'stop', {
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
    },
  });
  tail += 'data: [DONE]\n\n';
  return { head, deltas, tail };
};

const anthropic: Wire = ({ text, reasoning, calls, usage }) => {
  let index = 0;
  let head = named({
    type: 'message_start',
    message: {
      id: `msg_${ID}`,
      type: 'message',
      role: 'assistant',
      model: 'scripted',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: usage.input, output_tokens: 1 },
    },
  });
  const start = (block: object) => named({ type: 'content_block_start', index, content_block: block });
  const delta = (value: object) => named({ type: 'content_block_delta', index, delta: value });
  const stop = () => named({ type: 'content_block_stop', index: index++ });
  if (reasoning.length > 0) {
    head += start({ type: 'thinking', thinking: '', signature: '' });
    for (const thinking of reasoning) head += delta({ type: 'thinking_delta', thinking });
    head += delta({ type: 'signature_delta', signature: 'c2NyaXB0ZWQ=' });
    head += stop();
  }
  let deltas: string[] = [];
  let tail = '';
  if (text.length > 0) {
    head += start({ type: 'text', text: '' });
    deltas = text.map((part) => delta({ type: 'text_delta', text: part }));
    tail += stop();
  }
  for (const call of calls) {
    tail += start({ type: 'tool_use', id: `toolu_${index}_${ID}`, name: call.name, input: {} });
    tail += delta({ type: 'input_json_delta', partial_json: JSON.stringify(call.arguments) });
    tail += stop();
  }
  tail += named({
    type: 'message_delta',
    delta: { stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null },
    usage: { output_tokens: usage.output },
  });
  tail += named({ type: 'message_stop' });
  return { head, deltas, tail };
};

const google: Wire = ({ text, reasoning, calls, usage }) => {
  const chunk = (parts: object[], extra: object = {}) =>
    data({
      candidates: [{ index: 0, content: { role: 'model', parts }, ...extra }],
      usageMetadata: {
        promptTokenCount: usage.input,
        candidatesTokenCount: usage.output,
        totalTokenCount: usage.input + usage.output,
      },
      modelVersion: 'scripted',
      responseId: ID,
    });
  const head = reasoning.map((thought) => chunk([{ text: thought, thought: true }])).join('');
  const deltas = text.map((part) => chunk([{ text: part }]));
  let tail = '';
  for (const call of calls) tail += chunk([{ functionCall: { name: call.name, args: call.arguments } }]);
  tail += chunk([{ text: '' }], { finishReason: 'STOP' });
  return { head, deltas, tail };
};

/** Builds the frames of an answer for a wire. */
export const wires: Record<WireName, Wire> = { responses, chat, anthropic, google };

/** Which wire a request path speaks, or undefined for a path no provider has. */
export function wireOf(path: string): WireName | undefined {
  if (path.endsWith('/responses')) return 'responses';
  if (path.endsWith('/chat/completions')) return 'chat';
  if (path.endsWith('/messages')) return 'anthropic';
  if (path.endsWith(':streamGenerateContent')) return 'google';
  return undefined;
}
