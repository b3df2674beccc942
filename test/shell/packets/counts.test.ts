// One count everywhere: what the summary of a transfer says was resent is what its ladder, its figures, its list, its
// events and its exports say.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ShellEvent } from '../../../src/shell/report/events.ts';
import { lookingRig, withLoss, type LookingRig } from './rig.ts';

/** How often each end resent, as each place of the program says it. */
interface Said {
  readonly client: number;
  readonly server: number;
}

const counts = (text: string): Said => ({
  client: Number(/(\d+) resent by client/.exec(text)?.[1] ?? 0),
  server: Number(/(\d+)(?: resent)? by server/.exec(text)?.[1] ?? 0),
});

/** `resent by client    3 (…)`. */
const figureCounts = (text: string): Said => ({
  client: Number(/^resent by client +(\d+)/m.exec(text)?.[1]),
  server: Number(/^resent by server +(\d+)/m.exec(text)?.[1]),
});

function eventOf<Name extends ShellEvent['event']>(
  { events }: LookingRig,
  name: Name,
): Extract<ShellEvent, { event: Name }> {
  const found = events.filter((event) => event.event === name).at(-1);
  if (found === undefined) throw new Error(`no event ${name}`);
  return found as Extract<ShellEvent, { event: Name }>;
}

const text = async (rig: LookingRig, line: string): Promise<string> => (await rig.run(line)).lines.join('\n');

describe('what was resent is counted once', () => {
  it.each([
    ['get', 'loss 10%', 3],
    ['get', 'loss 15% dup 5%', 11],
    ['put', 'loss 10%', 5],
    ['put', 'loss 20% reorder 10%', 8],
  ])('of a %s with %s', async (verb, faults, seed) => {
    const rig = await lookingRig({ seed });
    for (const line of ['lab on', 'blksize 512', 'windowsize 4']) await rig.run(line);
    await rig.run('get image.bin');
    await rig.run(`impair ${faults}`);
    const summary = await text(rig, verb === 'get' ? 'get -f image.bin out.bin' : 'put image.bin up.bin');
    const said = counts(await text(rig, 'ladder'));
    expect(said.client + said.server).toBeGreaterThan(4);
    expect(figureCounts(await text(rig, 'stats'))).toEqual(said);
    const own = eventOf(rig, 'done');
    expect(summary).toContain(`, ${own.resent} resent`);
    expect(own.resent).toBe(said.client);
    // Both ends are in the list, with numbers that follow each other.
    const listed = (await rig.run('transfers')).lines.slice(2);
    expect(listed[0]).toMatch(new RegExp(`^   3 .* ${verb} .*, ${said.client} resent$`));
    expect(listed[1]).toMatch(new RegExp(`^   4 .* (serve|take) .*, ${said.server} resent$`));
    await rig.run('export out.json');
    const exported = JSON.parse(await readFile(join(rig.folder, 'out.json'), 'utf8')) as {
      readonly figures: { readonly resent: Record<string, number>; readonly peerResent: number };
    };
    const { resent, peerResent } = exported.figures;
    expect(Object.values(resent).reduce((sum, count) => sum + count, 0)).toBe(said.client);
    expect(peerResent).toBe(said.server);
    for (const format of ['txt', 'svg', 'html', 'mmd']) {
      await rig.run(`export out.${format}`);
      const drawn = await readFile(join(rig.folder, `out.${format}`), 'utf8');
      expect([format, counts(drawn)]).toEqual([format, said]);
    }
  });

  it('the list of a capture and its ladder say the same', async () => {
    const rig = await withLoss();
    rig.impaired.set({
      scripted: [
        { direction: 'outgoing', matches: ({ op }) => op === 'DATA', fate: 'lost', skip: 2, times: 2 },
      ],
    });
    await rig.run('capture lab.pcapng');
    await rig.run('get -f fw.bin out.bin');
    await rig.run('capture off');
    const listed = await text(rig, 'open lab.pcapng');
    const { resent } = eventOf(rig, 'conversation');
    expect(resent).toBeGreaterThan(0);
    expect(listed).toContain(`${resent} resent`);
    const said = counts(await text(rig, 'ladder 1'));
    expect(said.client + said.server).toBe(resent);
    expect(figureCounts(await text(rig, 'stats 1'))).toEqual(said);
  });
});
