// `npm run mutation -- ROOM [FILE…]`: makes each small mistake that StrykerJS knows in a room of src/, and tells which ones no
// test finds. By hand only. StrykerJS is fetched by npx: the project does not depend on it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutationRooms } from './rooms.js';

const [room, ...files] = process.argv.slice(2);
if (room === undefined || mutationRooms[room] === undefined) {
  console.error(`usage: npm run mutation -- ${Object.keys(mutationRooms).join('|')} [FILE...]`);
  process.exit(64);
}
const stryker = [
  '--yes',
  '--package=@stryker-mutator/core@9.6.1',
  'stryker',
  'run',
  '.config/mutation/stryker.js',
];
const only = files.length === 0 ? [] : ['--mutate', files.join()];
/** A test that a mutant ends in its middle leaves its temporary files here. */
const temporary = mkdtempSync(join(tmpdir(), 'tftpsh-mutation-'));
try {
  const { status } = spawnSync('npx', [...stryker, ...only], {
    env: { ...process.env, MUTATION_ROOM: room, TMPDIR: temporary },
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
