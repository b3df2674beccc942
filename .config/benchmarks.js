// The bundles of `npm run bench`.
import { fileURLToPath } from 'node:url';
import { common, withRequire } from './common.js';

const programs = {
  ...common,
  entryPoints: { main: 'test/bench/main.ts', peer: 'test/bench/peer.ts' },
  outdir: 'dist/bench',
  // Native, and only the benchmarks open terminals.
  external: ['@lydell/node-pty'],
  banner: withRequire,
};

/** Our client with the place where packets are seen taken out: what being able to see them costs. */
const unobserved = {
  ...programs,
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

export const benchmarks = [programs, unobserved];
