// What all bundles of the build have in common.

/** @type {import('esbuild').BuildOptions} */
export const common = {
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // The texts of src/manual/ and its lessons.
  loader: { '.md': 'text', '.lesson': 'text' },
  minifySyntax: true,
  // Less to read and parse at every start; names stay, so that reports of a bug can be read.
  minifyWhitespace: true,
  legalComments: 'none',
  // Without this Ink runs React's development build: half as fast again, and it leaks a record a frame.
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
};

/** Some CommonJS packages inside a bundle call require() for Node's own modules. */
export const withRequire = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = (name) => __createRequire(import.meta.url)(name);",
};
