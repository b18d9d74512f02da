import { expect, it } from 'vitest';
import { contentDisposition, safeFileName } from './file-name.ts';
import { fileTypeOf } from './file-types.ts';

const png = fileTypeOf('image/png', '')!;
const text = fileTypeOf('text/plain', '')!;

it.each([
  ['../../x', 'x.png'],
  ['..\\..\\windows\\photo.PNG', 'photo.PNG'],
  ['/etc/passwd', 'passwd.png'],
  ['a\u0000b\r\nSet-Cookie: x\u0085.png', 'abSet-Cookie: x.png'],
  ['photo\u202Egnp.exe', 'photognp.exe.png'],
  ['photo.html', 'photo.html.png'],
  ['photo.jpg.png', 'photo.jpg.png'],
  ['  . .hidden.png. . ', 'hidden.png'],
  ['.png', 'png.png'],
  ['...', 'file.png'],
  ['', 'file.png'],
  ['e\u0301te\u0301.png', 'été.png'],
  ['half \ud83d.png', 'half \ufffd.png'],
  ['two   spaces.png', 'two spaces.png'],
])('%j becomes %j', (given, safe) => {
  expect(safeFileName(given, png)).toBe(safe);
});

it('a long name keeps its ending, and whole characters', () => {
  const plain = safeFileName(`${'a'.repeat(300)}.png`, png);
  expect(plain).toBe(`${'a'.repeat(251)}.png`);
  const family = '👨‍👩‍👧‍👦'; // 25 bytes, one character
  const emoji = safeFileName(`${family.repeat(40)}.png`, png);
  expect(emoji).toBe(`${family.repeat(10)}.png`);
  expect(safeFileName(`${'.'.repeat(2_000_000)}`, png)).toBe('file.png');
  expect(safeFileName(`a${'\u0301'.repeat(1000)}.png`, png)).toBe('file.png');
  expect(Buffer.byteLength(safeFileName(`${'é'.repeat(1_000_000)}.txt`, text))).toBe(255 - 1);
});

it('names travel in a header unharmed', () => {
  expect(contentDisposition('attachment', 'été "1"; x=%.txt')).toBe(
    `attachment; filename="ete _1_; x=_.txt"; filename*=UTF-8''%C3%A9t%C3%A9%20%221%22%3B%20x%3D%25.txt`,
  );
  expect(contentDisposition('inline', '写真')).toBe(`inline; filename="file"; filename*=UTF-8''%E5%86%99%E7%9C%9F`);
});

it('types are known by what is declared, or by the name where a browser knows nothing', () => {
  expect(fileTypeOf('IMAGE/JPG; q=1', 'x')?.mime).toBe('image/jpeg');
  expect(fileTypeOf('', 'Notes.MD')?.mime).toBe('text/markdown');
  expect(fileTypeOf('application/octet-stream', 'a.csv')?.mime).toBe('text/csv');
  expect(fileTypeOf('application/vnd.ms-excel', 'table.csv')?.mime).toBe('text/csv');
  expect(fileTypeOf('application/vnd.ms-excel', 'table.xls')).toBeUndefined();
  expect(fileTypeOf('image/svg+xml', 'a.png')).toBeUndefined();
  expect(fileTypeOf('text/html', 'a.txt')).toBeUndefined();
});
