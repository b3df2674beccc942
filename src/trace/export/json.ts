// A transfer as JSON for other programs, with whole names and messages.
// The rule: nothing in the file can control a terminal or a page. The version changes when a field changes its meaning.
import { raw, type Untrusted } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import { decode } from '../../wire/decode.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Outcome } from '../../transfer/machine.ts';
import { lastEnds, type PacketLog } from '../record/packet-log.ts';
import { explainRecord } from '../explain/explain.ts';
import type { Figures } from '../figures/statistics.ts';
import type { PacketRec, Rec } from '../record/side-log.ts';

/** Of the format; a reader refuses what it does not know. */
export const jsonVersion = 1;

/** One object, ending in a newline, in parts: all of it can be a hundred megabytes. Times are milliseconds since the first packet. */
export function* transferJson(transcript: PacketLog, figures: Figures): Generator<string, void> {
  const { tag, reader, records } = transcript;
  const start = records[0]?.at ?? 0;
  const ends = lastEnds(records);
  const { began, numbering } = reader;
  const whole = {
    format: 'tftpsh-transfer',
    version: jsonVersion,
    transfer: tag.transfer,
    side: tag.side,
    request: began && { op: began.op, file: raw(began.file), mode: began.mode, peer: formatTid(began.peer) },
    terms: numbering.terms,
    figures: { ...figures, outcome: undefined },
    outcome: outcomeOf(reader.outcome),
    records: [],
  };
  const empty = `${harmless(JSON.stringify(whole, undefined, 1))}\n`;
  if (records.length === 0) {
    yield empty;
    return;
  }
  const end = ']\n}\n';
  yield empty.slice(0, -end.length);
  let separator = '';
  for (const rec of records) {
    // A program that looks for the end finds that of the transfer.
    const isAttempt = rec.kind === 'end' && rec !== ends.get(rec.side);
    const made = recordOf(rec, start, transcript);
    const text = JSON.stringify(isAttempt ? { ...made, type: 'attempt-end' } : made, undefined, 1);
    yield `${separator}\n  ${harmless(text).replaceAll('\n', '\n  ')}`;
    separator = ',';
  }
  yield `\n ${end}`;
}

function recordOf(rec: Rec, start: number, transcript: PacketLog): object {
  const why = explainRecord(rec, transcript).map(({ rule, text, source, inferred, end }) => ({
    rule,
    text,
    source,
    inferred,
    end,
  }));
  const base = { type: rec.kind, at: rec.at - start };
  switch (rec.kind) {
    case 'packet': {
      const { number, direction, length, index, again, stranger, lost, fates, fateReasons } = rec;
      const ends = { local: formatTid(rec.local), peer: formatTid(rec.peer) };
      return {
        ...base,
        number,
        direction,
        ...ends,
        length,
        index,
        again,
        stranger,
        lost,
        fates,
        ...(fateReasons.length > 0 && { fateReasons }),
        ...crossingOf(rec, start),
        ...wordsOf(rec),
        why,
      };
    }
    case 'timer':
      return { ...base, side: rec.side, attempt: rec.attempt, interval: rec.interval, why };
    case 'missing':
      return { ...base, from: rec.from, to: rec.to, late: rec.late, why };
    case 'report':
      return { ...base, side: rec.side, report: rec.report.kind, by: rec.report.by, why };
    case 'end':
      return { ...base, side: rec.side, outcome: outcomeOf(rec.outcome), why };
  }
}

/** The fields as it was sent, and those of what travelled on where that is something else. */
function wordsOf({ packet, became }: PacketRec): object {
  if (became === undefined) return fieldsOf(packet);
  return { ...fieldsOf(packet), became: { length: became.length, ...fieldsOf(decode(became.octets)) } };
}

/** When it left and came, where both ends are ours; what is not known is missing. */
function crossingOf({ ends }: PacketRec, start: number): object {
  if (ends === undefined) return {};
  const since = (rec: PacketRec | undefined): number | undefined => rec && rec.at - start;
  const arrived = ends.received?.lost === 'network' ? undefined : since(ends.received);
  return { sentAt: since(ends.sent), arrivedAt: arrived, copy: ends.copy };
}

function fieldsOf(packet: Packet | Malformed): object {
  switch (packet.op) {
    case 'RRQ':
    case 'WRQ':
      return {
        op: packet.op,
        file: raw(packet.filename),
        mode: raw(packet.mode),
        options: optionsOf(packet.options),
      };
    case 'OACK':
      return { op: packet.op, options: optionsOf(packet.options) };
    case 'DATA':
    case 'ACK':
      return { op: packet.op, block: packet.block };
    case 'ERROR':
      return { op: packet.op, code: packet.code, message: raw(packet.message) };
    case 'malformed':
      return { op: packet.op, reason: packet.reason, opcode: packet.opcode };
  }
}

/** Pairs, since a name may come twice. */
function optionsOf(
  options: readonly { name: Untrusted; value: Untrusted }[],
): readonly (readonly [string, string])[] {
  return options.map(({ name, value }) => [raw(name), raw(value)]);
}

function outcomeOf(outcome: Outcome | undefined): object | undefined {
  if (outcome === undefined || outcome.ok) return outcome;
  const { failure } = outcome;
  return {
    ok: false,
    failure: failure.by === 'peer' ? { ...failure, message: raw(failure.message) } : failure,
  };
}

/** Signs of markup, and whatever is not printable ASCII, as `\u003c`: the same JSON, safe to print and to embed. */
function harmless(json: string): string {
  return json.replace(
    /[^\x20-\x7e\n]|[<>&']/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
