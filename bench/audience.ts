/**
 * A process of many listeners: raw sockets that speak WebSocket and read into one buffer, so that the reader is cheaper than
 * what it measures. Its first line of input is an `Audience`; it is ready when every listener is connected. Then each line is a `Talk`,
 * answered with a line of JSON (`Heard`) when every listener has received each message once and in the same order.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { clientFrame, FrameReader, opcodes } from './frames.ts';

export type Audience = {
  port: number;
  path: string;
  /** Of each listener: the headers of its upgrade, and the text frames it begins with. */
  listeners: { headers: Record<string, string>; hello: string[] }[];
  /** What stands in a frame once a listener is in place; without it, the upgrade is enough. */
  readyMark?: string;
  /** How something is said: by a frame of a listener with `{text}` in it, or by a request whose body is the text. */
  say: { frame: string } | { url: string };
};

/** So many messages; each speaker says the next one when everybody has heard the one before. */
export type Talk = { messages: number; speakers: number };

/** How long each message took until the last one had it, in milliseconds. */
export type Heard = { deliveries: number; seconds: number; lastMs: number[] };

const messageBytes = 256;
const mark = Buffer.from('@m=');
const digits = 6;
/** Sockets that are opened at the same time: the queue of a server that listens is short. */
const opening = 50;

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const audience = JSON.parse((await input.next()).value!) as Audience;
const count = audience.listeners.length;
const agent = new http.Agent({ keepAlive: true });
const sockets: net.Socket[] = [];
/** The numbers of all messages, in the order in which the first listener received them. */
const told: number[] = [];
/** How many messages each listener has heard. */
const heard = new Int32Array(count);
/** Messages that not everybody has heard, with how many have. */
const underWay = new Map<number, { heard: number; onAll(): void }>();

const fail = (reason: string): never => {
  console.error(`audience: ${reason}`);
  process.exit(1);
};

function listen(index: number): Promise<void> {
  const { headers, hello } = audience.listeners[index]!;
  return new Promise((resolve) => {
    let head = '';
    const isReadyMark = audience.readyMark === undefined ? null : Buffer.from(audience.readyMark);
    let isReady = false;
    const ready = () => {
      isReady = true;
      resolve();
    };
    const send = (opcode: number, text: Buffer) => socket.write(clientFrame(opcode, text));
    const reader = new FrameReader((opcode, bytes, start, end) => {
      if (opcode === opcodes.ping) send(opcodes.pong, Buffer.from(bytes.subarray(start, end)));
      else if (opcode === opcodes.close) fail(`listener ${index} was closed: ${bytes.subarray(start, end)}`);
      // Engine.IO's own ping.
      else if (end - start === 1 && bytes[start] === 0x32) send(opcodes.text, Buffer.from('3'));
      else if (!isReady && isReadyMark) {
        if (bytes.subarray(start, end).includes(isReadyMark)) ready();
      } else hear(index, bytes, start, end);
    });
    const onData = (chunk: Buffer) => {
      if (head.endsWith('\r\n\r\n')) return reader.read(chunk);
      const at = chunk.indexOf('\r\n\r\n');
      head += chunk.toString('latin1', 0, at < 0 ? chunk.length : at + 4);
      if (at < 0) return;
      if (!head.startsWith('HTTP/1.1 101')) fail(`listener ${index} was refused: ${head.split('\r\n', 1)}`);
      for (const text of hello) send(opcodes.text, Buffer.from(text));
      if (!isReadyMark) ready();
      if (at + 4 < chunk.length) reader.read(chunk.subarray(at + 4));
    };
    const socket = net.connect({
      port: audience.port,
      host: '127.0.0.1',
      onread: {
        buffer,
        callback(size, bytes) {
          onData((bytes as Buffer).subarray(0, size));
          return true;
        },
      },
    });
    sockets[index] = socket;
    socket.on('error', (error) => fail(error.message)).on('close', () => fail(`listener ${index} was closed`));
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `GET ${audience.path} HTTP/1.1\r\nHost: 127.0.0.1:${audience.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${lines.join('')}\r\n`,
    );
  });
}

/** All sockets read into one buffer: each read is processed before the next one. */
const buffer = Buffer.alloc(256 * 1024);

function hear(index: number, bytes: Buffer, start: number, end: number): void {
  for (let at = bytes.indexOf(mark, start); at >= 0 && at < end; at = bytes.indexOf(mark, at + mark.length)) {
    const from = at + mark.length;
    const number = Number(bytes.toString('latin1', from, from + digits));
    const place = heard[index]!++;
    if (place === told.length) told.push(number);
    else if (told[place] !== number) fail(`listener ${index} heard message ${number} and not ${told[place]}`);
    const message = underWay.get(number) ?? fail(`listener ${index} heard message ${number} again`);
    if (++message.heard === count) message.onAll();
  }
}

const textOf = (number: number) =>
  `${mark}${String(number).padStart(digits, '0')} `.padEnd(messageBytes, 'what people say to each other ');

async function say(speaker: number, text: string): Promise<void> {
  if ('frame' in audience.say) {
    sockets[speaker]!.write(clientFrame(opcodes.text, Buffer.from(audience.say.frame.replace('{text}', text))));
    return;
  }
  const request = http.request(audience.say.url, { method: 'POST', agent });
  request.end(text);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  if (response.statusCode !== 200) fail(`a message was answered with ${response.statusCode}`);
  response.resume();
}

let left = 0;
await Promise.all(
  Array.from({ length: opening }, async () => {
    while (left < count) await listen(left++);
  }),
);
console.log(JSON.stringify({ ready: true }));

let said = 0;
for await (const line of { [Symbol.asyncIterator]: () => input }) {
  const { messages, speakers } = JSON.parse(line) as Talk;
  const lastMs: number[] = [];
  const began = performance.now();
  const end = said + messages;
  const speak = async (speaker: number) => {
    while (said < end) {
      const number = said++;
      const sent = performance.now();
      const all = new Promise<void>((resolve) => underWay.set(number, { heard: 0, onAll: resolve }));
      await Promise.all([say(speaker, textOf(number)), all]);
      lastMs.push(performance.now() - sent);
      underWay.delete(number);
    }
  };
  await Promise.all(Array.from({ length: speakers }, (_, speaker) => speak(speaker)));
  const answer: Heard = { deliveries: messages * count, seconds: (performance.now() - began) / 1000, lastMs };
  console.log(JSON.stringify(answer));
}
