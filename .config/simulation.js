// The bundle of `npm run simulate`: the program's own code, with the calls of the disk replaced by a disk in memory.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { common } from './common.js';

const calls = fileURLToPath(new URL('../test/simulation/disk/calls.ts', import.meta.url));

const simulatedDisk = {
  name: 'simulated-disk',
  setup({ onResolve }) {
    onResolve({ filter: /^node:fs(\/promises)?$/ }, ({ importer }) =>
      /\/src\/files\//.test(importer) ? { path: calls } : undefined,
    );
  },
};

/** Replaces texts of modules: the program with one mistake in it. Each text must be there exactly once. */
const mistake = ({ name, changes }) => ({
  name: 'mistake',
  setup({ onLoad }) {
    for (const file of new Set(changes.map((change) => change.file)))
      onLoad({ filter: new RegExp(`/src/${file.replaceAll('.', '\\.')}$`) }, async ({ path }) => {
        let contents = await readFile(path, 'utf8');
        for (const { from, to } of changes.filter((change) => change.file === file)) {
          if (contents.split(from).length !== 2)
            throw new Error(`"${name}": ${file} does not have once: ${from}`);
          contents = contents.replace(from, () => to);
        }
        return { contents, loader: 'ts' };
      });
  },
});

/** @param {(typeof import('./mutants.js').mutants)[number]} [mutant] */
export const simulation = (name, mutant) => ({
  ...common,
  outdir: 'dist/simulation',
  minifyWhitespace: false,
  entryPoints: { [name]: 'test/simulation/main.ts' },
  plugins: [simulatedDisk, ...(mutant === undefined ? [] : [mistake(mutant)])],
});
