// The contests: what is compared, on which terms, and the ratio that must be reached.
import type { TransferSettings } from '../../src/engine/transfer.ts';
import type { Direction } from '../support/peers.ts';
import type { Contest, Contestant } from './contest.ts';
import type { Seat, Stage } from './stage.ts';

interface Plan {
  readonly name: string;
  readonly what: string;
  readonly direction: Direction;
  readonly goal: number;
  /** Server and client of our run; `ours` is our own. */
  readonly ours: { readonly server: string; readonly client: string };
  readonly theirs: readonly { readonly server: string; readonly client: string }[];
  readonly settings: TransferSettings;
  /** Terms that the foreign clients ask for. */
  readonly terms: { readonly blksize?: number; readonly windowsize?: number };
  /** Servers and clients of the bare loops. */
  readonly bare: readonly { readonly server: string; readonly client: string }[];
  /** Sizes as parts of the size that was asked for; one size: whole programs, their starts included. */
  readonly parts: readonly [number] | readonly [number, number];
}

const directions: readonly Direction[] = ['get', 'put'];

/** Terms, as people name them, and how much is moved: a lock-step of small blocks takes long. */
interface Terms {
  readonly name: string;
  readonly blksize: number;
  readonly windowsize: number;
  readonly parts: readonly [number, number];
}

const lockstep512: Terms = { name: '512', blksize: 512, windowsize: 1, parts: [1 / 16, 1 / 4] };
const lockstep1468: Terms = { name: '1468', blksize: 1468, windowsize: 1, parts: [1 / 8, 1 / 2] };
const window1468: Terms = { name: '1468x16', blksize: 1468, windowsize: 16, parts: [1 / 2, 2] };
const window8192: Terms = { name: '8192x8', blksize: 8192, windowsize: 8, parts: [1 / 2, 2] };
const lockstep65464: Terms = { name: '65464', blksize: 65464, windowsize: 1, parts: [1, 4] };

function settingsOf({ blksize, windowsize }: Terms): TransferSettings {
  if (blksize === 512 && windowsize === 1) return { options: false };
  return { blksize, windowsize: windowsize === 1 ? 'off' : windowsize, tsize: false };
}

function termsOf({ blksize, windowsize }: Terms): Plan['terms'] {
  return {
    ...(blksize !== 512 && { blksize }),
    ...(windowsize !== 1 && { windowsize }),
  };
}

function against(server: string, clients: readonly string[]): readonly { server: string; client: string }[] {
  return clients.map((client) => ({ server, client }));
}

/** Both ends ours, whole programs with what we ask for by default, against the tftp-hpa pair with what it asks for. */
function defaultPlans(direction: Direction): Plan[] {
  const common = {
    direction,
    ours: { server: 'ours', client: 'ours' },
    theirs: [{ server: 'in.tftpd', client: 'tftp-hpa' }],
    terms: {},
    bare: [],
    // The pair at 512 octets in lock-step needs eight seconds for 64 MiB.
    parts: [1 / 4] as const,
  };
  return [
    {
      ...common,
      name: `defaults-1468-${direction}`,
      what: 'our defaults at blksize 1468 ÷ tftp-hpa pair, its defaults',
      goal: 6,
      settings: { blksize: 1468 },
    },
    {
      ...common,
      name: `defaults-loopback-${direction}`,
      what: 'our defaults on loopback ÷ tftp-hpa pair, its defaults',
      goal: 12,
      settings: {},
    },
  ];
}

/** Both ends ours against the best pair of C programs at the same terms. */
function pairPlans(direction: Direction): Plan[] {
  const plan = (terms: Terms, theirs: Plan['theirs'], goal: number): Plan => ({
    name: `pair-${terms.name}-${direction}`,
    what: `both ends ours ÷ the best C pair, ${terms.name}`,
    direction,
    goal,
    ours: { server: 'ours', client: 'ours' },
    theirs,
    settings: settingsOf(terms),
    terms: termsOf(terms),
    bare: [
      { server: 'bare', client: 'bare' },
      { server: 'native', client: 'native' },
    ],
    parts: terms.parts,
  });
  const curls = ['in.tftpd', 'atftpd'].map((server) => ({ server, client: 'curl' }));
  return [
    plan(
      lockstep512,
      [
        { server: 'in.tftpd', client: 'tftp-hpa' },
        { server: 'atftpd', client: 'atftp' },
      ],
      0.9,
    ),
    plan(window1468, [{ server: 'atftpd', client: 'atftp' }], 1.3),
    plan(lockstep65464, curls, 1.3),
  ];
}

