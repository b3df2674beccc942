// One transfer of a client that is examined: we play its server, by hand, after its request has come.
import { option } from '../../../wire/options.ts';
import type { RequestPacket } from '../../../wire/packet.ts';
import { raw, say, type Printable } from '../../../wire/text.ts';
import { answerTime, heardText, isOp } from '../exam.ts';
import { valueOf } from '../exchange.ts';
import type { Heard, Interview } from '../interview.ts';
import { fail, skip, type CaseRow, type Result } from './case.ts';

/** What a case needs of a client. */
export interface Talk {
  readonly interview: Interview;
  readonly request: RequestPacket;
  /** Another port of ours, for packets of a stranger. The caller closes it. */
  readonly stranger: () => Promise<Interview>;
  /** How often the request has come so far. */
  readonly requests: () => number;
  /** Milliseconds: the shortest round trip so far. */
  roundTrip: number;
}

/** A case that is played with a client. */
export interface ClientCase extends CaseRow {
  /** What the client has to do with the file of the case. */
  readonly kind: 'get' | 'put';
  readonly play: (talk: Talk) => Promise<Result>;
}

/** Octets of a block. */
export function block(length = 512): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7) % 256);
}

/** The number that the client offers for an option; undefined: it does not offer it. */
export function offered({ request }: Talk, name: string): number | undefined {
  return valueOf(request.options, name);
}

/** Answers the request with an OACK. */
export function agree({ interview }: Talk, options: Readonly<Record<string, string | number>>): void {
  interview.send({
    op: 'OACK',
    options: Object.entries(options).map(([name, value]) => option(name, value)),
    ignored: 0,
  });
}

/** Sends a block and waits for its ACK. */
export async function acked(talk: Talk, number: number, length = 512): Promise<Heard> {
  talk.interview.send({ op: 'DATA', block: number, data: block(length) });
  const heard = await talk.interview.hear(answerTime(talk));
  if (heard.type === 'packet') talk.roundTrip = Math.min(talk.roundTrip, heard.after);
  return heard;
}

/** Whether that block was acknowledged. */
export function isAck(heard: Heard, number: number): boolean {
  return isOp(heard, 'ACK') && heard.packet.block === number;
}

/** Starts a read without options: DATA 1 and its ACK. @returns a result where that fails. */
export async function started(talk: Talk): Promise<Result | undefined> {
  const heard = await acked(talk, 1);
  return isAck(heard, 1) ? undefined : missed(talk, heard, say`ACK 1`);
}

/** Goes on with DATA 2: a client that is unharmed acknowledges it. */
export async function goesOn(talk: Talk, more: Result): Promise<Result> {
  let heard = await acked(talk, 2);
  // An answer to what was sent before may still be on its way.
  for (let old = 0; isAck(heard, 1) && old < 5; old += 1) heard = await talk.interview.hear(answerTime(talk));
  return isAck(heard, 2) ? more : missed(talk, heard, say`ACK 2`);
}

/** FAIL: something else came than was expected. */
export function missed({ interview }: Talk, heard: Heard, expected: Printable): Result {
  return fail(say`${heardText(heard)}; expected ${expected}`, interview.proof(heard));
}

/** SKIP: the client does not offer the option. */
export function notOffered(name: Printable): Result {
  return skip(say`the client does not offer ${name}`);
}

/** The name in a request without directories and endings: `case-20`. */
export function caseName({ filename }: RequestPacket): string {
  return (raw(filename).split(/[\\/]/).at(-1) ?? '').replace(/\.[^.]*$/, '').toLowerCase();
}
