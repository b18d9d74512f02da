import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Frame, SseParser } from '../../src/transport/sse.ts';

function read(...chunks: Uint8Array[]): Frame[] {
  const frames: Frame[] = [];
  const parser = new SseParser((frame) => frames.push(frame));
  for (const chunk of chunks) parser.push(chunk);
  return frames;
}

const bytes = (text: string) => new TextEncoder().encode(text);

it('events arrive whole however the bytes are cut, even inside a character', () => {
  const text = 'data: {"t":"é 日本 👩‍👩‍👧 \u2028"}\n\ndata: second\r\n\r\n: ping\n\nid: 7\ndata: third\n\n';
  const whole = read(bytes(text));
  expect(whole).toEqual([{ data: '{"t":"é 日本 👩‍👩‍👧 \u2028"}' }, { data: 'second' }, { data: 'third', id: '7' }]);
  const all = bytes(text);
  for (let at = 0; at <= all.length; at++) expect(read(all.subarray(0, at), all.subarray(at))).toEqual(whole);
});

it('any text in any chunks is read as in one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''))),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.nat(40)),
      (texts, newline, cuts) => {
        const all = bytes(texts.map((text) => `data: ${text}${newline}${newline}`).join(''));
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(all.subarray(at, at + cut));
          at = Math.min(all.length, at + cut);
        }
        chunks.push(all.subarray(at));
        expect(read(...chunks).map((frame) => frame.data)).toEqual(texts);
      },
    ),
  );
});

it('several data lines are one event, other fields are nothing, and an unfinished event is dropped', () => {
  expect(read(bytes('event: x\nretry: 10\ndata: a\ndata:b\ndata\n\ndata: cut off\n'))).toEqual([{ data: 'a\nb\n' }]);
});

it('an id lasts until the next one, and a byte order mark is not part of the first field', () => {
  expect(read(bytes('\ufeffid: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\n'))).toEqual([
    { data: 'a', id: '1' },
    { data: 'b', id: '1' },
    { data: 'c', id: '2' },
  ]);
});
