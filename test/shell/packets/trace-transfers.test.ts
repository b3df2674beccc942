// `trace` where several transfers run at the same time: each line says whose it is, and no line is too wide.
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { TracePrinter } from '../../../src/shell/packets/trace-printer.ts';
import { Bus } from '../../../src/trace/record/bus.ts';
import type { Line } from '../../../src/shell/session/state.ts';
import type { Packet } from '../../../src/wire/packet.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { tid, type Tid } from '../../../src/wire/tid.ts';
import { ack, data, rrq } from '../../trace/capture/scripts.ts';

const peer = tid('192.0.2.9', 69);

/** Transfers of a client that are traced. */
function traced(columns: number) {
  const bus = new Bus();
  const lines: Line[] = [];
  const printer = new TracePrinter({
    ...{ bus, clock: new VirtualClock(), columns: () => columns },
    store: { print: (batch) => lines.push(...batch), emit: () => undefined, hasEventListeners: false },
    style: () => ({ sides: false, ascii: false }),
  });
  printer.follow('on');
  let [id, at] = [0, 0];
  const tagOf = (transfer: number) => ({ transfer, side: 'client' as const });
  const received = (transfer: number, packet: Packet, length = 516): number => {
    id += 1;
    at += 1;
    const local = tid('192.0.2.1', 1024 + transfer);
    bus.emit({ type: 'received', id, at, tag: tagOf(transfer), local, peer, packet, length });
    return id;
  };
  return {
    bus,
    tagOf,
    received,
    began: (transfer: number): void =>
      bus.emit({
        type: 'began',
        at,
        tag: tagOf(transfer),
        op: 'RRQ',
        file: untrusted('a'),
        mode: 'octet',
        peer,
      }),
    ended: (transfer: number): void =>
      bus.emit({
        type: 'ended',
        at,
        tag: tagOf(transfer),
        outcome: { ok: true, octets: 1, confirmed: true },
      }),
    printed: (): readonly Line[] => {
      printer.flush();
      return lines.splice(0);
    },
  };
}

const textsOf = (lines: readonly Line[]): readonly string[] => lines.map(({ text }) => text);

