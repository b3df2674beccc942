// Another user can never join a port of ours, at no moment.
import { describe, expect, test } from 'vitest';
import { claim, type Place } from '../../../src/network/sockets.ts';
import {
  datagramSocket,
  family,
  level,
  Memory,
  option,
  socketAddress,
} from '../../../src/network/native/layout.ts';
import { loadLibc, type Libc } from '../../../src/network/native/libc.ts';
import { Sharing } from '../../../src/network/native/sharing.ts';

const libc = loadLibc();
const address = '127.0.0.1';

/** Tries to bind a socket to the same port, as any user may: with SO_REUSEADDR. @returns whether the system allowed it. */
function mayJoin(real: Libc, port: number): boolean {
  const fd = real.socket(family.ipv4, datagramSocket, 0);
  const yes = new Memory(4);
  yes.set32(0, 1);
  real.setsockopt(fd, level.socket, option.reuseAddress, yes.octets, 4);
  const place = socketAddress({ address, port }, () => 0)!;
  const isBound = real.bind(fd, place, place.length) === 0;
  real.close(fd);
  return isBound;
}

describe.runIf(libc !== undefined)('X02: the sockets of ours on one port', () => {
  /** The C library, and before and after each of its calls a stranger that tries to join `port`. */
  function watched(real: Libc, port: () => number | undefined, joined: string[]): Libc {
    const attack = (when: string): void => {
      const wanted = port();
      if (wanted !== undefined && mayJoin(real, wanted)) joined.push(when);
    };
    return new Proxy(real, {
      get(target, name) {
        const call: unknown = Reflect.get(target, name);
        if (typeof call !== 'function' || name === 'errno') return call;
        return (...args: readonly unknown[]): unknown => {
          attack(`before ${String(name)}`);
          const result: unknown = Reflect.apply(call, target, args);
          attack(`after ${String(name)}`);
          return result;
        };
      },
    });
  }

  test('another user cannot join before, between or after the calls that open, adopt and close them', () => {
    const real = libc!;
    const joined: string[] = [];
    const taken: { port?: number } = {};
    const sharing = new Sharing(watched(real, () => taken.port, joined));
    const places: Place[] = [claim(address, 0, sharing)];
    const { port } = places[0]!.socket.address();
    taken.port = port;
    for (let more = 0; more < 3; more += 1) places.push(claim(address, port, sharing));
    for (const place of places.slice(1)) place.close();
    places.push(claim(address, port, sharing));
    expect(joined).toEqual([]);
    expect(mayJoin(real, port)).toBe(false);
    for (const place of [places[0]!, places.at(-1)!]) place.close();
  });

  test('another user cannot join while the first one is adopted', () => {
    const real = libc!;
    const joined: string[] = [];
    const place = socketAddress({ address, port: 0 }, () => 0)!;
    const probe = real.socket(family.ipv4, datagramSocket, 0);
    real.bind(probe, place, place.length);
    const name = new Uint8Array(16);
    const length = new Memory(4);
    length.set32(0, 16);
    real.getsockname(probe, name, length.octets);
    real.close(probe);
    const port = ((name[2] ?? 0) << 8) | (name[3] ?? 0);
    let isTaken = false;
    const sharing = new Sharing(watched(real, () => (isTaken ? port : undefined), joined));
    const fd = sharing.open({ address, port });
    expect(fd).toBeGreaterThan(0);
    isTaken = true;
    // As the runtime does when it adopts a descriptor.
    const yes = new Memory(4);
    yes.set32(0, 1);
    real.setsockopt(fd, level.socket, option.reuseAddress, yes.octets, 4);
    expect(mayJoin(real, port)).toBe(false);
    sharing.keep(fd);
    expect(joined).toEqual([]);
    expect(mayJoin(real, port)).toBe(false);
    sharing.leave(fd);
    real.close(fd);
  });

  test('where the machine has no route to itself, a port opens, and another user cannot join', () => {
    const real = libc!;
    const isolated = new Proxy(real, {
      get: (target, name): unknown => (name === 'connect' ? () => -1 : Reflect.get(target, name)),
    });
    const sharing = new Sharing(isolated);
    const place = claim(address, 0, sharing);
    const { port } = place.socket.address();
    expect(mayJoin(real, port)).toBe(false);
    const beside = claim(address, port, sharing);
    expect(mayJoin(real, port)).toBe(false);
    for (const one of [place, beside]) one.close();
  });
});
