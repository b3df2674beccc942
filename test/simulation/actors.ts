// Peers that are not ours: one that answers with nonsense from the right port, and one that guesses ports.
import type { Clock } from '../../src/network/clock.ts';
import type { Network, Port } from '../../src/network/network.ts';
import type { Random } from '../../src/network/random.ts';
import { encode } from '../../src/wire/encode.ts';
import { decode } from '../../src/wire/decode.ts';
import type { Packet } from '../../src/wire/packet.ts';
import { untrusted } from '../../src/wire/text.ts';
import { tid, type Tid } from '../../src/wire/tid.ts';

/** Packets that a byzantine peer sends at most. */
const mostAnswers = 40;

interface Stage {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
}

function below(random: Random, count: number): number {
  return Math.floor(random() * count);
}

/** A packet that may or may not fit to the last one. */
function nonsense(random: Random, last: Uint8Array): Uint8Array {
  const heard = decode(last);
  const block = 'block' in heard ? heard.block : 0;
  const near = (block + below(random, 4) - 1 + 65_536) % 65_536;
  const octets = Uint8Array.from({ length: below(random, 1600) }, () => below(random, 256));
  const packets: readonly (() => Packet | Uint8Array)[] = [
    () => ({ op: 'ACK', block: near }),
    () => ({ op: 'ACK', block: below(random, 65_536) }),
    () => ({ op: 'DATA', block: near, data: octets }),
    () => ({ op: 'DATA', block: near, data: octets.subarray(0, 512) }),
    () => ({ op: 'ERROR', code: below(random, 10), message: untrusted('\u001b[2J\u202Eno\n') }),
    () => ({
      op: 'OACK',
      options: [{ name: untrusted('blksize'), value: untrusted(`${below(random, 70_000)}`) }],
      ignored: 0,
    }),
    () => ({
      op: 'OACK',
      options: [{ name: untrusted('tsize'), value: untrusted(`${below(random, 3000)}`) }],
      ignored: 0,
    }),
    () => octets.subarray(0, below(random, 8)),
    () => Uint8Array.of(0, below(random, 9), ...octets.subarray(0, 20)),
  ];
  const packet = packets[below(random, packets.length)]?.() ?? octets;
  return packet instanceof Uint8Array ? packet : encode(packet);
}

async function answering(stage: Stage, address: string, first: number): Promise<Port> {
  // Some never answer at all.
  let left = stage.random() < 0.3 ? 0 : mostAnswers;
  const opened: { port?: Port } = {};
  opened.port = await stage.network.open({
    address,
    port: first,
    role: first === 0 ? 'transfer' : 'listen',
    tag: { transfer: 0, side: 'client' },
    events: {
      datagram(octets, from) {
        if (left-- <= 0) return;
        const answer = nonsense(stage.random, octets);
        stage.clock.after(below(stage.random, 50), () => opened.port?.send(from, answer));
      },
      unreachable: () => undefined,
      failed: () => undefined,
    },
  });
  return opened.port;
}

/** A server that answers each request, and everything after it, from a port of its own with nonsense. */
export async function byzantineServer(stage: Stage, at: Tid): Promise<readonly Port[]> {
  const answers = await answering(stage, at.address, 0);
  const listening = await stage.network.open({
    address: at.address,
    port: at.port,
    role: 'listen',
    tag: { transfer: 0, side: 'server' },
    events: {
      datagram(octets, from) {
        // Half of the first answers make sense: the transfer then begins.
        const begins: Packet =
          octets[1] === 1 ? { op: 'DATA', block: 1, data: new Uint8Array(512) } : { op: 'ACK', block: 0 };
        const refuses: Packet = { op: 'ERROR', code: 8, message: untrusted('no options') };
        const choice = stage.random();
        const answer =
          choice < 0.4 ? encode(begins) : choice < 0.6 ? encode(refuses) : nonsense(stage.random, octets);
        answers.send(from, answer);
      },
      unreachable: () => undefined,
      failed: () => undefined,
    },
  });
  return [listening, answers];
}

/** A client that asks for files and then answers with nonsense. */
export async function byzantineClient(stage: Stage, address: string, server: Tid): Promise<readonly Port[]> {
  const ports: Port[] = [];
  for (let count = 1 + below(stage.random, 4); count > 0; count--) {
    const port = await answering(stage, address, 0);
    ports.push(port);
    const op = stage.random() < 0.5 ? 'RRQ' : 'WRQ';
    const filename = untrusted(
      ['alpha', 'chaos', '../x', '/etc/passwd', '.x.tftp-part-00000000'][below(stage.random, 5)] ?? '',
    );
    const options = stage.random() < 0.5 ? [{ name: untrusted('windowsize'), value: untrusted('4') }] : [];
    const request = encode({ op, filename, mode: untrusted('octet'), options, ignored: 0 });
    stage.clock.after(below(stage.random, 3000), () => port.send(server, request));
  }
  return ports;
}

/** A host that sends to ports that it guesses. */
export async function guesser(
  stage: Stage,
  address: string,
  victims: readonly Tid[],
  count: number,
): Promise<Port> {
  const port = await stage.network.open({
    address,
    port: 0,
    role: 'transfer',
    tag: { transfer: 0, side: 'client' },
    events: { datagram: () => undefined, unreachable: () => undefined, failed: () => undefined },
  });
  for (let sent = 0; sent < count; sent++) {
    const victim = victims[below(stage.random, victims.length)] ?? tid(address, 0);
    const to = tid(victim.address, stage.random() < 0.2 ? victim.port : 49_152 + below(stage.random, 12));
    stage.clock.after(below(stage.random, 4000), () =>
      port.send(to, nonsense(stage.random, Uint8Array.of(0, 4, 0, below(stage.random, 40)))),
    );
  }
  return port;
}
