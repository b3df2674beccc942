// A reader that takes its pipe slowly gets every octet of both streams: a pipe holds 64 KiB, and the program waits.
import type { Readable } from 'node:stream';
import { writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captureDatagram, captureHead } from '../../../src/trace/capture/file/pcapng-write.ts';
import { startCli } from '../../support/cli.ts';
import { concat, latin } from '../../trace/capture/captures.ts';
import { served } from './served.ts';

const large = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 7) % 251);
const here = served({ 'large.bin': large });

/** All of a stream, in pieces that are much smaller than a pipe, with a turn of the event loop between them. */
async function slowly(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  // Its buffer holds what one read gave: what the reader has not taken stays in the pipe.
  for await (const piece of stream.iterator({ destroyOnReturn: false })) {
    pieces.push(piece as Buffer);
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  }
  return Buffer.concat(pieces);
}

async function ran(
  args: readonly string[],
  input = '',
): Promise<{ readonly out: Buffer; readonly err: Buffer; readonly status: number | null }> {
  const child = startCli(args, { cwd: here.work });
  child.stdin.end(input);
  const status = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err] = await Promise.all([slowly(child.stdout), slowly(child.stderr)]);
  return { out, err, status: await status };
}

describe('nothing is cut when a reader is slow', () => {
  it('a file on standard output', async () => {
    const { out, status } = await ran(['get', `tftp://127.0.0.1:${here.port}/large.bin`, '-']);
    expect(status).toBe(0);
    expect(out.equals(large)).toBe(true);
  });

  it('the list of a large capture', async () => {
    const count = 20_000;
    const parts = Array.from({ length: count }, (_, at) =>
      captureDatagram({
        ...{ at: BigInt(at), from: { address: '192.0.2.1', port: 1024 + at } },
        ...{ to: { address: '192.0.2.9', port: 69 }, payload: latin(`\0\x01boot-${at}.cfg\0octet\0`) },
      }),
    );
    await writeFile(join(here.work, 'large.pcapng'), concat(captureHead(), ...parts));
    const { out, status } = await ran(['open', 'large.pcapng']);
    expect(status).toBe(0);
    const lines = out.toString().trimEnd().split('\n');
    expect(out.length).toBeGreaterThan(1_000_000);
    expect(lines).toHaveLength(count);
    expect(lines.at(-1)).toContain('boot-19999.cfg');
  });

  it('both streams of a script with many failures', async () => {
    const count = 4000;
    const script = ['set keep-going on', ...Array.from({ length: count }, (_, at) => `wrong${at}\nstatus`)];
    const { out, err, status } = await ran([], script.join('\n'));
    expect(status).toBe(64);
    expect(err.toString().trimEnd().split('\n')).toHaveLength(count);
    expect(err.toString()).toContain(`line ${2 * count}: ?Invalid command "wrong${count - 1}"`);
    expect(out.toString().match(/^Not connected\.$/gm)).toHaveLength(count);
  });
});
