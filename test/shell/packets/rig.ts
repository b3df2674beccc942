// A session over the real engine on loopback, with a memory of its packets and a network that can lose them.
import { door } from '../../support/door.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemTower } from '../../../src/engine/system.ts';
import { realClock } from '../../../src/network/clock.ts';
import { impair, type ImpairedNetwork } from '../../../src/network/impair/impair.ts';
import { observe } from '../../../src/network/observe.ts';
import { seeded } from '../../../src/network/random.ts';
import { udpNetwork } from '../../../src/network/udp.ts';
import type { ShellDeps } from '../../../src/shell/session/deps.ts';
import type { ShellEvent } from '../../../src/shell/report/events.ts';
import { registry } from '../../../src/shell/commands/registry.ts';
import { Session } from '../../../src/shell/session/session.ts';
import type { Line } from '../../../src/shell/session/state.ts';
import { Bus } from '../../../src/trace/record/bus.ts';
import { Ring } from '../../../src/trace/record/ring.ts';

export interface LookingRig {
  readonly session: Session;
  readonly folder: string;
  readonly impaired: ImpairedNetwork;
  readonly events: ShellEvent[];
  /** Runs a line and answers its status and what it printed. */
  readonly run: (line: string) => Promise<{ readonly status: number; readonly lines: readonly string[] }>;
}

export async function lookingRig(more: Partial<ShellDeps> = {}): Promise<LookingRig> {
  const folder = await mkdtemp(join(tmpdir(), 'tftpsh-packets-'));
  const ring = new Ring();
  const bus = new Bus(ring);
  const impaired = impair(udpNetwork(door), { clock: realClock, random: seeded(1), bus });
  const tower = { ...systemTower(), bus, impairment: impaired, network: observe(impaired, bus, realClock) };
  const session = new Session(
    {
      ...{ tower, ring, interactive: false, echo: false, stdin: undefined, stdout: undefined },
      ...{ directory: folder, home: undefined, platform: 'linux', env: {}, endGroup: () => undefined },
      ...{ chosen: {}, historyFile: undefined },
      ...more,
    },
    registry,
  );
  onTestFinished(async () => {
    await session.close();
    await rm(folder, { recursive: true });
  });
  const lines: Line[] = [];
  const events: ShellEvent[] = [];
  session.onLines((batch) => lines.push(...batch));
  session.onEvent((event) => events.push(event));
  const run: LookingRig['run'] = async (line) => {
    session.context.output.flush();
    const from = lines.length;
    const status = await session.submit(line);
    // The server tells of its side when it is done, before or after what the line itself says.
    const texts = lines.slice(from).map(({ text }) => text);
    return { status, lines: texts.filter((text) => !text.startsWith('server: ')) };
  };
  return { session, folder, impaired, events, run };
}

/** Our own server with a file of 5,000 octets, fetched in windows of four blocks, of which the third got lost. */
export async function withLoss(more: Partial<ShellDeps> = {}): Promise<LookingRig> {
  const rig = await lookingRig(more);
  await writeFile(
    join(rig.folder, 'fw.bin'),
    Uint8Array.from({ length: 5000 }, (_, at) => at % 251),
  );
  for (const line of ['serve . --port 0', 'connect self', 'blksize 512', 'windowsize 4']) await rig.run(line);
  rig.impaired.set({
    scripted: [{ direction: 'outgoing', matches: ({ op }) => op === 'DATA', fate: 'lost', skip: 2 }],
  });
  await rig.run('get fw.bin out.bin');
  return rig;
}
