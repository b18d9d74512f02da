import { Readable } from 'node:stream';
import { chatkitRoutes, errorCodes } from '@causerie/api';
import { type Attachment, isStreamingRequest, parseRequest, type StreamEvent } from '@causerie/chatkit';
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../errors.ts';
import { optionsOf } from '../../http/contract.ts';
import { createPlaces, type LimitPolicy } from '../../platform/limits/index.ts';
import type { InSession, Person } from '../accounts/index.ts';
import type { FeedOutput, Following, Reader, Wire } from '../conversations/index.ts';
import { type Answer, startAnswer } from './answer.ts';
import type { ChatKit } from './chatkit.ts';
import type { ChatKitContext } from './context.ts';
import { chatkitWire, frameOf, isSentOnce, retellingWire, signalFrame, snapshotFrames, untilIdle } from './feed.ts';
import { listThreads } from './list-threads.ts';
import { limitMessage } from './message-length.ts';
import { refused, refusing } from './refusals.ts';
import { requestKeyOf } from './request-key.ts';
import { SseWriter, sseHeaders } from './sse-writer.ts';
import { toThreadMetadata } from './thread-rows.ts';

/** On every answer: "you may detach and come back" (docs/api.md#resuming). A client that will says the same. */
const resumeHeader = 'causerie-resume';
const lastEventHeader = 'causerie-last-event';

type Deps = {
  chatkit: ChatKit;
  requireSession(request: FastifyRequest): Promise<InSession>;
  /** The same for those who may send files. */
  requireUploader(request: FastifyRequest): Promise<InSession>;
  /** What addresses given to this caller begin with. */
  originOf(request: FastifyRequest): string;
  limit: LimitPolicy;
  /** The recording in a body that is larger than usual; undefined where there is no dictation, and no such body is read. */
  readRecording: ((body: Buffer) => Promise<{ data: Uint8Array; mimeType: string }>) | undefined;
  /** The longest message, in characters. */
  maxMessage: number;
  /** How many conversations one person may follow at once. */
  maxFeeds: number;
  /** Counts a stream as open; what it returns is called when it ends. */
  countStream(kind: 'answer' | 'feed'): () => void;
  /** Aborted when the server stops: feeds end then, and those who follow come back to another process. */
  stopping: AbortSignal;
};

/** A conversation's feed as it is asked for: `answer` is one that ends, told for a request that was made before. */
type FollowRequest = {
  personId: string;
  conversationId: string;
  after: number;
  kind: 'feed' | 'answer';
  wire: Wire<string>;
  isOver(output: FeedOutput): boolean;
};

/** What a request may have, and what one with a recording in it may: ten megabytes in base64. */
const usualBytes = 1024 * 1024;
const dictationBytes = 14 * 1024 * 1024;

/** A title is shown in lists, whole and by the hundred. */
const longestTitle = 500;

