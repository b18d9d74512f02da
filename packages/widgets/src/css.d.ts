// A style sheet imported by a lazy part comes as its text (see the loader in build.ts).
declare module '*.css' {
  const css: string;
  export default css;
}
