// Whether a condition of a lesson holds in a transfer, and what is missing. Pure: a log in, a judgement out.
import { lastEnds, senderOf, type PacketLog } from '../../trace/record/packet-log.ts';
import type { EndRec, PacketRec, Rec } from '../../trace/record/side-log.ts';
import type { ConversationOutcome } from '../../trace/capture/record.ts';
import { outcomeOf } from '../packets/packet-filter.ts';
import { parseDecimal } from '../../wire/decimal.ts';
import { findOption, lowerAscii } from '../../wire/options.ts';
import { raw, printable, say, type Printable } from '../../wire/text.ts';
import type { Claim, Condition, Feature, Flag, Outcome, Pattern, Sign } from './condition.ts';

/** What was seen of a transfer: its log, and the records of it, which a log builds anew for each reader. */
export interface Seen {
  readonly log: PacketLog;
  readonly records: readonly Rec[];
}

export function seenIn(log: PacketLog): Seen {
  return { log, records: log.records };
}

/** What is missing, in words; undefined: the condition holds. */
export function missingIn(condition: Condition, seen: Seen): Printable | undefined {
  const flaw = flawOf(condition.claim, seen);
  if (flaw === undefined) return undefined;
  return condition.otherwise === undefined ? flaw : printable(condition.otherwise, 400);
}

function flawOf(claim: Claim, seen: Seen): Printable | undefined {
  switch (claim.kind) {
    case 'count':
      return countFlaw(claim.pattern, claim.times, seen);
    case 'order':
      return orderFlaw(claim.patterns, seen);
    case 'ended': {
      const end = lastEnds(seen.records).get(claim.side);
      const outcome = end && wordFor(end);
      if (outcome === claim.outcome) return undefined;
      const found = outcome === undefined ? say`has not ended` : say`ended ${printable(outcome)}`;
      return say`The ${printable(claim.side)} ${found}; it has to end ${printable(claim.outcome)}.`;
    }
  }
}

function countFlaw(pattern: Pattern, times: number, { log, records }: Seen): Printable | undefined {
  const found = records.filter((rec) => fits(pattern, rec, log)).length;
  if (found === times) return undefined;
  return say`${printable(pattern.text)}: seen ${found} times, not ${times}.`;
}

function orderFlaw(patterns: readonly Pattern[], { log, records }: Seen): Printable | undefined {
  let at = 0;
  let before: Pattern | undefined;
  for (const pattern of patterns) {
    const found = records.findIndex((rec, index) => index >= at && fits(pattern, rec, log));
    if (found < 0)
      return before === undefined
        ? say`${printable(pattern.text)}: not seen.`
        : say`${printable(pattern.text)}: not seen after ${printable(before.text)}.`;
    at = found + 1;
    before = pattern;
  }
  return undefined;
}

function wordFor({ outcome }: EndRec): Outcome | ConversationOutcome {
  return outcome.ok && !outcome.confirmed ? 'unconfirmed' : outcomeOf(outcome);
}

function fits({ side, op, blocks, features }: Pattern, rec: Rec, log: PacketLog): boolean {
  if (rec.kind === 'timer') return op === 'timeout' && (side === undefined || side === rec.side);
  if (rec.kind !== 'packet' || op === 'timeout') return false;
  const { packet } = rec;
  if (op !== 'ANY' && packet.op !== op) return false;
  if (side !== undefined && senderOf(rec, log) !== side) return false;
  if (blocks !== undefined) {
    if (packet.op !== 'DATA' && packet.op !== 'ACK') return false;
    if (packet.block < blocks.from || packet.block > blocks.to) return false;
  }
  return features.every((feature) => has(feature, rec));
}

function has(feature: Feature, rec: PacketRec): boolean {
  if (feature.kind === 'flag') return hasFlag(feature.flag, rec);
  const { name, sign, value } = feature;
  const found = valueOf(name, rec);
  if (sign === '!=') return found !== value;
  if (found === undefined) return false;
  return typeof found === 'number' && typeof value === 'number'
    ? compares[sign](found, value)
    : found === value;
}

const compares: Readonly<Record<Exclude<Sign, '!='>, (value: number, wanted: number) => boolean>> = {
  '=': (value, wanted) => value === wanted,
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
};

function hasFlag(flag: Flag, rec: PacketRec): boolean {
  switch (flag) {
    case 'lost':
      return rec.lost === 'network' || rec.lost === 'never';
    case 'arrived':
      return rec.lost === 'no';
    case 'resent':
      return rec.again;
    case 'copy':
      return rec.ends?.copy === true;
    case 'stranger':
    case 'last':
      return rec[flag];
    case 'duplicated':
    case 'delayed':
    case 'reordered':
    case 'corrupted':
    case 'truncated':
    case 'altered':
    case 'followed':
    case 'misrouted':
    case 'injected':
      return rec.fates.includes(flag);
  }
}

/** Undefined: the packet has no such field. */
function valueOf(
  name: string,
  { packet, length, direction, local, peer }: PacketRec,
): number | string | undefined {
  switch (name) {
    case 'octets':
      return length;
    case 'data':
      return packet.op === 'DATA' ? packet.data.length : undefined;
    case 'code':
      return packet.op === 'ERROR' ? packet.code : undefined;
    case 'from':
      return direction === 'sent' ? local.port : peer.port;
    case 'to':
      return direction === 'sent' ? peer.port : local.port;
    case 'file':
      return packet.op === 'RRQ' || packet.op === 'WRQ' ? raw(packet.filename) : undefined;
    case 'mode':
      return packet.op === 'RRQ' || packet.op === 'WRQ' ? lowerAscii(raw(packet.mode)) : undefined;
    case 'options':
      return 'options' in packet ? packet.options.length : undefined;
    default:
      return optionValue(name, packet);
  }
}

function optionValue(name: string, packet: PacketRec['packet']): number | undefined {
  const found = 'options' in packet ? findOption(packet.options, name) : undefined;
  return found === undefined ? undefined : parseDecimal(raw(found.value));
}
