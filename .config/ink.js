// What the build changes in Ink and its packages: each plugin leaves out something that costs every start at a terminal.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Stands in for the runtime's segmenter and for string-width until one is needed. */
export const segmenter = fileURLToPath(new URL('../src/shell/editor/graphemes.ts', import.meta.url));

/** Ink would load React's developer tools on demand; a released program has none. */
const noDevtools = {
  name: 'no-devtools',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/devtools\.js$/ }, ({ path }) => ({ path, namespace: 'nothing' }));
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: '' }));
  },
};

/** Yoga unpacks its WebAssembly with fetch where there is one, which loads all of Node's HTTP client: 40 ms at a start. */
const noFetch = {
  name: 'no-fetch',
  setup({ onLoad }) {
    onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, async ({ path }) => ({
      contents: `const fetch = undefined;\n${await readFile(path, 'utf8')}`,
    }));
  },
};

/**
 * string-width reads the emoji when it is loaded, which is late enough when one is seen. All who ask for widths, Ink too,
 * ask src/shell/editor/graphemes.ts, and that alone has the real one.
 */
export const lateWidth = {
  name: 'late-width',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, ({ kind, importer }) =>
      kind === 'require-call'
        ? undefined
        : { path: importer === segmenter ? 'real' : 'ours', namespace: 'late-width' },
    );
    onLoad({ filter: /.*/, namespace: 'late-width' }, ({ path }) => ({
      contents:
        path === 'ours'
          ? `export { stringWidth as default } from ${JSON.stringify(segmenter)};`
          : `let width; export default (...text) => (width ??= require('string-width').default)(...text);`,
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    }));
  },
};

export const inkPlugins = [noDevtools, noFetch, lateWidth];
