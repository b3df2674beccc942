// What a lesson may ask of a transfer, and whether a real transfer in the lab has it.
import { describe, expect, test } from 'vitest';
import { isFlaw, readCondition } from '../../../src/shell/lesson/condition.ts';
import { missingIn, seenIn, type Seen } from '../../../src/shell/lesson/judge.ts';
import { lookingRig } from '../packets/rig.ts';

/** What `lines` gave, in the lab. */
async function seenAfter(lines: readonly string[]): Promise<Seen> {
  const rig = await lookingRig({ seed: 1 });
  for (const line of ['lab on', ...lines]) await rig.run(line);
  const [view] = rig.session.context.inspector.own(0).slice(-1);
  if (view === undefined) throw new Error('no transfer');
  return seenIn(view.log);
}

function missing(text: string, seen: Seen): string | undefined {
  const condition = readCondition(text);
  if (isFlaw(condition)) throw new Error(condition.message);
  return missingIn(condition, seen);
}

describe('a read in which DATA 2 gets lost once', () => {
  test.each([
    ['server DATA 2 lost once', undefined],
    ['DATA 2 lost then ACK 1 resent then DATA 2 resent arrived', undefined],
    ['server DATA 2 resent then client ACK 1 resent', /not seen after server DATA 2 resent/],
    ['client ACK 1..3 lost never', undefined],
    ['client ACK 3x', /client ACK: seen 4 times, not 3\./],
    ['client ACK 4x', undefined],
    ['timeout twice', undefined],
    ['server timeout once', undefined],
    ['client RRQ file=three.bin mode=octet to=69 options=0', undefined],
    ['client RRQ file!=three.bin', /not seen/],
    ['server DATA from!=69 octets=516 data=512', undefined],
    ['server DATA 3 last data<512', undefined],
    ['server DATA data>512 never', undefined],
    ['ERROR', 'ERROR: not seen.'],
    ['client ended complete', undefined],
    ['server ended silent', 'The server ended complete; it has to end silent.'],
    ['ERROR code=5 -- Nobody is a stranger.', 'Nobody is a stranger.'],
  ])('%s', async (text, answer) => {
    const seen = await seenAfter(['options off', 'impair server drop DATA 2 once', 'get three.bin']);
    if (answer === undefined) expect(missing(text, seen)).toBeUndefined();
    else expect(missing(text, seen)).toMatch(answer);
  });
});

describe('options of a request and of its OACK', () => {
  test.each([
    ['client RRQ blksize=1024 windowsize=4 tsize=0', true],
    ['server OACK tsize=5000', true],
    ['server OACK blksize<1024', false],
    ['server OACK timeout>0', false],
    ['client ACK 0 duplicated', true],
    ['client ACK 0 copy', true],
    ['client ANY stranger', false],
  ])('%s: %s', async (text, holds) => {
    const lines = ['blksize 1024', 'windowsize 4', 'impair client dup ACK 0 once', 'get boot.bin'];
    const seen = await seenAfter(lines);
    expect(missing(text, seen) === undefined).toBe(holds);
  });
});

test.each([
  ['', 0],
  ['ended complete', 0],
  ['client ended complete now', 22],
  ['client ACK 2 then', 17],
  ['client ACK 2 octets=many', 20],
  ['timeout lost', 8],
  ['RRQ file<a', 4],
  ['ACK blcksize=1', 4],
])('%j is refused at %d', (text, at) => {
  expect(readCondition(text)).toMatchObject({ at });
});
