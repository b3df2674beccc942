// A picture as PNG, drawn by a program of this system: the first of a list that is there and succeeds.
// Rule: it works on files in a private directory, which is removed; the program gets no text from the network as an argument.
import { join } from 'node:path';
import { makeTemporaryDirectory, removeTree } from '../../files/local/directories.ts';
import { writeText } from '../../files/local/small-files.ts';
import { openLocal } from '../../files/local/user-file.ts';
import { problem } from '../../files/problem.ts';
import type { Printable } from '../../wire/text.ts';

/** Runs a program with its arguments; resolves with its exit status. */
type Run = (
  words: readonly string[],
  signal: AbortSignal,
  onLine: (text: Printable) => void,
) => Promise<number>;

interface Job {
  readonly from: string;
  readonly to: string;
  /** Of the picture, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** How each program is called, best first. */
const converters: readonly ((job: Job) => readonly string[])[] = [
  ({ from, to }) => ['rsvg-convert', '-z', '2', '-o', to, from],
  ({ from, to }) => ['inkscape', from, '--export-type=png', '--export-dpi=192', `--export-filename=${to}`],
  ({ from, to }) => ['magick', '-density', '192', from, to],
  ...['chromium', 'chromium-browser', 'google-chrome'].map((name) => (job: Job) => [
    name,
    ...['--headless', '--hide-scrollbars', '--force-device-scale-factor=2'],
    ...[`--window-size=${job.width},${job.height}`, `--screenshot=${job.to}`, `file://${job.from}`],
  ]),
];

/** Milliseconds that one program may take. */
const longest = 60_000;
/** PNG specification §5.2: what every file begins with. */
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The octets of the image. Rejects with FileError where no program here can draw it. */
export async function pngOf(svg: string, run: Run): Promise<Uint8Array> {
  const folder = await makeTemporaryDirectory();
  try {
    const job = { from: join(folder, 'ladder.svg'), to: join(folder, 'ladder.png'), ...sizeOf(svg) };
    await writeText(job.from, svg, 0o600);
    for (const words of converters) {
      await run(words(job), AbortSignal.timeout(longest), () => undefined);
      const octets = await readAll(job.to).catch(() => undefined);
      if (octets !== undefined && signature.every((octet, at) => octets[at] === octet)) return octets;
    }
  } finally {
    await removeTree(folder);
  }
  throw problem(
    'io',
    'No program here draws a PNG: install rsvg-convert (librsvg), inkscape, magick (ImageMagick) or chromium, or export an svg',
  );
}

/** The size that our own pictures name in their first line. */
function sizeOf(svg: string): Pick<Job, 'width' | 'height'> {
  const [, width = '1000', height = '1000'] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  return { width: Number(width), height: Number(height) };
}

async function readAll(path: string): Promise<Uint8Array> {
  const source = await openLocal(path);
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = new Uint8Array(64 * 1024);
    const length = await source.read(part);
    if (length === 0) break;
    parts.push(part.subarray(0, length));
  }
  await source.close();
  return Buffer.concat(parts);
}
