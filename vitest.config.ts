import { readFile } from 'node:fs/promises';
import { defineConfig } from 'vitest/config';

/** Loads Markdown files as text, as the text loader of esbuild does in the build. */
const markdownAsText = {
  name: 'markdown-as-text',
  enforce: 'pre' as const,
  load: async (id: string) =>
    id.endsWith('.md') ? `export default ${JSON.stringify(await readFile(id, 'utf8'))};` : undefined,
};

export default defineConfig({
  plugins: [markdownAsText],
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
    coverage: {
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