/** The doors of ChatKit: the protocol's own, and those that let a client resume and stop an answer and open a file. */
export function registerChatKitRoutes(app: FastifyInstance, deps: Deps): void {
  const { chatkit, requireSession, originOf, stopping } = deps;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const config = { limit: deps.limit };
  const feeds = createPlaces({ each: deps.maxFeeds });
  const largeBodies = createPlaces({ each: 2, all: 8 });

  const presentFor = (origin: string) => (attachment: Attachment) => chatkit.attachments.present(attachment, origin);
  /** One wire for all readers of an origin: what they are told is encoded once. */
  const wires = new Map<string, Wire<string>>();
  const wireFor = (origin: string): Wire<string> => {
    const known = wires.get(origin);
    if (known) return known;
    // The origin is what the caller says it is, and there are as many as somebody likes.
    if (wires.size >= 100) wires.clear();
    const wire = chatkitWire(presentFor(origin));
    wires.set(origin, wire);
    return wire;
  };

  /** Only people who are signed in make us read a large body, and only where one can be of use. */
  async function limitBody(request: FastifyRequest, reply: FastifyReply, payload: RequestPayload) {
    const length = request.headers['content-length'];
    if (length === undefined) return Readable.from(upTo(usualBytes, payload));
    if (Number(length) > usualBytes) {
      const { person } = await requireSession(request);
      if (!deps.readRecording) throw new AppError('payload_too_large');
      const leave = largeBodies.take(person.id);
      if (typeof leave === 'string') throw new AppError('rate_limited', undefined, { retryAfter: 2 });
      whenGone(reply, leave);
    }
    return payload;
  }

  routes.route({
    ...optionsOf(chatkitRoutes.protocol),
    config,
    bodyLimit: dictationBytes,
    preParsing: limitBody,
    handler: async (request, reply) => {
      const { person, sessionId } = await requireSession(request);
      reply.header(resumeHeader, '1');
      if (Buffer.isBuffer(request.body)) {
        if (!deps.readRecording) throw new AppError('payload_too_large');
        const recording = await deps.readRecording(request.body);
        const mediaType = recording.mimeType.split(';', 1)[0]!;
        return { text: await chatkit.server.transcribe({ ...recording, mediaType }) };
      }
      const parsed = refusing(() => parseRequest((request.body ?? '') as object));
      if (parsed.type === 'threads.update' && parsed.params.title.length > longestTitle) {
        const message = `at most ${longestTitle} characters`;
        const details = [{ path: ['params', 'title'], message }];
        throw new AppError('bad_request', `params.title: ${message}`, { details });
      }
      limitMessage(parsed, deps.maxMessage);
      if (parsed.type === 'attachments.create') await deps.requireUploader(request);
      const context = contextOf(request, person, sessionId, originOf(request));
      chatkit.server.warm();
      if (!isStreamingRequest(parsed)) {
        // Read before the rows: whoever continues from it may be told twice of an event, never not at all.
        const read =
          parsed.type === 'threads.get_by_id' || parsed.type === 'items.list'
            ? await refused(chatkit.conversations.access(person.id, parsed.params.thread_id))
            : null;
        const thread = read ? toThreadMetadata(read) : undefined;
        const result = await refused(chatkit.server.processParsed(parsed, context, { thread }));
        if (read) reply.header(lastEventHeader, String(read.lastEvent));
        return reply.type('application/json; charset=utf-8').send(result.json);
      }

      const named = request.headers['idempotency-key'];
      // Without a name of the client's own, that of a proxy, which asks another process when one breaks off.
      const key = requestKeyOf(named ?? request.headers['causerie-attempt'], parsed);
      let answer: Answer;
      try {
        if ('input' in parsed.params && 'attachments' in parsed.params.input) {
          const threadId = 'thread_id' in parsed.params ? parsed.params.thread_id : null;
          await chatkit.attachments.checkSendable(person.id, parsed.params.input.attachments, threadId);
        }
        answer = await refused(startAnswer(chatkit, parsed, context, key));
      } catch (error) {
        // A request that was made before is always refused, for whatever reason comes first: so the usual one, which was
        // not, need not be asked whether it was.
        if (!key) throw error;
        const earlier = await chatkit.conversations.runs.findRequest(person.id, key);
        if (!earlier) throw error;
        return follow(request, reply, {
          ...earlier,
          personId: person.id,
          kind: 'answer',
          wire: retellingWire(presentFor(context.origin)),
          isOver: untilIdle(),
        });
      }
      // Who named the request may make it again: losing its stream is then no Stop either.
      const mayResume = request.headers[resumeHeader] === '1' || named !== undefined;
      const streamEnds = deps.countStream('answer');
      reply.raw.once('close', streamEnds);
      const { run } = answer;
      const writer = openStream(reply, {
        onDrain: () => writer.write(snapshotFrames(run.snapshot().items), true),
        // ChatKit knows no "stop" request: a client that goes away means it, unless it said it would come back.
        onClose: () => {
          unfollow();
          if (!mayResume) run.stop('stopped');
        },
      });
      const unfollow = run.listen({
        onOutputs(outputs, urgent) {
          let frames = '';
          for (const each of outputs) {
            if (each.type === 'event') frames += frameOf(each.value as StreamEvent, mayResume ? each.n : null);
            // A reader that lags is given what there is of each item once it has caught up.
            else if (!writer.lagging || isSentOnce(each)) frames += signalFrame(each);
          }
          if (frames) writer.write(frames, urgent);
        },
        end: () => writer.end(),
      });
      // Who left while the message was taken in is not told of the closing any more, and means Stop all the same.
      if (reply.raw.destroyed && !mayResume) run.stop('stopped');
      answer.begin();
      return reply;
    },
  });

  /** Answers with what a conversation's feed says, for as long as there is something to say. */
  async function follow(request: FastifyRequest, reply: FastifyReply, feed: FollowRequest): Promise<FastifyReply> {
    const leave = feeds.take(feed.personId);
    if (typeof leave === 'string')
      throw new AppError(
        'too_many_feeds',
        `You may follow at most ${deps.maxFeeds} conversations at once. Close some.`,
        {
          retryAfter: 5,
        },
      );
    // Also where it ends before it has begun.
    whenGone(reply, leave);
    let writer: SseWriter | null = null;
    const held: string[] = [];
    let ended = false;
    let following: Following | null = null;
    const end = () => {
      ended = true;
      following?.close();
      writer?.end();
    };
    const reader: Reader<string> = {
      wire: feed.wire,
      send(frames, output) {
        if (frames && writer) writer.write(frames, output.kind !== 'said' || output.urgent);
        else if (frames) held.push(frames);
        if (feed.isOver(output) || output.kind === 'gone') end();
      },
      onError(error) {
        request.log.error({ err: error }, 'a live feed broke off');
        // Cut, not ended: whoever reads an end would take what they have for all there is.
        reply.raw.destroy();
      },
    };
    following = await refused(chatkit.conversations.follow(feed.personId, feed.conversationId, feed.after, reader));
    // Who left meanwhile: nothing would tell of it any more, and what is followed here would be so for ever.
    if (reply.raw.destroyed) {
      following.close();
      throw new AppError('bad_request', 'The caller went away.');
    }
    reply.header(resumeHeader, '1');
    writer = openStream(reply, {
      // A slow reader is told nothing more until it has taken what it was told; then it goes on from there.
      onLag: () => following?.pause(),
      onDrain: () => following?.resume(),
      onClose: () => following?.close(),
    });
    const unwatch = watchSession(request, requireSession, end);
    const streamEnds = deps.countStream(feed.kind);
    reply.raw.on('close', () => {
      unwatch();
      streamEnds();
    });
    if (feed.kind === 'feed') {
      // Followers would hold the process open for as long as their thread lives. An answer is waited for.
      const restart = () => {
        writer?.write('retry: 500\n\n', true);
        end();
      };
      stopping.addEventListener('abort', restart);
      reply.raw.on('close', () => stopping.removeEventListener('abort', restart));
      if (stopping.aborted) restart();
      writer.write(': open\n\n', true);
    }
    for (const frames of held) writer.write(frames, true);
    if (ended) end();
    return reply;
  }

  routes.route({
    ...optionsOf(chatkitRoutes.threads),
    config,
    handler: async (request, reply) => {
      const { person } = await requireSession(request);
      const { query, limit, after = null } = request.query;
      reply.header(resumeHeader, '1').header('cache-control', 'no-store');
      return listThreads(chatkit.conversations, person.id, { query: query.trim(), limit, after });
    },
  });

  routes.route({
    ...optionsOf(chatkitRoutes.followThread),
    config,
    handler: async (request, reply) => {
      const { person } = await requireSession(request);
      const { id } = request.params;
      const { after, until } = request.query;
      if (stopping.aborted) throw new AppError('stopping', undefined, { retryAfter: 1 });
      return follow(request, reply, {
        personId: person.id,
        conversationId: id,
        after: after ?? lastEventId(request.headers['last-event-id']),
        kind: 'feed',
        wire: wireFor(originOf(request)),
        isOver: until === 'idle' ? untilIdle() : () => false,
      });
    },
  });

  routes.route({
    ...optionsOf(chatkitRoutes.stopThread),
    config,
    handler: async (request, reply) => {
      const { person } = await requireSession(request);
      const { id } = request.params;
      await refused(chatkit.conversations.runs.stop(person.id, id));
      return reply.header(resumeHeader, '1').code(204).send();
    },
  });

  // Neither a link nor an image can carry a bearer token, so the address itself does for a while.
  routes.route({
    ...optionsOf(chatkitRoutes.fileLink),
    config,
    handler: async (request, reply) => {
      const { person } = await requireSession(request);
      const { id } = request.params;
      reply.header(resumeHeader, '1').header('cache-control', 'no-store');
      return { url: await chatkit.attachments.link(person.id, id, originOf(request)) };
    },
  });
}

