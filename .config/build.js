// Builds dist/: the library, the launcher, and the program that it runs, with V8's code cache beside it.
// --watch rebuilds, --bench adds the benchmarks, --simulation the simulation, --fuzz the fuzzer.
import { build, context } from 'esbuild';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { benchmarks } from './benchmarks.js';
import { withBranches } from './branches.js';
import { common, withRequire } from './common.js';
import { inkPlugins, lateWidth, segmenter } from './ink.js';
import { simulation } from './simulation.js';
import { makeCodeCache } from './code-cache.js';

/** Files that few starts need, each in a bundle of its own: Ink with React, and the flag parser. */
const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/(app\.tsx|flag-values\.ts)$/ }, ({ path, kind }) =>
      kind === 'dynamic-import'
        ? { path: `./${basename(path, extname(path))}.js`, external: true }
        : undefined,
    );
  },
};

/** Writes what esbuild made, changed by `change`. */
const written = (change) => ({
  name: 'written',
  setup({ initialOptions, onEnd }) {
    initialOptions.write = false;
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, change(text));
      }
    });
  },
});

/** One character beyond Latin-1, in a template or a pattern, and V8 holds the whole file in two octets for each. */
const inAscii = (text) =>
  text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A script that V8 has cached cannot import: the launcher does it. */
const withLoad = (text) => text.replace(/\bimport\(/g, '__import(');

/** No start opens a segmenter or reads the emoji. */
const late = { define: { ...common.define, 'Intl.Segmenter': 'LateSegmenter' }, inject: [segmenter] };

const commonJs = {
  ...common,
  format: 'cjs',
  define: { ...common.define, 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
};

const launcher = { ...commonJs, entryPoints: { cli: 'src/launcher.ts' }, outExtension: { '.js': '.cjs' } };

const program = {
  ...commonJs,
  entryPoints: { program: 'src/cli.ts' },
  define: { ...commonJs.define, ...late.define },
  inject: late.inject,
  plugins: [apart, lateWidth, written((text) => withLoad(inAscii(text)))],
  banner: { js: '(function(require,__import,__filename){' },
  footer: { js: '})' },
};

const flags = { ...common, entryPoints: ['src/shell/program/flag-values.ts'], banner: withRequire };

const app = {
  ...common,
  ...late,
  entryPoints: ['src/ui/app.tsx'],
  plugins: [...inkPlugins, written(inAscii)],
  banner: withRequire,
};

const library = { ...common, entryPoints: { index: 'src/index.ts' } };

const fuzzer = withBranches({
  ...common,
  outdir: 'dist/fuzz',
  minifyWhitespace: false,
  entryPoints: { main: 'test/fuzz/main.ts' },
});

const shipped = [launcher, program, flags, app, library];

if (process.argv.includes('--watch')) {
  await Promise.all(shipped.map(async (one) => (await context(one)).watch()));
} else if (process.argv.includes('--bench')) {
  await Promise.all(benchmarks.map(build));
} else if (process.argv.includes('--simulation')) {
  await build(simulation('main'));
} else if (process.argv.includes('--fuzz')) {
  await build(fuzzer);
} else {
  await rm('dist', { recursive: true, force: true });
  await Promise.all([...shipped.map(build), writePages()]);
  await chmod('dist/cli.cjs', 0o755);
  // Never needed: a build without loopback has none, and the user's first run makes it.
  await makeCodeCache().catch((error) => console.warn(`no code cache: ${error.message}`));
}

/** The man page and the completions come from the program's own tables. */
async function writePages() {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  const { renderManual } = await load('src/shell/program/man-page.ts');
  const { completionScripts } = await load('src/shell/program/completions/scripts.ts');
  await writeFile('dist/tftpsh.1', renderManual(version));
  for (const [shell, render] of Object.entries(completionScripts))
    await writeFile(`dist/tftpsh.${shell}`, render());
}

async function load(entry) {
  const { outputFiles } = await build({ ...common, entryPoints: [entry], write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
