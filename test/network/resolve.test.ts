// Names to numbers, with a resolver that may be slow.
import { getEventListeners } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { resolveBy, servicePort, systemResolve, type Lookup } from '../../src/network/resolve.ts';
import { VirtualClock } from '../../src/network/virtual-clock.ts';

const silent: Lookup = () => undefined;
const nobody: Lookup = () => expect.unreachable('a number was looked up');

describe('numeric addresses', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1', 4],
    ['::1', '::1', 6],
    ['0:0::0001', '::1', 6],
    ['2001:DB8::A', '2001:db8::a', 6],
    ['::ffff:192.0.2.1', '192.0.2.1', 4],
    ['FE80::1%nosuch0', 'fe80::1%nosuch0', 6],
  ] as const)('N05: %s is %s, asked of nobody', async (host, address, family) => {
    const resolve = resolveBy(nobody, new VirtualClock(), 1000);
    expect(await resolve(host, undefined)).toEqual([{ address, family }]);
  });

  const zones = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap((one) =>
      one.family === 'IPv6' && one.scopeid > 0 ? [[String(one.scopeid), name]] : [],
    ),
  );
  test.each([['4294967295', '4294967295'], ...zones])('N05: zone %s is called %s', async (number, name) => {
    const resolve = resolveBy(nobody, new VirtualClock(), 1000);
    expect(await resolve(`fe80::1%${number}`, 6)).toEqual([{ address: `fe80::1%${name}`, family: 6 }]);
  });

  test('an address of the other family is none', async () => {
    const resolve = resolveBy(nobody, new VirtualClock(), 1000);
    await expect(resolve('127.0.0.1', 6)).rejects.toMatchObject({ code: 'EAFNOSUPPORT' });
    await expect(resolve('::1', 4)).rejects.toMatchObject({ code: 'EAFNOSUPPORT' });
  });
});

describe('names', () => {
  test('an answer, a refusal and no answer end the wait: nothing listens to the signal any more', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const answers: Lookup = (_host, _family, answer) => answer(null, [{ address: '192.0.2.2', family: 4 }]);
    expect(await resolveBy(answers, clock, 1000)('host', undefined, signal)).toHaveLength(1);
    const refuses: Lookup = (_host, _family, answer) => answer(new Error('refused'), []);
    await expect(resolveBy(refuses, clock, 1000)('host', undefined, signal)).rejects.toThrow('refused');
    const late = resolveBy(silent, clock, 1000)('host', undefined, signal);
    void clock.advance(1000);
    await expect(late).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect([clock.pending, getEventListeners(signal, 'abort')]).toEqual([0, []]);
  });

  test('all addresses, in the resolver’s order', async () => {
    const asked: unknown[] = [];
    const lookup: Lookup = (host, family, answer) => {
      asked.push([host, family]);
      answer(null, [
        { address: '::2', family: 6 },
        { address: '192.0.2.2', family: 4 },
      ]);
    };
    const clock = new VirtualClock();
    expect(await resolveBy(lookup, clock, 1000)('host.example', undefined)).toEqual([
      { address: '::2', family: 6 },
      { address: '192.0.2.2', family: 4 },
    ]);
    await resolveBy(lookup, clock, 1000)('host.example', 4);
    expect(asked).toEqual([
      ['host.example', 0],
      ['host.example', 4],
    ]);
    expect(clock.pending).toBe(0);
  });

  test('the resolver’s error, and an empty answer', async () => {
    const broken: Lookup = (_, __, answer) =>
      answer(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), []);
    const empty: Lookup = (_, __, answer) => answer(null, []);
    const clock = new VirtualClock();
    await expect(resolveBy(broken, clock, 1000)('h', 4)).rejects.toMatchObject({ code: 'EAI_AGAIN' });
    await expect(resolveBy(empty, clock, 1000)('h', 4)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(clock.pending).toBe(0);
  });

  test('R11: a silent resolver is given up', async () => {
    const clock = new VirtualClock();
    const asked = expect(resolveBy(silent, clock, 1000)('h', 4)).rejects.toMatchObject({ code: 'ETIMEOUT' });
    await clock.run();
    expect(clock.now()).toBe(1000);
    await asked;
  });

  test('R11: the user may stop waiting, or have stopped before', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const asked = resolveBy(silent, clock, 1000)('h', 4, stop.signal);
    stop.abort(new Error('interrupted'));
    await expect(asked).rejects.toThrow('interrupted');
    await expect(resolveBy(nobody, clock, 1000)('h', 4, stop.signal)).rejects.toThrow('interrupted');
    expect(clock.pending).toBe(0);
  });

  test('the system knows localhost', async () => {
    expect(await systemResolve('localhost', 4)).toContainEqual({ address: '127.0.0.1', family: 4 });
  });
});

test.each([
  ['tftp', 69],
  ['69', 69],
  ['6969', 6969],
  ['0', 0],
  ['65535', 65535],
  ['65536', undefined],
  ['', undefined],
  ['-1', undefined],
  ['0x45', undefined],
  ['http', undefined],
])('service %j is port %s', (name, port) => {
  expect(servicePort(name)).toBe(port);
});
