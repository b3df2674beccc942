// What diagnose, explain and a failed transfer say of a cause, through a whole session on loopback.
import { expect, it } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { findExact } from '../../../src/shell/language/lookup.ts';
import { registry } from '../../../src/shell/commands/registry.ts';
import { findSetting } from '../../../src/shell/settings/settings.ts';
import { causes } from '../../../src/trace/diagnose/diagnose.ts';
import { udpPeer } from '../../support/raw-peer.ts';
import { lookingRig, withLoss } from './rig.ts';

it('case 140: a lost block is named with its way, and healthy transfers have no cause', async () => {
  const { run, events, impaired } = await withLoss();
  const { status, lines } = await run('diagnose');
  expect(status).toBe(0);
  expect(lines.join('\n')).toMatch(
    /^transfer 1: get "fw\.bin"\n {2}\S+ % of the packets were lost: 1 on the way to the client\./,
  );
  expect((await run('explain')).lines[1]).toMatch(/were lost: 1 on the way to the client/);
  impaired.off();
  await run('get -f fw.bin out.bin');
  expect((await run('diagnose')).lines[1]).toBe('  Nothing unusual.');
  expect(events.filter(({ event }) => event === 'diagnosis').map(checkEvent)).toEqual([undefined, undefined]);
});

it('case 140: a failure without an answer names what did and did not come', async () => {
  const peer = await udpPeer();
  const { run } = await lookingRig();
  for (const line of ['rexmt 10ms', 'timeout 1', `connect 127.0.0.1 ${peer.local.port}`])
    expect(await run(line)).toMatchObject({ status: 0 });
  const { lines } = await run('get f');
  expect(lines.join('\n')).toMatch(/No answer to \d+ requests in .*The host is down, or a firewall drops/);
  peer.close();
});

it('every command that a remedy names exists', () => {
  for (const { remedy } of causes)
    for (const [, step = ''] of remedy.matchAll(/\{([^}]+)\}/g)) {
      const [word = '', setting = ''] = step.split(' ');
      const command =
        word === 'set' ? findSetting(setting) : (findExact(word, registry) ?? findSetting(word));
      expect([step, typeof command]).toEqual([step, 'object']);
    }
});
