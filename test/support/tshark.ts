// Wireshark without its window: what it reads from a capture. Where it is missing, stderr says so and its tests are
// skipped; with REQUIRE_PEERS=1 that is an error.
import { spawnSync } from 'node:child_process';
import { findProgram, peersRequired } from './debs.ts';

const found = findProgram('tshark', 'tshark');
if (found === undefined) {
  if (peersRequired) throw new Error('REQUIRE_PEERS=1, but tshark is not here: run .ci/peers');
  console.warn('skipped: tshark: it is not here (run .ci/peers)');
}

export const hasTshark = found !== undefined;

/** Runs it. @returns what it wrote; throws what it complained of. */
export function tshark(args: readonly string[]): string {
  const env = { ...process.env, ...found?.env };
  const { stdout, stderr, status } = spawnSync(found?.command ?? 'tshark', args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
