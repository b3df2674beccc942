import { readFile } from 'node:fs/promises';
import { defineConfig } from 'vitest/config';

/** Loads Markdown files and lessons as text, as the text loader of esbuild does in the build. */
const markdownAsText = {
  name: 'markdown-as-text',
  enforce: 'pre' as const,
  load: async (id: string) =>
    /\.(?:md|lesson)$/.test(id) ? `export default ${JSON.stringify(await readFile(id, 'utf8'))};` : undefined,
};

// .ci/run calls `npm test` as the README writes it. These variables say the rest: where the counts go, whether coverage
// is measured.
const report = process.env['TEST_REPORT'];

export default defineConfig({
  plugins: [markdownAsText],
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: 'test/support/build.ts',
    testTimeout: 20_000,
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
