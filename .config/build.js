// Builds dist/: the program and the library, each one file, and what most runs never read beside the program:
// Ink with React, and the flag parser. --watch rebuilds, --bench adds the benchmarks.
import { build, context } from 'esbuild';
import { readFile, rm, writeFile } from 'node:fs/promises';

const bench = process.argv.includes('--bench');

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
 * What the program imports when it needs it, in files of their own. Everything else is one file: a chunk costs a start
 * half a millisecond, and shared chunks would multiply with every import(). Our own code that is in both files is there
 * twice, which is harmless while it holds no state.
 */
const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /^(meow|.*\/ui\/app\.tsx)$/ }, ({ path, kind }) =>
      kind === 'dynamic-import'
        ? { path: path === 'meow' ? './meow.js' : './app.js', external: true }
        : undefined,
    );
  },
};

/** @type {import('esbuild').BuildOptions} */
const options = {
  entryPoints: bench
    ? { main: 'test/bench/main.ts', peer: 'test/bench/peer.ts' }
    : { cli: 'src/cli.ts', app: 'src/ui/app.tsx', meow: 'meow' },
  outdir: bench ? 'dist/bench' : 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  // Less to read and parse at every start; names stay, so that reports of a bug can be read.
  minifyWhitespace: true,
  legalComments: 'none',
  // Native, and only the benchmarks open terminals.
  external: bench ? ['@lydell/node-pty'] : [],
  // Without this Ink runs React's development build: half as fast again, and it leaks a record a frame.
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [noDevtools, noFetch, apart],
  // Some CommonJS packages inside the bundle call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = (name) => __createRequire(import.meta.url)(name);",
  },
  logLevel: 'warning',
};

const library = { ...options, entryPoints: { index: 'src/index.ts' } };

/** Our client with the place where packets are seen taken out: what being able to see them costs. */
const unobserved = {
  ...options,
  entryPoints: { peer: 'test/bench/peer.ts' },
  outdir: 'dist/bench/unobserved',
  plugins: [
    {
      name: 'unobserved',
      setup({ onLoad }) {
        onLoad({ filter: /src\/network\/observe\.ts$/ }, () => ({
          contents: 'export const observe = (network) => network; export const joined = undefined;',
        }));
      },
    },
  ],
};

if (process.argv.includes('--watch')) {
  await Promise.all([options, library].map(async (one) => (await context(one)).watch()));
} else {
  if (!bench) await rm('dist', { recursive: true, force: true });
  await build(options);
  if (bench) await build(unobserved);
  else await Promise.all([build(library), writeManual()]);
}

/** The man page comes from the program's own tables. */
async function writeManual() {
  const { outputFiles } = await build({
    ...options,
    entryPoints: ['src/shell/manual.ts'],
    banner: {},
    write: false,
  });
  const { renderManual } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  await writeFile('dist/tftpsh.1', renderManual(version));
}
