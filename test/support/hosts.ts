// Hosts of their own for tests: network namespaces on one bridge, so that programs that share a port can run side by side.
// The first host has the bridge. Needs root and Linux; nothing of it touches the network of this machine.
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { start, type Program, type Running } from './spawn.ts';

/** Why there can be no hosts here; undefined: there can. */
export function hostsMissing(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const tried = spawnSync('unshare', ['--net', 'ip', 'link', 'add', 'br0', 'type', 'bridge']);
  return tried.status === 0 ? undefined : 'needs unshare, ip and the right to make a bridge';
}

export interface Host {
  readonly address: string;
  /** Starts a program on this host. */
  start(program: Program): Running;
  /** Pulls the cable, or plugs it in again. */
  link(state: 'up' | 'down'): void;
}

export interface Hosts {
  readonly hosts: readonly Host[];
  /** A cable into the bridge for a machine that is emulated on the first host; gives the name of its tap. */
  tap(): string;
  close(): Promise<void>;
}

/** Makes hosts with the addresses 10.77.0.1, 10.77.0.2 and so on. */
export async function makeHosts(count: number): Promise<Hosts> {
  const holders = Array.from({ length: count }, () =>
    start({ command: 'unshare', args: ['--net', 'sleep', 'infinity'] }),
  );
  for (const { pid } of holders) await hasOwnNetwork(pid);
  const [first] = holders;
  if (first === undefined) throw new Error('no hosts');
  const hub = first.pid;
  ip(hub, 'link add br0 type bridge mcast_snooping 0');
  ip(hub, 'link set br0 up');
  const hosts = holders.map(({ pid }, at): Host => {
    const [device, cable] = at === 0 ? ['br0', 'br0'] : ['eth0', `port${at}`];
    if (at > 0) {
      ip(hub, `link add ${cable} type veth peer name eth0 netns ${pid}`);
      ip(hub, `link set ${cable} master br0 up`);
    }
    const address = `10.77.0.${at + 1}`;
    ip(pid, 'link set lo up');
    ip(pid, `addr add ${address}/24 dev ${device}`);
    ip(pid, `link set ${device} up`);
    ip(pid, `route add 224.0.0.0/4 dev ${device}`);
    const inside = ['--target', String(pid), '--net'];
    return {
      address,
      start: ({ command, args, ...rest }) =>
        start({ command: 'nsenter', args: [...inside, command, ...args], ...rest }),
      link: (state) => ip(hub, `link set ${cable} ${state}`),
    };
  });
  return {
    hosts,
    tap() {
      ip(hub, 'tuntap add tap0 mode tap');
      ip(hub, 'link set tap0 master br0 up');
      return 'tap0';
    },
    async close() {
      await Promise.all(holders.map((holder) => holder.stop()));
    },
  };
}

/** Waits until the process has left the network of this one. */
async function hasOwnNetwork(pid: number): Promise<void> {
  const ours = readlinkSync('/proc/self/ns/net');
  while (readlinkSync(`/proc/${pid}/ns/net`) === ours) await new Promise(setImmediate);
}

function ip(pid: number, words: string): void {
  const args = ['--target', String(pid), '--net', 'ip', ...words.split(' ')];
  const { status, stderr } = spawnSync('nsenter', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words}: ${stderr}`);
}