/** The number of an event; a client that has none sends none, or an empty one. */
function lastEventId(header: string | string[] | undefined): number {
  if (header === undefined || header === '') return 0;
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header))
    throw new AppError('bad_request', 'Last-Event-ID must be the id of an event, a whole number.');
  return Number(header);
}

/** Calls back when the reader is gone, also where they left while we asked who they are: then nothing is told of it any more. */
function whenGone({ raw }: FastifyReply, work: () => void): void {
  if (raw.destroyed) work();
  else raw.once('close', work);
}

async function* upTo(limit: number, payload: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of payload) {
    size += chunk.length;
    if (size > limit) throw new AppError('payload_too_large');
    yield chunk;
  }
}

/** Ends a stream within seconds after its person was signed out, disabled or deleted. Returns what ends the watch. */
function watchSession(request: FastifyRequest, requireSession: Deps['requireSession'], end: () => void): () => void {
  const timer = setInterval(() => {
    requireSession(request).catch((error: unknown) => {
      // A database that is away for a moment signs nobody out.
      if (error instanceof AppError && errorCodes[error.code].status < 500) end();
    });
  }, 2500).unref();
  return () => clearInterval(timer);
}

/** Takes the response out of Fastify's hands, with the headers its hooks have set so far (CORS, security, request id). */
function openStream(reply: FastifyReply, options: ConstructorParameters<typeof SseWriter>[1]): SseWriter {
  const headers = reply.getHeaders();
  reply.hijack();
  for (const [name, value] of Object.entries({ ...headers, ...sseHeaders })) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.raw.writeHead(200);
  return new SseWriter(reply.raw, options);
}

const contextOf = (request: FastifyRequest, person: Person, sessionId: string, origin: string): ChatKitContext => ({
  person,
  sessionId,
  locale: request.headers['accept-language']?.split(/[,;]/, 1)[0]?.trim().slice(0, 35) || person.locale,
  origin,
  log: request.log,
});
