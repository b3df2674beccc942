import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { defineConfig, type Plugin } from 'vitest/config';
import { mistakes } from './.config/mistakes.js';

/** Loads Markdown files and lessons as text, as the text loader of esbuild does in the build. */
const markdownAsText = {
  name: 'markdown-as-text',
  enforce: 'pre' as const,
  load: async (id: string) =>
    /\.(?:md|lesson)$/.test(id) ? `export default ${JSON.stringify(await readFile(id, 'utf8'))};` : undefined,
};

/** Makes the mistake of .config/mistakes.js that TFTPSH_MISTAKE names: see .config/run-mistakes.js. */
function mistaken(name: string): Plugin {
  const mistake = mistakes.find((one) => one.name === name);
  if (mistake === undefined) throw new Error(`.config/mistakes.js has no "${name}"`);
  const { file, from, to } = mistake;
  return {
    name: 'mistaken',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith(`/src/${file}`)) return undefined;
      if (code.split(from).length !== 2) throw new Error(`${file} does not have once: ${from}`);
      console.error(`mistake made: ${name}`);
      return code.replace(from, () => to);
    },
  };
}

const mistake = process.env['TFTPSH_MISTAKE'];

// .ci/run calls `npm test` as the README writes it. These variables say the rest: where the counts go, whether coverage
// is measured.
const report = process.env['TEST_REPORT'];

export default defineConfig({
  plugins: [markdownAsText, ...(mistake === undefined ? [] : [mistaken(mistake)])],
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: 'test/support/build.ts',
    setupFiles: 'test/support/at-rest.ts',
    // Many tests wait for a clock of the system: with two processors, two at a time take little more than half as long.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // For what hangs. The longest tests take 20 seconds, and three times that on a busy machine.
    testTimeout: 90_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
    ...(report !== undefined && { reporters: ['dot', ['json', { outputFile: report }]] }),
    coverage: {
      enabled: process.env['TEST_COVERAGE'] === '1',
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        'src/wire/**': { branches: 95 },
        'src/transfer/**': { branches: 95 },
      },
    },
  },
});
