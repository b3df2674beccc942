// Builds dist/: the library in one file, and the program: what every run reads, and apart from that what most never do.
// --watch rebuilds, --bench adds the benchmarks.
import { build, context } from 'esbuild';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

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
const lateWidth = {
  name: 'late-width',
  setup({ onResolve, onLoad }) {
    const ours = fileURLToPath(new URL('../src/shell/editor/graphemes.ts', import.meta.url));
    onResolve({ filter: /^string-width$/ }, ({ kind, importer }) =>
      kind === 'require-call'
        ? undefined
        : { path: importer === ours ? 'real' : 'ours', namespace: 'late-width' },
    );
    onLoad({ filter: /.*/, namespace: 'late-width' }, ({ path }) => ({
      contents:
        path === 'ours'
          ? `export { stringWidth as default } from ${JSON.stringify(ours)};`
          : `let width; export default (...text) => (width ??= require('string-width').default)(...text);`,
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    }));
  },
};

const root = fileURLToPath(new URL('..', import.meta.url));
const lateImport = /await import\('(\.[^']+)'\)/g;

/** @param {string} file @param {string} path as `file` imports it */
const lateName = (file, path) =>
  relative('src', join(dirname(relative(root, file)), path)).replace(/\W/g, '_');

/**
 * What the program imports when it needs it: Ink with React in app.js, the flag parser in meow.js, and all else in late.js,
 * each module under a name of its own. One file for all of that, and not one for each: a file costs a start half a
 * millisecond, and what is shared would be torn into ever more of them. What cli.js and late.js share is in core.js,
 * once: it holds state. Our own code that is in app.js too is there twice, which is harmless without any.
 */
const late = {
  name: 'late',
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path: file }) => ({
      loader: 'ts',
      contents: (await readFile(file, 'utf8')).replace(lateImport, (whole, path) =>
        path.endsWith('.tsx')
          ? "await import('./app.js')"
          : `(await import('./late.js')).${lateName(file, path)}`,
      ),
    }));
    onResolve({ filter: /^(meow|\.\/(app|late)\.js)$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: path === 'meow' ? './meow.js' : path, external: true } : undefined,
    );
    onResolve({ filter: /^late$/ }, () => ({ path: 'late', namespace: 'late' }));
    onLoad({ filter: /.*/, namespace: 'late' }, async () => ({
      contents: await lateModules(),
      resolveDir: root,
    }));
  },
};

/** Exports every module that a module of ours outside of ui/ imports late. */
async function lateModules() {
  const lines = new Set();
  for (const name of await readdir(join(root, 'src'), { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const file = join(root, 'src', name);
    for (const [, path] of (await readFile(file, 'utf8')).matchAll(lateImport))
      if (!path.endsWith('.tsx'))
        lines.add(`export * as ${lateName(file, path)} from ${JSON.stringify(join(dirname(file), path))};`);
  }
  return [...lines].join('\n');
}

/** One character beyond Latin-1, in a template or a pattern, and V8 holds the whole file in two octets for each. */
const onlyAscii = {
  name: 'only-ascii',
  setup({ initialOptions, onEnd }) {
    initialOptions.write = false;
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        const ascii = text.replace(
          /[^\0-\x7f]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, ascii);
        if (ascii.startsWith('#!')) await chmod(path, 0o755);
      }
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
const common = {
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // The texts of src/manual/.
  loader: { '.md': 'text' },
  minifySyntax: true,
  // Less to read and parse at every start; names stay, so that reports of a bug can be read.
  minifyWhitespace: true,
  legalComments: 'none',
  // Without this Ink runs React's development build: half as fast again, and it leaks a record a frame.
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
};

/** Some CommonJS packages inside a bundle call require() for Node's own modules. */
const withRequire = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = (name) => __createRequire(import.meta.url)(name);",
};

const program = {
  ...common,
  entryPoints: { cli: 'src/cli.ts', late: 'late' },
  splitting: true,
  chunkNames: 'core',
  plugins: [late, onlyAscii],
};

const parser = { ...common, entryPoints: { meow: 'meow' }, banner: withRequire };

const app = {
  ...common,
  entryPoints: { app: 'src/ui/app.tsx' },
  define: { ...common.define, 'Intl.Segmenter': 'LateSegmenter' },
  inject: ['src/shell/editor/graphemes.ts'],
  plugins: [noDevtools, noFetch, lateWidth, onlyAscii],
  banner: withRequire,
};

const library = { ...common, entryPoints: { index: 'src/index.ts' } };

const benchmarks = {
  ...common,
  entryPoints: { main: 'test/bench/main.ts', peer: 'test/bench/peer.ts' },
  outdir: 'dist/bench',
  // Native, and only the benchmarks open terminals.
  external: ['@lydell/node-pty'],
  banner: withRequire,
};

/** Our client with the place where packets are seen taken out: what being able to see them costs. */
const unobserved = {
  ...benchmarks,
  entryPoints: { peer: 'test/bench/peer.ts' },
  outdir: 'dist/bench/unobserved',
  plugins: [
    {
      name: 'unobserved',
      setup({ onResolve }) {
        const path = fileURLToPath(new URL('../test/bench/unobserved.ts', import.meta.url));
        onResolve({ filter: /\/network\/observe\.ts$/ }, () => ({ path }));
      },
    },
  ],
};

const shipped = [program, parser, app, library];

if (process.argv.includes('--watch')) {
  await Promise.all(shipped.map(async (one) => (await context(one)).watch()));
} else if (process.argv.includes('--bench')) {
  await Promise.all([benchmarks, unobserved].map(build));
} else {
  await rm('dist', { recursive: true, force: true });
  await Promise.all([...shipped.map(build), writePages()]);
}

/** The man page and the completions come from the program's own tables. */
async function writePages() {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  const { renderManual } = await load('src/shell/program/man-page.ts');
  const { renderBash } = await load('src/shell/program/bash-completion.ts');
  await writeFile('dist/tftpsh.1', renderManual(version));
  await writeFile('dist/tftpsh.bash', renderBash());
}

async function load(entry) {
  const { outputFiles } = await build({ ...common, entryPoints: [entry], write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
