// Hosts of their own for tests: network namespaces on one bridge, so that programs that share a port can run side by side.
// The first host has the bridge. Needs root and Linux; nothing of it touches the network of this machine.
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
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
  /** Its IPv6 address. */
  readonly address6: string;
  /** The name of its interface. */
  readonly device: string;
  /** Starts a program on this host. */
  start(program: Program): Running;
  /** Pulls the cable, or plugs it in again. */
  link(state: 'up' | 'down'): void;
  /** Changes its network with ip, tc or sh: `ip addr add …`. Throws what they complain of. */
  change(words: string): void;
  /** A counter of its kernel, of /proc/net/snmp or snmp6, such as `Ip:FragCreates` or `Icmp6InPktTooBigs`. */
  counter(name: string): number;
}

export interface Hosts {
  readonly hosts: readonly Host[];
  /** A cable into the bridge for a machine that is emulated on the first host; gives the name of its tap. */
  tap(): string;
  close(): Promise<void>;
}

/** Makes hosts with the addresses 10.77.0.1 and fd77::1, 10.77.0.2 and fd77::2, and so on. */
export async function makeHosts(count: number): Promise<Hosts> {
  const holders = Array.from({ length: count }, () =>
    // Its standard input stays open: it runs until it is stopped.
    start({ command: 'unshare', args: ['--net', 'cat'] }),
  );
  for (const { pid } of holders) await hasOwnNetwork(pid);
  const [first] = holders;
  if (first === undefined) throw new Error('no hosts');
  // Addresses can be used at once: no other host could have the same one.
  for (const { pid } of holders) change(pid, 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad');
  const hub = first.pid;
  change(hub, 'ip link add br0 type bridge mcast_snooping 0');
  change(hub, 'ip link set br0 up');
  const hosts = holders.map(({ pid }, at): Host => {
    const [device, cable] = at === 0 ? ['br0', 'br0'] : ['eth0', `port${at}`];
    if (at > 0) {
      change(hub, `ip link add ${cable} type veth peer name eth0 netns ${pid}`);
      change(hub, `ip link set ${cable} master br0 up`);
    }
    const [address, address6] = [`10.77.0.${at + 1}`, `fd77::${at + 1}`];
    change(pid, 'ip link set lo up');
    change(pid, `ip addr add ${address}/24 dev ${device}`);
    change(pid, `ip addr add ${address6}/64 dev ${device} nodad`);
    change(pid, `ip link set ${device} up`);
    change(pid, `ip route add 224.0.0.0/4 dev ${device}`);
    const inside = ['--target', String(pid), '--net'];
    return {
      ...{ address, address6, device },
      start: ({ command, args, ...rest }) =>
        start({ command: 'nsenter', args: [...inside, command, ...args], ...rest }),
      link: (state) => change(hub, `ip link set ${cable} ${state}`),
      change: (words) => change(pid, words),
      counter: (name) => counterIn(pid, name),
    };
  });
  return {
    hosts,
    tap() {
      change(hub, 'ip tuntap add tap0 mode tap');
      change(hub, 'ip link set tap0 master br0 up');
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

function change(pid: number, words: string): void {
  const args = ['--target', String(pid), '--net', 'sh', '-c', words];
  const { status, stderr } = spawnSync('nsenter', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words}: ${stderr}`);
}

/** The kernel shows counters of IPv4 as a line of names above one of numbers, those of IPv6 one a line. */
function counterIn(pid: number, name: string): number {
  const [group = '', field = ''] = name.split(':');
  if (field === '') {
    const lines = readFileSync(`/proc/${pid}/net/snmp6`, 'utf8');
    return Number(new RegExp(`^${group}\\s+(\\d+)$`, 'm').exec(lines)?.[1]);
  }
  const lines = readFileSync(`/proc/${pid}/net/snmp`, 'utf8').split('\n');
  const [names = '', numbers = ''] = lines.filter((line) => line.startsWith(`${group}:`));
  return Number(numbers.split(' ')[names.split(' ').indexOf(field)]);
}
