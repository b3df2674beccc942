// Decides whether a packet or a transfer passes a filter.
// Rule: a missing field equals nothing, so that `!=` is true for it.
import type { Tid } from '../../wire/tid.ts';
import { printable, raw, type Untrusted } from '../../wire/text.ts';
import { asIpv6, parseAddress } from './dissect/address.ts';
import { summary } from '../../wire/summary.ts';
import type { Field, Filter, NumberSign, Wanted } from './filter-parse.ts';
import type { ConversationOutcome, ConversationSummary, PacketRecord } from './record.ts';

export { filterFields, parseFilter, type Filter, type NoFilter, type ParsedFilter } from './filter-parse.ts';

/** What a filter looks at. */
export interface FilterTarget {
  readonly transfer: number;
  /** Of a packet its own, of a transfer all that occurred in it. */
  readonly ops: readonly string[];
  readonly client: Tid | undefined;
  /** Every TID of the server. */
  readonly servers: readonly Tid[];
  /** The ends of the packet, or all TIDs of the transfer. */
  readonly ends: readonly Tid[];
  readonly file: Untrusted | undefined;
  readonly block: number | undefined;
  readonly code: number | undefined;
  readonly outcome: ConversationOutcome | undefined;
  /** What a person can read in it, for bare words. */
  readonly texts: readonly string[];
}

/** A packet, and the transfer that it belongs to where that is known. */
export function packetTarget(
  record: Pick<PacketRecord, 'transfer' | 'packet' | 'from' | 'to'>,
  transfer: Pick<ConversationSummary, 'client' | 'server' | 'tid' | 'file' | 'outcome'> | undefined,
): FilterTarget {
  const { packet, from, to } = record;
  return {
    transfer: record.transfer,
    ops: [packet.op],
    client: transfer?.client,
    servers: serversOf(transfer),
    ends: [from, to],
    file: transfer?.file,
    block: packet.op === 'DATA' || packet.op === 'ACK' ? packet.block : undefined,
    code: packet.op === 'ERROR' ? packet.code : undefined,
    outcome: transfer?.outcome,
    texts: [from.address, to.address, summary(packet)],
  };
}

/** A transfer as a whole. */
export function conversationTarget(conversation: ConversationSummary): FilterTarget {
  const { transfer, op, client, file, error, outcome } = conversation;
  const servers = serversOf(conversation);
  const ops: string[] = [op];
  if (conversation.options.length > 0) ops.push('OACK');
  if (conversation.blocks > 0) ops.push('DATA');
  if (error !== undefined) ops.push('ERROR');
  return {
    transfer,
    ops,
    client,
    servers,
    ends: [client, ...servers],
    file,
    block: undefined,
    code: error?.code,
    outcome,
    texts: [
      ...[client, ...servers].map(({ address }) => address),
      ...namesOf(file),
      ...present(error === undefined ? undefined : raw(error.message)),
      ...ops,
      outcome,
    ],
  };
}

/** Whether `subject` passes. */
export function matches(filter: Filter, subject: FilterTarget): boolean {
  switch (filter.type) {
    case 'all':
      return true;
    case 'and':
      return matches(filter.left, subject) && matches(filter.right, subject);
    case 'or':
      return matches(filter.left, subject) || matches(filter.right, subject);
    case 'has': {
      const wanted = filter.text.toLowerCase();
      return subject.texts.some((text) => text.toLowerCase().includes(wanted));
    }
    case 'not':
      return !matches(filter.of, subject);
    case 'is':
      return valuesOf(filter.field, subject).some((value) => isWanted(filter.wanted, value));
  }
}

function serversOf(transfer: Pick<ConversationSummary, 'server' | 'tid'> | undefined): readonly Tid[] {
  if (transfer === undefined) return [];
  return transfer.tid === undefined ? [transfer.server] : [transfer.server, transfer.tid];
}

function valuesOf(field: Field, subject: FilterTarget): readonly (string | number)[] {
  switch (field) {
    case 'op':
      return subject.ops;
    case 'host':
      return subject.ends.map(({ address }) => address);
    case 'client':
      return present(subject.client?.address);
    case 'server':
      return subject.servers.map(({ address }) => address);
    case 'port':
      return subject.ends.map(({ port }) => port);
    case 'file':
      return namesOf(subject.file);
    case 'block':
    case 'code':
    case 'transfer':
    case 'outcome':
      return present(subject[field]);
  }
}

/** A name, and how it is shown where that differs: `file=*\xff` finds the octet. */
function namesOf(file: Untrusted | undefined): readonly string[] {
  if (file === undefined) return [];
  const shown = printable(file, 4096);
  return shown === raw(file) ? [shown] : [raw(file), shown];
}

function present<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}

const compares: Readonly<Record<NumberSign, (value: number, wanted: number) => boolean>> = {
  '=': (value, wanted) => value === wanted,
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
};

function isWanted(wanted: Wanted, value: string | number): boolean {
  switch (wanted.kind) {
    case 'number':
      return compares[wanted.sign](Number(value), wanted.number);
    case 'word':
      return value === wanted.text;
    case 'glob':
      // Without a wildcard, a part of the name is enough.
      return /[*?]/.test(wanted.text)
        ? isLike(wanted.text, String(value))
        : String(value).includes(wanted.text);
    case 'address':
      return isWithin(wanted, parseAddress(String(value)));
  }
}

function isWithin(
  { network, bits }: Extract<Wanted, { kind: 'address' }>,
  address: Uint8Array | undefined,
): boolean {
  if (address === undefined) return false;
  const octets = asIpv6(address);
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (octets[at] !== network[at]) return false;
  const rest = 8 - (bits & 7);
  return rest === 8 || (octets[whole] ?? 0) >> rest === (network[whole] ?? 0) >> rest;
}

/** Whether `text` is like `glob`: `*` matches any characters, `?` exactly one. Never worse than length times length. */
function isLike(glob: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < text.length) {
    if (glob[at] === '*') {
      star = at++;
      resume = index;
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}
