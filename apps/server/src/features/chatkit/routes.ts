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
import {
  chatkitWire,
  frameOf,
  isSentOnce,
  repeatedAnswerWire,
  signalFrame,
  snapshotFrames,
  untilIdle,
} from './feed.ts';
import { listThreads } from './list-threads.ts';
import { limitMessage } from './message-length.ts';
import { refused, refusing } from './refusals.ts';
import { requestKeyOf } from './request-key.ts';
import { SseWriter, sseHeaders } from './sse-writer.ts';
import { toThreadMetadata } from './thread-rows.ts';

/** Sent with every answer: the client may disconnect and resume (docs/api.md#resuming). A client that will sends the same. */
const resumeHeader = 'causerie-resume';
const lastEventHeader = 'causerie-last-event';

type Deps = {
  chatkit: ChatKit;
  requireSession(request: FastifyRequest): Promise<InSession>;
  /** The same, for people who may upload files. */
  requireUploader(request: FastifyRequest): Promise<InSession>;
  /** The same, for people who may download and remove files. */
  requireFileReader(request: FastifyRequest): Promise<InSession>;
  /** The origin of addresses given to this caller. */
  originOf(request: FastifyRequest): string;
  limit: LimitPolicy;
  /** Reads the recording in a body larger than usual; undefined without dictation, and then no such body is read. */
  readRecording: ((body: Buffer) => Promise<{ data: Uint8Array; mimeType: string }>) | undefined;
  /** The longest message, in characters. */
  maxMessage: number;
  /** The most conversations that one person may follow at once. */
  maxFeeds: number;
  /** Counts an open stream; call the returned function when it ends. */
  countStream(kind: 'answer' | 'feed'): () => void;
  /** Aborted when the server stops: feeds then end, and their followers reconnect to another process. */
  stopping: AbortSignal;
};

/** A request to follow a conversation. `answer`: the feed ends with the answer, for a repeated request. */
type FollowRequest = {
  personId: string;
  conversationId: string;
  after: number;
  kind: 'feed' | 'answer';
  wire: Wire<string>;
  isOver(output: FeedOutput): boolean;
};

/** The largest body of a request, and of one with a recording: ten megabytes in base64. */
const usualBytes = 1024 * 1024;
const dictationBytes = 14 * 1024 * 1024;

/** Lists show titles whole and by the hundred. */
const longestTitle = 500;

