// Whether a disk has room: octets and entries, with what stays free.
import { describe, expect, it } from 'vitest';
import { assertRoom, hasRoom } from '../../../src/files/disk/room.ts';
import { holdDirectory } from '../../../src/files/disk/walk.ts';
import { problemOf, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const disk = { blocks: 1000, bavail: 100, bsize: 10, files: 2000, ffree: 200 };
const large = { ...disk, blocks: 1e12, bavail: 64 * 1024 * 1024 + 1, bsize: 1 };

describe('room on a disk', () => {
  it.each([
    ['octets that just fit', disk, { octets: 1000 }, 0, true],
    ['one octet too many', disk, { octets: 1001 }, 0, false],
    ['the reserve stays free', disk, { octets: 901 }, 100, false],
    ['a small disk keeps a sixteenth', disk, { octets: 375 }, 'standard', true],
    ['… and no less', disk, { octets: 376 }, 'standard', false],
    ['a large disk keeps 64 MiB', large, { octets: 1 }, 'standard', true],
    ['… and not one octet less', large, { octets: 2 }, 'standard', false],
    ['a disk without sizes', { ...disk, blocks: 0, bavail: 0 }, { octets: 1e15 }, 0, true],
    ['entries that just fit', disk, { octets: 0, entries: 200 }, 0, true],
    ['one entry too many', disk, { octets: 0, entries: 201 }, 0, false],
    ['with a reserve a sixteenth of all entries stays free', disk, { octets: 0, entries: 76 }, 1, false],
    ['… and the rest is used', disk, { octets: 0, entries: 75 }, 1, true],
    ['a large disk keeps 1,024', { ...disk, files: 1e9, ffree: 1025 }, { octets: 0, entries: 1 }, 1, true],
    ['… and no fewer', { ...disk, files: 1e9, ffree: 1024 }, { octets: 0, entries: 1 }, 1, false],
    [
      'a disk without a number of entries',
      { ...disk, files: 0, ffree: 0 },
      { octets: 0, entries: 9 },
      1,
      true,
    ],
    ['octets of a file that has its entry', { ...disk, ffree: 0 }, { octets: 1 }, 1, true],
  ] as const)('%s', (...[, figures, need, reserve, expected]) => {
    expect(hasRoom(figures, need, reserve)).toBe(expected);
  });

  it('asks the disk of the directory', async () => {
    const held = await holdDirectory(directory(), process.platform);
    expect(await problemOf(assertRoom(held, { octets: 0, entries: 1 }, 1e15))).toBe('full');
    await assertRoom(held, { octets: 1, entries: 1 }, 0);
    await held.close();
  });
});
