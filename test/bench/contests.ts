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
  /** Servers and clients of the bare loop. */
  readonly bare: readonly { readonly server: string; readonly client: string }[];
}

const directions: readonly Direction[] = ['get', 'put'];
const lockstep: TransferSettings = { options: false };

function against(server: string, clients: readonly string[]): readonly { server: string; client: string }[] {
  return clients.map((client) => ({ server, client }));
}

/** Both ends ours, with what we ask for by default, against the tftp-hpa pair with what it asks for: nothing. */
function pairPlans(direction: Direction): Plan[] {
  const common = {
    direction,
    ours: { server: 'ours', client: 'ours' },
    theirs: [{ server: 'in.tftpd', client: 'tftp-hpa' }],
    terms: {},
  };
  return [
    {
      ...common,
      name: `pair-1468-${direction}`,
      what: 'our defaults at blksize 1468 ÷ tftp-hpa pair, its defaults',
      goal: 5,
      settings: { blksize: 1468 },
      bare: [{ server: 'bare', client: 'bare' }],
    },
    {
      ...common,
      name: `pair-loopback-${direction}`,
      what: 'our defaults on loopback ÷ tftp-hpa pair, its defaults',
      goal: 12,
      settings: {},
      bare: [],
    },
  ];
}

function clientPlans(direction: Direction): Plan[] {
  const plans: Plan[] = ['in.tftpd', 'atftpd'].map((server) => ({
    name: `client-512-${server}-${direction}`,
    what: `our client ÷ the best C client, lockstep 512, server ${server}`,
    direction,
    goal: 0.65,
    ours: { server, client: 'ours' },
    theirs: against(server, ['tftp-hpa', 'atftp', 'curl']),
    settings: lockstep,
    terms: {},
    bare: [{ server, client: 'bare' }],
  }));
  plans.push({
    name: `client-1468x16-${direction}`,
    what: 'our client ÷ atftp, blksize 1468 × window 16, server atftpd',
    direction,
    goal: 0.7,
    ours: { server: 'atftpd', client: 'ours' },
    theirs: against('atftpd', ['atftp']),
    settings: { blksize: 1468, windowsize: 16, tsize: false },
    terms: { blksize: 1468, windowsize: 16 },
    bare: [{ server: 'atftpd', client: 'bare' }],
  });
  for (const server of ['in.tftpd', 'atftpd'])
    plans.push({
      name: `client-65464-${server}-${direction}`,
      what: `our client ÷ curl, blksize 65464, server ${server}`,
      direction,
      goal: 0.75,
      ours: { server, client: 'ours' },
      theirs: against(server, ['curl']),
      settings: { blksize: 65464, windowsize: 'off' },
      terms: { blksize: 65464 },
      bare: [{ server, client: 'bare' }],
    });
  return plans;
}

function serverPlans(direction: Direction): Plan[] {
  const servers = ['in.tftpd', 'atftpd'];
  const plan = (client: string, terms: Plan['terms'], rivals: readonly string[], goal: number): Plan => {
    const { blksize = 512, windowsize = 1 } = terms;
    const label = windowsize === 1 ? `${blksize}-${client}` : `${blksize}x${windowsize}`;
    return {
      name: `server-${label}-${direction}`,
      what: `our server ÷ ${rivals.join(' or ')}, blksize ${blksize} × window ${windowsize}, client ${client}`,
      direction,
      goal,
      ours: { server: 'ours', client },
      theirs: rivals.map((server) => ({ server, client })),
      settings: {},
      terms,
      bare: [{ server: 'bare', client }],
    };
  };
  return [
    ...['tftp-hpa', 'atftp', 'curl'].map((client) => plan(client, {}, servers, 0.65)),
    plan('atftp', { blksize: 1468, windowsize: 16 }, ['atftpd'], 0.7),
    plan('curl', { blksize: 65464 }, servers, 0.75),
  ];
}

export const plans: readonly Plan[] = [pairPlans, clientPlans, serverPlans].flatMap((of) =>
  directions.flatMap(of),
);

/** Seats a plan's servers; undefined where nobody is there to be compared with. */
export async function prepare(stage: Stage, plan: Plan): Promise<Contest | undefined> {
  const ours = await contestant(stage, plan, plan.ours);
  const theirs = await present(stage, plan, plan.theirs);
  if (ours === undefined || theirs.length === 0) return undefined;
  const yardsticks = await present(stage, plan, plan.bare);
  return { name: plan.name, what: plan.what, goal: plan.goal, ours, theirs, yardsticks };
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
  // The bare loop asks for numbers only: the defaults that the engine would choose.
  if (client === 'bare')
    return stage.own('bare', direction, seat, {
      windowsize: settings.blksize === 1468 ? 16 : 1,
      ...settings,
    });
  return stage.foreign(client, direction, seat, terms);
}