/** The routes of ChatKit: the protocol's own, and those to resume and stop an answer and to open a file. */
export function registerChatKitRoutes(app: FastifyInstance, deps: Deps): void {
  const { chatkit, requireSession, originOf, stopping } = deps;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const config = { limit: deps.limit };
  const feeds = createPlaces({ each: deps.maxFeeds });
  const largeBodies = createPlaces({ each: 2, all: 8 });

  const presentFor = (origin: string) => (attachment: Attachment) => chatkit.attachments.present(attachment, origin);
  /** One encoder for all readers of an origin, so that each output is encoded once. */
  const wires = new Map<string, Wire<string>>();
  const wireFor = (origin: string): Wire<string> => {
    const known = wires.get(origin);
    if (known) return known;
    // The caller names the origin, so there can be any number of them.
    if (wires.size >= 100) wires.clear();
    const wire = chatkitWire(presentFor(origin));
    wires.set(origin, wire);
    return wire;
  };

  /** Only signed-in people make us read a large body, and only where it is of use. */
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
      if (parsed.type === 'attachments.delete') await deps.requireFileReader(request);
      const context = contextOf(request, person, sessionId, originOf(request));
      chatkit.server.warm();
      if (!isStreamingRequest(parsed)) {
        // Read before the rows: a client that continues from it may receive an event twice, never miss one.
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
      // Without the client's own name, the name from a proxy, which tries another process when one breaks off.
      const key = requestKeyOf(named ?? request.headers['causerie-attempt'], parsed);
      let answer: Answer;
      try {
        if ('input' in parsed.params && 'attachments' in parsed.params.input) {
          const threadId = 'thread_id' in parsed.params ? parsed.params.thread_id : null;
          await chatkit.attachments.checkSendable(person.id, parsed.params.input.attachments, threadId);
        }
        answer = await refused(startAnswer(chatkit, parsed, context, key));
      } catch (error) {
        // A repeated request is always refused, for whatever reason comes first. So the common case, a new request, needs
        // no lookup.
        if (!key) throw error;
        const earlier = await chatkit.conversations.runs.findRequest(person.id, key);
        if (!earlier) throw error;
        return follow(request, reply, {
          ...earlier,
          personId: person.id,
          kind: 'answer',
          wire: repeatedAnswerWire(presentFor(context.origin)),
          isOver: untilIdle(),
        });
      }
      // A client that named its request may repeat it, so the loss of its stream does not stop the answer either.
      const mayResume = request.headers[resumeHeader] === '1' || named !== undefined;
      const streamEnds = deps.countStream('answer');
      reply.raw.once('close', streamEnds);
      const { run } = answer;
      const writer = openStream(reply, {
        onDrain: () => writer.write(snapshotFrames(run.snapshot().items), true),
        // ChatKit has no "stop" request: a client that disconnects asks for it, unless it announced that it may come back.
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
            // A lagging reader receives snapshots of the items once it has caught up.
            else if (!writer.lagging || isSentOnce(each)) frames += signalFrame(each);
          }
          if (frames) writer.write(frames, urgent);
        },
        end: () => writer.end(),
      });
      // A client that left while its message was stored causes no `close` event any more, and still asks to stop.
      if (reply.raw.destroyed && !mayResume) run.stop('stopped');
      answer.begin();
      return reply;
    },
  });

  /** Streams a conversation's feed until it ends. */
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
    // Also when the response ends before the feed begins.
    whenGone(reply, leave);
    let writer: SseWriter | null = null;
    const waitingFrames: string[] = [];
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
        else if (frames) waitingFrames.push(frames);
        if (feed.isOver(output) || output.kind === 'gone') end();
      },
      onError(error) {
        request.log.error({ err: error }, 'a live feed broke off');
        // Destroyed rather than ended: a reader would take a proper end for the end of the answer.
        reply.raw.destroy();
      },
    };
    following = await refused(chatkit.conversations.follow(feed.personId, feed.conversationId, feed.after, reader));
    // The reader left meanwhile: no event would end this feed any more.
    if (reply.raw.destroyed) {
      following.close();
      throw new AppError('bad_request', 'The caller went away.');
    }
    reply.header(resumeHeader, '1');
    writer = openStream(reply, {
      // A slow reader receives nothing more until it has taken what was sent; then the feed goes on from there.
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
      // Followers would hold the process open as long as their thread lives. An answer is awaited.
      const restart = () => {
        writer?.write('retry: 500\n\n', true);
        end();
      };
      stopping.addEventListener('abort', restart);
      reply.raw.on('close', () => stopping.removeEventListener('abort', restart));
      if (stopping.aborted) restart();
      writer.write(': open\n\n', true);
    }
    for (const frames of waitingFrames) writer.write(frames, true);
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

  // Neither a link nor an image can carry a bearer token, so the address itself is the credential for a while.
  routes.route({
    ...optionsOf(chatkitRoutes.fileLink),
    config,
    handler: async (request, reply) => {
      const { person } = await deps.requireFileReader(request);
      const { id } = request.params;
      reply.header(resumeHeader, '1').header('cache-control', 'no-store');
      return { url: await chatkit.attachments.link(person.id, id, originOf(request)) };
    },
  });
}

/** The number of an event; 0 for a client without one, which sends none or an empty one. */
function lastEventId(header: string | string[] | undefined): number {
  if (header === undefined || header === '') return 0;
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header))
    throw new AppError('bad_request', 'Last-Event-ID must be the id of an event, a whole number.');
  return Number(header);
}

/** Calls back when the reader is gone, also one that left during sign-in: no event reports that one. */
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

/**
 * Ends a stream within seconds after its person was signed out, disabled or deleted. Returns a function that ends the
 * watch.
 */
function watchSession(request: FastifyRequest, requireSession: Deps['requireSession'], end: () => void): () => void {
  const timer = setInterval(() => {
    requireSession(request).catch((error: unknown) => {
      // An outage of the database signs nobody out.
      if (error instanceof AppError && errorCodes[error.code].status < 500) end();
    });
  }, 2500).unref();
  return () => clearInterval(timer);
}

/** Takes the response over from Fastify, with the headers its hooks have set so far (CORS, security, request id). */
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
