// A Markdown file or a lesson of src/manual/ is imported as its text: the build and the tests load it that way.
declare module '*.md' {
  const text: string;
  export { text as default };
}
declare module '*.lesson' {
  const text: string;
  export { text as default };
}
