// A style sheet imported by a script comes as its text (css-text.ts).
declare module '*.css' {
  const css: string;
  export default css;
}
