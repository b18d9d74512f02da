// Syntax highlighting, loaded with the first code block that names its language: as a worker, or into the page.

import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import clojure from 'highlight.js/lib/languages/clojure';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import dart from 'highlight.js/lib/languages/dart';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import elixir from 'highlight.js/lib/languages/elixir';
import go from 'highlight.js/lib/languages/go';
import graphql from 'highlight.js/lib/languages/graphql';
import haskell from 'highlight.js/lib/languages/haskell';
import http from 'highlight.js/lib/languages/http';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import julia from 'highlight.js/lib/languages/julia';
import kotlin from 'highlight.js/lib/languages/kotlin';
import latex from 'highlight.js/lib/languages/latex';
import less from 'highlight.js/lib/languages/less';
import lua from 'highlight.js/lib/languages/lua';
import makefile from 'highlight.js/lib/languages/makefile';
import markdown from 'highlight.js/lib/languages/markdown';
import matlab from 'highlight.js/lib/languages/matlab';
import nginx from 'highlight.js/lib/languages/nginx';
import objectivec from 'highlight.js/lib/languages/objectivec';
import perl from 'highlight.js/lib/languages/perl';
import php from 'highlight.js/lib/languages/php';
import plaintext from 'highlight.js/lib/languages/plaintext';
import powershell from 'highlight.js/lib/languages/powershell';
import protobuf from 'highlight.js/lib/languages/protobuf';
import python from 'highlight.js/lib/languages/python';
import r from 'highlight.js/lib/languages/r';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import scala from 'highlight.js/lib/languages/scala';
import scss from 'highlight.js/lib/languages/scss';
import shell from 'highlight.js/lib/languages/shell';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import type { Colored } from '../code-view.ts';

const languages = {
  bash,
  c,
  clojure,
  cpp,
  csharp,
  css,
  dart,
  diff,
  dockerfile,
  elixir,
  go,
  graphql,
  haskell,
  http,
  ini,
  java,
  javascript,
  json,
  julia,
  kotlin,
  latex,
  less,
  lua,
  makefile,
  markdown,
  matlab,
  nginx,
  objectivec,
  perl,
  php,
  plaintext,
  powershell,
  protobuf,
  python,
  r,
  ruby,
  rust,
  scala,
  scss,
  shell,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);

const REFERENCES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

/**
 * Colours `code`: for each line its runs, each with the classes of the innermost scope. Undefined for an unknown
 * language. The library answers in HTML; it is read here as the three forms it is made of, and never parsed as markup.
 */
export default function highlight(code: string, language: string): Colored[][] | undefined {
  const name = language.toLowerCase();
  if (!hljs.getLanguage(name)) return undefined;
  const html = hljs.highlight(code, { language: name, ignoreIllegals: true }).value;
  const lines: Colored[][] = [[]];
  const scopes: string[] = [];
  const token = /<span class="([\w\s.-]*)">|<\/span>|([^<]+)/g;
  for (let found = token.exec(html); found; found = token.exec(html)) {
    if (found[1] !== undefined) scopes.push(/^hljs-/.test(found[1]) ? found[1] : (scopes.at(-1) ?? ''));
    else if (found[2] === undefined) scopes.pop();
    else {
      const text = found[2].replace(/&(amp|lt|gt|quot|#x27);/g, (_, reference: string) => REFERENCES[reference]!);
      for (const [i, part] of text.split('\n').entries()) {
        if (i > 0) lines.push([]);
        if (part) lines.at(-1)!.push({ text: part, scope: scopes.at(-1) ?? '' });
      }
    }
  }
  return lines;
}

// As a worker (see highlighter.ts) it has no document, and says when it can be asked.
if (!globalThis.document) {
  globalThis.addEventListener('message', ({ data: [code, language] }: MessageEvent<[string, string]>) => {
    let lines: Colored[][] | undefined;
    try {
      lines = highlight(code, language);
    } catch {
      // A grammar that gives up leaves code uncoloured; an answer must come all the same.
    }
    postMessage(lines);
  });
  postMessage('ready');
}