test('one transfer needs no number; from when a second one runs, each line has one', () => {
  const { began, received, ended, printed } = traced(80);
  began(1);
  received(1, data(1));
  expect(textsOf(printed())).toEqual([expect.stringMatching(/^ 0\.000000 {2}← DATA {2}1 /)]);
  began(2);
  received(2, data(1));
  received(1, data(2));
  expect(textsOf(printed())).toEqual([
    expect.stringMatching(/^ 0\.000000 {2}#2 ← DATA {2}1 /),
    expect.stringMatching(/^ 0\.002000 {2}#1 ← DATA {2}2 /),
  ]);
  // The lines of the last one keep the form.
  ended(2);
  received(1, data(3));
  expect(textsOf(printed())).toEqual([expect.stringMatching(/ {2}#1 ← DATA {2}3 /)]);
  ended(1);
  printed();
  began(3);
  received(3, ack(0));
  expect(textsOf(printed())).toEqual([expect.stringMatching(/^ 0\.000000 {2}← ACK {3}0 /)]);
});

test('a run that is left out names its transfer too, and fits', () => {
  const { began, received, printed } = traced(80);
  for (const transfer of [1, 2]) began(transfer);
  for (let block = 1; block < 60_000; block += 1) received(1, data(block));
  received(2, data(1));
  const texts = [...textsOf(printed()), ...textsOf(printed())];
  expect(texts.find((text) => text.includes('⋮'))).toMatch(/^ {11}#1 ⋮ DATA 9…599\d\d ←/);
  expect(texts.filter((text) => text.length > 79)).toEqual([]);
});

test.each([80, 120])('at %i columns nothing is wider, no word is broken and no option is cut', (columns) => {
  const { began, received, bus, tagOf, printed } = traced(columns);
  began(1);
  const names = ['tsize', 'blksize', 'windowsize', 'timeout', 'utimeout'];
  const options = names.map((name) => ({ name: untrusted(name), value: untrusted('33554432') }));
  const datagram = received(1, { op: 'OACK', options, ignored: 0 }, 100);
  const note = { type: 'pinned', peer: { ...peer, port: 40_001 } } as const;
  bus.emit({ type: 'note', datagram, at: 0, tag: tagOf(1), note });
  const lines = printed();
  expect(textsOf(lines).filter((text) => text.length >= columns)).toEqual([]);
  const words = textsOf(lines).join(' ').split(/ +/);
  for (const name of names) expect(words).toContain(`${name}=33554432`);
  expect(textsOf(lines).at(-1)?.trim()).toBe('new TID 40001');
  expect(new Set(lines.map(({ kind }) => kind))).toEqual(new Set(['received']));
});

describe('at the listening port of our server', () => {
  const listening = { transfer: 0, side: 'server' } as const;
  const served = (transfer: number) => ({ transfer, side: 'server' as const });
  const clients = [tid('192.0.2.21', 1021), tid('192.0.2.22', 1022)] as const;

  /** The request of a client, and the transfer that our server makes of it. */
  function serving() {
    const { bus, printed } = traced(120);
    let id = 0;
    return {
      bus,
      printed: () => textsOf(printed()),
      asks: (client: Tid): void => {
        id += 1;
        const packet = rrq();
        const local = tid('192.0.2.1', 69);
        bus.emit({ type: 'received', id, at: 0, tag: listening, local, peer: client, packet, length: 20 });
      },
      accepts: (transfer: number, peer: Tid): void =>
        bus.emit({
          ...{ type: 'began', at: 0, tag: served(transfer), op: 'RRQ', file: untrusted('a'), mode: 'octet' },
          peer,
        }),
      ends: (transfer: number): void =>
        bus.emit({
          ...{ type: 'ended', at: 0, tag: served(transfer) },
          outcome: { ok: true, octets: 1, confirmed: true },
        }),
    };
  }

  test('the request of the only client needs no name', () => {
    const { asks, accepts, printed } = serving();
    asks(clients[0]);
    accepts(1, clients[0]);
    expect(printed()).toEqual([expect.stringMatching(/^ 0\.000000 {2}← RRQ /)]);
  });

  test('with two clients a request has the number of its transfer', () => {
    const { asks, accepts, printed } = serving();
    for (const [at, client] of clients.entries()) {
      asks(client);
      accepts(at + 1, client);
    }
    expect(printed()).toEqual([
      expect.stringMatching(/ {2}#1 ← RRQ /),
      expect.stringMatching(/ {2}#2 ← RRQ /),
    ]);
  });

  test('a request before its transfer begins has the client', () => {
    const { asks, accepts, printed } = serving();
    asks(clients[0]);
    accepts(1, clients[0]);
    printed();
    asks(clients[1]);
    expect(printed()).toEqual([expect.stringMatching(/ {2}192\.0\.2\.22:1022 ← RRQ /)]);
  });

  test('a repeated request of a running transfer has its number', () => {
    const { asks, accepts, printed } = serving();
    for (const [at, client] of clients.entries()) {
      asks(client);
      accepts(at + 1, client);
    }
    printed();
    asks(clients[1]);
    expect(printed()).toEqual([expect.stringMatching(/ {2}#2 ← RRQ /)]);
  });

  test('a request after the end of a transfer from the same port is another one', () => {
    const { asks, accepts, ends, printed } = serving();
    for (const [at, client] of clients.entries()) {
      asks(client);
      accepts(at + 1, client);
    }
    ends(1);
    printed();
    asks(clients[0]);
    expect(printed()).toEqual([expect.stringMatching(/ {2}192\.0\.2\.21:1021 ← RRQ /)]);
  });
});
