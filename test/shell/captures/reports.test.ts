// ICMP errors and fragments that never became whole, in captures of other programs: joined to their transfer, and named.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CaptureFile } from '../../../src/shell/captures/capture-file.ts';
import { diagnose } from '../../../src/trace/diagnose/diagnose.ts';
import { ladder } from '../../../src/trace/ladder/ladder.ts';
import { encode } from '../../../src/wire/encode.ts';
import type { Packet } from '../../../src/wire/packet.ts';
import { printable } from '../../../src/wire/text.ts';
import { classic, concat, hex, ipv4, udp } from '../../trace/capture/captures.ts';
import { ack, data, error, oack, rrq, wrq } from '../../trace/capture/scripts.ts';

/** An IPv4 packet from 10.0.0.1 to 10.0.0.2, or back. */
function way(packet: Uint8Array, back: boolean): Uint8Array {
  if (!back) return packet;
  const turned = packet.slice();
  turned.set(packet.subarray(12, 16), 16);
  turned.set(packet.subarray(16, 20), 12);
  return turned;
}
const toServer = (packet: Packet, port = 69): Uint8Array => way(ipv4(udp(5000, port, encode(packet))), false);
const toClient = (packet: Packet): Uint8Array => way(ipv4(udp(6000, 5000, encode(packet))), true);
/** ICMP destination unreachable about `packet`, which travelled to the server. */
const icmp = (code: number, packet: Uint8Array, type = 3): Uint8Array =>
  way(
    ipv4(concat(Uint8Array.of(type, code), new Uint8Array(6), packet.subarray(0, 28)), { protocol: 1 }),
    true,
  );

async function opened(frames: readonly Uint8Array[]): Promise<{ causes: string[]; rows: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'tftpsh-reports-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'a.pcap');
  await writeFile(path, classic(frames, { link: 101 }));
  const capture = new CaptureFile(path, printable('a.pcap'));
  const { openLocal } = await import('../../../src/files/local/user-file.ts');
  await capture.read(await openLocal(path, {}), {});
  const view = (await capture.find(1))!;
  return {
    causes: diagnose(view.log).findings.map(({ cause, text }) => `${cause}: ${text}`),
    rows: ladder(view.log).rows.map(({ label }) => label),
  };
}

test('case 141: nothing listens: the port unreachable is a row of the ladder, and the cause', async () => {
  const request = toServer(rrq());
  const { causes, rows } = await opened([request, icmp(3, request)]);
  expect(causes).toEqual([
    'port-closed: Nothing listens on the port of the server: 10.0.0.2 answers with ICMP port unreachable (1 time).',
  ]);
  expect(rows).toContain('ICMP from 10.0.0.2: port unreachable');
});

test('case 141: the server dies in the middle', async () => {
  const last = toServer(ack(1), 6000);
  const { causes } = await opened([toServer(rrq()), toClient(data(1)), last, icmp(3, last)]);
  expect(causes[0]).toBe(
    'port-closed: The server closed its port: 10.0.0.2 answers packets of the client with ICMP port unreachable (1 time).',
  );
});

test.each([
  ['the last ACK of a file', [toServer(rrq()), toClient(data(1, 9))], toServer(ack(1), 6000)],
  ['an ERROR', [toServer(rrq()), toClient(data(1))], toServer(error(3, 'full'), 6000)],
])('case 141: a port that is closed when %s comes does not count as a cause', async (_, before, last) => {
  const { causes } = await opened([...before, last, icmp(3, last)]);
  expect(causes.filter((one) => one.startsWith('port-closed'))).toEqual([]);
});

test.each([
  [1, 'host unreachable'],
  [13, 'prohibited'],
])('case 141: ICMP code %i: %s', async (code, words) => {
  const request = toServer(rrq());
  const { causes } = await opened([request, icmp(code, request), request, icmp(code, request)]);
  expect(causes).toEqual([
    `unreachable: 10.0.0.2 reports that packets of the client cannot be delivered (ICMP ${words}, 2 times).`,
  ]);
});

test('case 141: ICMP fragmentation needed: datagrams are too big for a link', async () => {
  const block = toServer(data(1, 1400), 6000);
  const lines = [
    toServer(wrq({ blksize: '1400' })),
    toClient(oack({ blksize: '1400' })),
    block,
    icmp(4, block),
  ];
  expect((await opened(lines)).causes).toContain(
    'too-big: Datagrams of the client are too big for a link after 10.0.0.2 (ICMP, 1 time).',
  );
});

test('case 141: ICMPv6 port unreachable', async () => {
  const { icmpReport } = await import('../../../src/trace/capture/dissect/report.ts');
  const { readIp } = await import('../../../src/trace/capture/dissect/ip.ts');
  const { ipv6 } = await import('../../trace/capture/captures.ts');
  const request = ipv6(udp(5000, 69, encode(rrq())));
  const message = ipv6(concat(hex('0104000000000000'), request), 58);
  expect(icmpReport(readIp(message, message.length)!, 5n)).toMatchObject({
    ...{ kind: 'port-unreachable', at: 5n, from: { port: 5000 }, to: { port: 69 } },
  });
});

test('case 141: an ICMP message about another protocol, or a cut one, is no report', async () => {
  const { icmpReport } = await import('../../../src/trace/capture/dissect/report.ts');
  const { readIp } = await import('../../../src/trace/capture/dissect/ip.ts');
  const tcp = icmp(3, ipv4(new Uint8Array(20), { protocol: 6 }));
  for (const message of [tcp, tcp.subarray(0, 30), icmp(0, toServer(rrq()), 8)])
    expect(icmpReport(readIp(message, message.length)!, 0n)).toBeUndefined();
});

test('case 141: fragments that never became whole are the cause of a read that stands still', async () => {
  const whole = udp(6000, 5000, encode(data(1, 4000)));
  const part = (start: number, end: number): Uint8Array =>
    way(ipv4(whole.subarray(start, end), { id: 7, start, more: end < whole.length }), true);
  const { causes, rows } = await opened([
    toServer(rrq({ blksize: '4000' })),
    toClient(oack({ blksize: '4000' })),
    toServer(ack(0), 6000),
    part(0, 1480),
    part(1480, 2960),
    toServer(ack(0), 6000),
    toServer(ack(0), 6000),
  ]);
  expect(causes[0]).toBe(
    'fragments-lost: Datagrams of the server with blksize 4000 travel in fragments, and not all of them were seen (1 time).',
  );
  expect(rows).toContain('fragments missing: 2,960 octets captured');
});
