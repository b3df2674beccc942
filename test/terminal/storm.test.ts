// Windows that change their size while a file moves under them: the real program, whose progress is drawn all the time.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bundle } from './program.ts';
import { Stage } from './stage.ts';

let product: Awaited<ReturnType<typeof bundle>>;
let stage: Stage;
beforeAll(async () => {
  product = await bundle('src/cli.ts');
});
afterAll(() => product.remove());
afterEach(() => stage.close());

const numbers = Array.from({ length: 60 }, (_, at) => String(at + 1));

/** Sixty lines of transcript, a transfer that runs for minutes, and a line that was begun. */
async function busy(narrow: 'wraps' | 'drifts' | 'cuts'): Promise<void> {
  stage = await Stage.open(product.path, { narrow });
  await stage.serve();
  await stage.run('blksize 8', 'blksize 8');
  await stage.run('!seq 60', /^60$/m);
  stage.program.write('get large.bin\rtyped');
  expect(await whole()).toEqual([]);
}

const progress = (): string | undefined =>
  stage.parts().region.find((row) => /^↓ large\.bin .* left$/.test(row));

const isComplete = (): boolean => progress() !== undefined && stage.parts().region.length === 5;

/** The region is the prompt, two rows of the transfer, the server and the footer; what was there before is all there. */
async function whole(): Promise<readonly string[]> {
  const { program } = stage;
  // Frames for the size before may still come: a lower window has fewer rows.
  await program.until((): boolean => program.cursorRow() === `${stage.prompt}typed|` && isComplete());
  const first = progress();
  await program.until((): boolean => isComplete() && progress() !== first);
  const { transcript, region } = stage.parts();
  expect(region).toEqual([
    `${stage.prompt}typed`,
    expect.stringMatching(/^↓ large\.bin /),
    expect.stringMatching(/^ {2}octet {2}blksize=8 /),
    expect.stringMatching(/^server 127/),
    expect.stringMatching(/^ \^C clear|^ \^C abort get/),
  ]);
  expect(transcript.filter((row) => /^\d+$/.test(row))).toEqual(numbers);
  // A terminal that cuts keeps only what fitted its narrowest size.
  const typed = `${stage.prompt}get large.bin`;
  const echo = transcript.findLastIndex((row) => row.length >= 20 && typed.startsWith(row));
  expect(echo).toBeGreaterThan(0);
  return transcript.slice(echo + 1);
}

// A frame that is under way when the window changes is for the size before. It does no harm where the cursor stays with
// its row; where it drifts, nobody can count how far it went, and rows of such frames may stay above the region.
it.each(['wraps', 'drifts', 'cuts'] as const)(
  'a terminal that %s, one size after another',
  async (narrow) => {
    await busy(narrow);
    for (const columns of [79, 60, 41, 60, 120, 80]) {
      const from = stage.program.raw.length;
      stage.program.resize(columns, 24);
      await stage.program.until((): boolean => stage.program.raw.includes('\u001b[?2026l', from));
    }
    const ghosts = await whole();
    if (narrow !== 'drifts') expect(ghosts).toEqual([]);
  },
);

// The third kind is played with the emulator's cursor put right after each size, which is too late in a storm.
it.each(['drifts', 'cuts'] as const)('a terminal that %s, in a storm of sizes', async (narrow) => {
  await busy(narrow);
  const { program } = stage;
  for (const round of [1, 2, 3]) {
    for (let at = 0; at < 60; at += 1) {
      program.resize(20 + ((at * 37 * round) % 100), 5 + ((at * 7) % 24));
      // The transfer and the terminal go on between some of them.
      if (at % 5 !== 0) continue;
      const from = program.raw.length;
      await program.until((): boolean => program.raw.length > from);
    }
    program.resize(80, 24);
    const ghosts = await whole();
    if (narrow !== 'drifts') expect(ghosts).toEqual([]);
  }
  program.write('\u0003');
  await program.until((): boolean => stage.parts().transcript.includes('✗ get large.bin: aborted'));
  await program.until((): boolean => stage.parts().region.length === 3);
});
