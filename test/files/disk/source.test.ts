// A file that changes while it is read: the transfer fails, and its last octets are never given.
import { appendFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { problemOf, readAll, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

function share(files: Readonly<Record<string, string>>): string {
  const root = directory();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

it('case 107, F28: a file that shrinks is `changed`, never a short end', async () => {
  const root = share({ f: '0123456789' });
  const jail = await openJail(root);
  const source = await jail.open('f');
  expect(await source.read(new Uint8Array(4))).toBe(4);
  truncateSync(join(root, 'f'), 6);
  expect(await problemOf(source.read(new Uint8Array(6)))).toBe('changed');
  await source.close();
  await jail.close();
});

it('case 108: a file that grows is `changed`: an append and a longer file in place look the same', async () => {
  const root = share({ f: '0123456789', g: '0123456789' });
  const jail = await openJail(root);
  const appended = await jail.open('f');
  const overwritten = await jail.open('g');
  for (const source of [appended, overwritten]) await source.read(new Uint8Array(4));
  appendFileSync(join(root, 'f'), 'more');
  writeFileSync(join(root, 'g'), 'A longer file that took its place');
  expect(await problemOf(appended.read(new Uint8Array(6)))).toBe('changed');
  expect(await problemOf(overwritten.read(new Uint8Array(6)))).toBe('changed');
  for (const source of [appended, overwritten]) await source.close();
  await jail.close();
});

it('F28: a file rewritten in place whose time is put back is `changed`', async () => {
  const root = share({ f: '0123456789' });
  utimesSync(join(root, 'f'), 1000, 1000);
  for (const growing of [false, true]) {
    const jail = await openJail(root, { growing });
    const source = await jail.open('f');
    await source.read(new Uint8Array(4));
    writeFileSync(join(root, 'f'), 'ABCDEFGHIJ');
    utimesSync(join(root, 'f'), 1000, 1000);
    expect(await problemOf(source.read(new Uint8Array(6)))).toBe('changed');
    await source.close();
    await jail.close();
  }
});

it('case 108: where growing files are allowed, one is served as it was when it was opened', async () => {
  const root = share({ f: '0123456789' });
  const jail = await openJail(root, { growing: true });
  const source = await jail.open('f');
  appendFileSync(join(root, 'f'), 'more');
  expect((await readAll(source)).toString()).toBe('0123456789');
  await jail.close();
});

it('F28: a file rewritten in place is `changed` before its last octets are given', async () => {
  const root = share({ f: '0123456789' });
  const jail = await openJail(root);
  const source = await jail.open('f');
  await source.read(new Uint8Array(4));
  writeFileSync(join(root, 'f'), 'ABCDEFGHIJ');
  utimesSync(join(root, 'f'), 1, 1);
  expect(await problemOf(source.read(new Uint8Array(6)))).toBe('changed');
  await source.close();
  await jail.close();
});

it('case 212: two sources of one content can be read anywhere, and no longer once it has changed', async () => {
  const root = share({ f: '0123456789', g: '0123456789' });
  const jail = await openJail(root);
  const [first, second, other] = [await jail.open('f'), await jail.open('f'), await jail.open('g')];
  expect(first.shared?.identity).toBe(second.shared?.identity);
  expect(first.shared?.identity).not.toBe(other.shared?.identity);
  const into = new Uint8Array(4);
  expect(await first.shared?.readAt(into, 8)).toBe(2);
  expect(await first.shared?.readAt(into, 3)).toBe(4);
  expect(Buffer.from(into).toString()).toBe('3456');
  // Reading in order is another matter.
  expect(await first.read(new Uint8Array(20))).toBe(10);
  writeFileSync(join(root, 'f'), 'abcdefghij');
  expect(await problemOf(first.shared!.readAt(into, 0))).toBe('changed');
  for (const source of [first, second, other]) await source.close();
  await jail.close();
});
