// Goodput where packets are lost: our pair and the atftp pair over a relay that delays each datagram by 10 ms and loses some.
// The relay stands in for netem, which not every kernel has. Chance begins anew with each transfer, the same for both pairs.
// Rule: several transfers run at a time. One loss more or less costs atftp five seconds, so one transfer proves nothing.
import { createSocket, type Socket } from 'node:dgram';
import type { Contest, Contestant } from './contest.ts';
import type { Mover, Seat, Stage } from './stage.ts';

/** Milliseconds in each direction. */
const delay = 10;
/** Transfers at a time. */
const atOnce = 8;
/** Octets of all of them together: a few losses decide nothing, and many take minutes. */
const octets = (loss: number): number => (loss < 0.02 ? 4 : 1) * 1024 * 1024;
const terms = { blksize: 1428, windowsize: 16 } as const;

interface Relay {
  readonly port: number;
  close(): void;
}

/** Undefined where atftp is not here. */
export async function lossyContest(stage: Stage, loss: number): Promise<Contest | undefined> {
  const [own, foreign] = [await stage.seat('ours'), await stage.seat('atftpd')];
  if (own === undefined || foreign === undefined) return undefined;
  const beyond = async (seat: Seat): Promise<Seat> => {
    const relay = await openRelay(seat, loss);
    stage.onClose(() => relay.close());
    return { ...seat, port: relay.port };
  };
  const theirs = stage.foreign('atftp', 'get', await beyond(foreign), terms);
  if (theirs === undefined) return undefined;
  const settings = { ...terms, tsize: false };
  return {
    name: `lossy-${loss * 100}`,
    what: `goodput with ${loss * 100} % loss and 20 ms round trip ÷ atftp pair, 1428x16`,
    ours: several(stage.own('ours', 'get', await beyond(own), settings)),
    theirs: [several(theirs)],
    yardsticks: [],
    goal: 1,
    sizes: [octets(loss)],
  };
}

/** Moves the octets in parts that run at the same time. Tells what they took in all. */
function several({ name, once }: Mover): Contestant {
  const part = (all: number, at: number): Promise<number> => once(all / atOnce, `out-${at}`);
  return {
    name,
    once: async (all) => {
      const times = await Promise.all(Array.from({ length: atOnce }, (_, at) => part(all, at)));
      return times.reduce((sum, time) => sum + time, 0);
    },
  };
}

function openRelay(server: Seat, loss: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const opened = (): Socket => {
    const socket = createSocket('udp4').on('error', () => undefined);
    sockets.add(socket);
    return socket;
  };
  const listener = opened();
  let transfers = 0;
  listener.on('message', (request, client) => {
    const chance = xorshift((transfers += 1));
    const [front, back] = [opened(), opened()];
    let tid: number | undefined;
    const later = (send: () => void): void => {
      if (chance() < loss) return;
      setTimeout(() => {
        if (sockets.size > 0) send();
      }, delay);
    };
    back.on('message', (datagram, { port }) => {
      tid = port;
      later(() => front.send(datagram, client.port, client.address));
    });
    front.on('message', (datagram) => later(() => back.send(datagram, tid ?? server.port, server.host)));
    setTimeout(() => {
      if (sockets.size > 0) back.send(request, server.port, server.host);
    }, delay);
  });
  const close = (): void => {
    for (const socket of sockets) socket.close();
    sockets.clear();
  };
  return new Promise((resolve) =>
    listener.bind(0, '127.0.0.1', () => resolve({ port: listener.address().port, close })),
  );
}

/** Numbers from 0 to 1, the same for the same seed. */
function xorshift(seed: number): () => number {
  let state = Math.imul(seed, 2654435761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