function clientPlans(direction: Direction): Plan[] {
  const plan = (terms: Terms, server: string, clients: readonly string[], goal: number): Plan => ({
    name: `client-${terms.name}-${server}-${direction}`,
    what: `our client ÷ the best C client, ${terms.name}, server ${server}`,
    direction,
    goal: direction === 'put' ? 1 : goal,
    ours: { server, client: 'ours' },
    theirs: against(server, clients),
    settings: settingsOf(terms),
    terms: termsOf(terms),
    bare: [
      { server, client: 'bare' },
      { server, client: 'native' },
    ],
    parts: terms.parts,
  });
  return ['in.tftpd', 'atftpd'].flatMap((server) => [
    plan(lockstep512, server, ['tftp-hpa', 'atftp', 'curl'], 0.9),
    plan(lockstep1468, server, ['atftp', 'curl'], 0.95),
    ...(server === 'atftpd'
      ? [plan(window1468, server, ['atftp'], 1), plan(window8192, server, ['atftp'], 1)]
      : []),
    plan(lockstep65464, server, ['curl'], 1),
  ]);
}

function serverPlans(direction: Direction): Plan[] {
  const plan = (terms: Terms, client: string, rivals: readonly string[], goal: number): Plan => ({
    name: `server-${terms.name}-${client}-${direction}`,
    what: `our server ÷ ${rivals.join(' or ')}, ${terms.name}, client ${client}`,
    direction,
    goal,
    ours: { server: 'ours', client },
    theirs: rivals.map((server) => ({ server, client })),
    settings: settingsOf(terms),
    terms: termsOf(terms),
    bare: [
      { server: 'bare', client },
      { server: 'native', client },
    ],
    parts: terms.parts,
  });
  const both = ['in.tftpd', 'atftpd'];
  return [
    plan(lockstep512, 'tftp-hpa', both, 0.95),
    plan(lockstep512, 'atftp', both, 0.95),
    plan(lockstep1468, 'atftp', both, 1),
    plan(window1468, 'atftp', ['atftpd'], 1),
    plan(window8192, 'atftp', ['atftpd'], 1),
    plan(lockstep65464, 'curl', both, 1),
  ];
}

export const plans: readonly Plan[] = [defaultPlans, pairPlans, clientPlans, serverPlans].flatMap((of) =>
  directions.flatMap(of),
);

/** Seats a plan's servers; undefined where nobody is there to be compared with. */
export async function prepare(stage: Stage, plan: Plan): Promise<Contest | undefined> {
  const ours = await contestant(stage, plan, plan.ours);
  const theirs = await present(stage, plan, plan.theirs);
  if (ours === undefined || theirs.length === 0) return undefined;
  // The bare loops show the limits of gets.
  const bare = plan.direction === 'get' ? plan.bare : [];
  const yardsticks = await present(stage, plan, bare);
  const sizes = plan.parts.map((part) => Math.round(stage.size * part)) as unknown as Contest['sizes'];
  return { name: plan.name, what: plan.what, goal: plan.goal, sizes, ours, theirs, yardsticks };
}

async function present(stage: Stage, plan: Plan, pairs: Plan['theirs']): Promise<Contestant[]> {
  const found: Contestant[] = [];
  for (const pair of pairs) {
    const one = await contestant(stage, plan, pair);
    if (one !== undefined) found.push(one);
  }
  return found;
}

async function contestant(
  stage: Stage,
  { direction, settings, terms }: Plan,
  { server, client }: { readonly server: string; readonly client: string },
): Promise<Contestant | undefined> {
  const seat: Seat | undefined = await stage.seat(server);
  if (seat === undefined) return undefined;
  if (client === 'ours') return stage.own('ours', direction, seat, settings);
  if (client === 'bare' || client === 'native') return stage.own(client, direction, seat, settings);
  return stage.foreign(client, direction, seat, terms);
}
