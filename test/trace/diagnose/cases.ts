// Short ways to a diagnosis: lines of a capture, and our own client or server against a scripted peer in memory.
import { Client } from '../../../src/engine/client/client.ts';
import type { Transfer, TransferSettings } from '../../../src/engine/transfer.ts';
import { traceEvents } from '../../../src/trace/capture/events.ts';
import { diagnose } from '../../../src/trace/diagnose/diagnose.ts';
import type { LocalFailure } from '../../../src/trace/diagnose/evidence.ts';
import type { Side, TraceEvent } from '../../../src/trace/record/event.ts';
import type { PacketLog } from '../../../src/trace/record/packet-log.ts';
import { SideLog } from '../../../src/trace/record/side-log.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { inMemory, traceOf, type MemoryStage } from '../../support/towers.ts';
import { follow, type Line } from '../capture/scripts.ts';

/** `cause: text`, each finding a line. */
export function found(log: PacketLog, local?: LocalFailure): string[] {
  return diagnose(log, { local }).findings.map(({ cause, text }) => `${cause}: ${text}`);
}

/** The log of the only transfer of a capture. */
export function captured(lines: readonly Line[]): SideLog {
  const events = follow(lines).records.flatMap(traceEvents);
  return new SideLog(
    { transfer: 1, side: 'client', overheard: true },
    events.filter(({ tag }) => tag.side === 'client'),
  );
}

/** The line that is sent `seconds` after the first one of the capture. */
export function at(seconds: number, [from, to, packet]: Line): Line {
  return [from, to, packet, { at: 1_000_000_000_000n + BigInt(Math.round(seconds * 1e9)) }];
}

/** What one side of transfer 1 saw. */
export function logOf(events: readonly TraceEvent[], side: Side = 'client'): SideLog {
  return new SideLog(
    { transfer: 1, side },
    events.filter(({ tag }) => tag.side === side && tag.transfer === 1),
  );
}

export interface OwnClient {
  readonly stage: MemoryStage;
  /** Where the request went, and the port that answers. */
  readonly listener: RawPeer;
  readonly server: RawPeer;
  readonly transfer: Transfer;
  readonly log: () => SideLog;
}

export interface OwnClientOptions {
  readonly settings?: TransferSettings;
  /** Octets to put; undefined: a get. */
  readonly put?: Uint8Array;
}

/** Our client that asked a scripted server, which has heard the request. */
export async function asking({ settings = {}, put }: OwnClientOptions = {}): Promise<OwnClient> {
  const stage = inMemory();
  const events = traceOf(stage);
  const listener = await stage.peer('192.0.2.1', 69);
  const server = await stage.peer('192.0.2.1');
  const client = new Client(stage.tower);
  const remote = { host: '192.0.2.1', file: 'a.bin' };
  const transfer =
    put === undefined
      ? client.get({ remote, settings, to: { type: 'memory' } })
      : client.put({ remote, settings, from: { type: 'memory', octets: put } });
  await listener.hear();
  return { stage, listener, server, transfer, log: () => logOf(events) };
}
