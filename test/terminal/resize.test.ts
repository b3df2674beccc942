// Windows that change their size, in terminals that wrap their lines anew and in one that cuts them.
// What is looked at is all of it: the screen and the scrollback.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundle, Program } from './program.ts';

let fixture: Awaited<ReturnType<typeof bundle>>;
let program: Program;
beforeAll(async () => {
  fixture = await bundle('test/terminal/fixture.tsx');
});
afterAll(() => fixture.remove());
afterEach(() => program.close());

const numbered = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`);

/** Resizes, and waits for the frame that answers it. */
async function resize(columns: number, rows: number): Promise<void> {
  const from = program.raw.length;
  program.resize(columns, rows);
  await program.until((): boolean => program.raw.includes('\u001b[?2026l', from));
}

/** Everything above the prompt, and from there on the live region. */
function parts(): { readonly transcript: readonly string[]; readonly region: readonly string[] } {
  const all = program.all();
  const at = all.findLastIndex((row) => row.startsWith('tftp> '));
  return { transcript: all.slice(0, at), region: all.slice(at).filter((row) => row !== '') };
}

describe.each(['wraps', 'drifts', 'cuts'] as const)('a terminal that %s', (narrow) => {
  it.each([
    ['one transfer', 'get fw.bin\r', 4, [79, 60, 41, 60, 120, 26, 30, 80]],
    ['many transfers', 'gets a,b,c,d,e,f\r', 8, [79, 60, 41, 50, 120, 80]],
  ] as const)('leaves no row of an old frame and takes no line: %s', async (...row) => {
    const [, command, height, widths] = row;
    program = new Program(process.execPath, [fixture.path], { narrow });
    await program.until('tftp>');
    program.write('lines 30\r');
    await program.until('line 30');
    program.write(`${command}typed`);
    await program.until('tftp> typed');
    for (const columns of widths) {
      await resize(columns, 24);
      const { transcript, region } = parts();
      expect(transcript.filter((row) => /^line \d+$/.test(row))).toEqual(numbered);
      expect(transcript.at(-1)).toBe(`tftp> ${command.trim()}`);
      expect(transcript.filter((row) => /\^[CD]|resent|↓/.test(row))).toEqual([]);
      expect(region[0]).toBe('tftp> typed');
      expect(region).toHaveLength(height);
      expect(program.cursorRow()).toBe('tftp> typed|');
    }
  });
});

// The third kind is played with the emulator's cursor put right after each size, which is too late in a storm.
it.each(['drifts', 'cuts'] as const)(
  'a terminal that %s keeps every line through a storm down to 1 × 1 and back',
  async (narrow) => {
    program = new Program(process.execPath, [fixture.path], { narrow });
    await program.until('tftp>');
    program.write('lines 30\r');
    await program.until('line 30');
    program.write('get fw.bin\r');
    await program.until('62%');
    for (let at = 0; at < 200; at += 1) program.resize(1 + ((at * 37) % 80), 1 + ((at * 7) % 24));
    for (const [columns, rows] of [
      [20, 5],
      [1, 1],
      [2, 40],
      [80, 3],
    ] as const)
      await resize(columns, rows);
    await resize(80, 24);
    await program.until('0:01 left');
    program.write('typed');
    await program.until((): boolean => program.cursorRow() === 'tftp> typed|');
    const { transcript, region } = parts();
    expect(transcript.filter((row) => /^line \d+$/.test(row))).toEqual(numbered);
    expect(region).toHaveLength(4);
  },
);
