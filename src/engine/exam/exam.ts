// What the questions of a probe and the cases of a check share: the exam itself, requests, and first answers.
import { errorText } from '../../wire/codes.ts';
import { option } from '../../wire/options.ts';
import type { Malformed, Packet, RequestPacket, WireOption } from '../../wire/packet.ts';
import { join, printable, raw, say, untrusted, type Printable } from '../../wire/text.ts';
import { tid } from '../../wire/tid.ts';
import { nameError } from '../failure-texts.ts';
import type { Tower } from '../tower.ts';
import { Interview, type ExamContext, type Heard, type HeardPacket } from './interview.ts';

/** A server that is asked, and what is known about it so far. */
export interface Exam extends ExamContext {
  /** A file of the server; undefined: none is known. */
  file: string | undefined;
  /** A name that the server does not have. */
  readonly missing: string;
  /** The name that may be written; undefined: nothing is written. */
  readonly write: string | undefined;
  /** Milliseconds: the shortest round trip so far. */
  roundTrip: number;
  /** What earlier answers found. */
  readonly facts: Map<string, string>;
}

export interface ExamOptions {
  readonly host: string;
  readonly port: number;
  readonly file?: string | undefined;
  readonly write?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Packets that may be sent in all. */
  readonly packets: number;
  /** Milliseconds for the whole exam. */
  readonly time: number;
}

/** Resolves the host. Rejects with TftpError for an unknown name. */
export async function openExam(tower: Tower, options: ExamOptions): Promise<Exam> {
  const { host, port, file, write, signal, packets, time } = options;
  const found = await tower.resolve(host, undefined, signal).catch((error: unknown) => {
    throw nameError(host, error);
  });
  const [first] = found;
  if (first === undefined) throw nameError(host, undefined);
  return {
    ...{ tower, to: tid(first.address, port), signal, file, write, budget: { packets } },
    deadline: tower.clock.now() + time,
    missing: 'tftpsh-no-such-file',
    roundTrip: Infinity,
    facts: new Map<string, string>(),
  };
}

/** Milliseconds that an answer is waited for. */
export function answerTime({ roundTrip }: Pick<Exam, 'roundTrip'>): number {
  return Math.max(1000, roundTrip === Infinity ? 0 : 4 * roundTrip);
}

/** Milliseconds in which something would arrive that should not. */
export function silenceTime({ roundTrip }: Pick<Exam, 'roundTrip'>): number {
  return Math.max(300, roundTrip === Infinity ? 0 : 3 * roundTrip);
}

/** Milliseconds in which a reaction to a packet arrives. A timer of the server is slower (RFC 1123 §4.2.3.2). */
export function reactionTime({ roundTrip }: Pick<Exam, 'roundTrip'>): number {
  return 1.5 * roundTrip + 20;
}

/** How often a request is sent before the server counts as silent. */
const sends = 3;

type Values = Readonly<Record<string, number | string>>;

/** A request in octet mode, with the options in their order. */
export function request(
  op: 'RRQ' | 'WRQ',
  file: string,
  { mode = 'octet', options = {} }: { mode?: string; options?: Values } = {},
): RequestPacket {
  const list = Object.entries(options).map(([name, value]): WireOption => option(name, value));
  return { op, filename: untrusted(file), mode: untrusted(mode), options: list, ignored: 0 };
}

/** The octets of a datagram that is written by hand. */
export function octetsOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An open interview, and the first answer to its request. The caller closes it. */
export interface FirstAnswer {
  readonly interview: Interview;
  readonly heard: Heard;
}

/** Sends the request up to three times. */
export async function firstAnswer(exam: Exam, packet: RequestPacket | Uint8Array): Promise<FirstAnswer> {
  const interview = await new Interview(exam).open();
  try {
    for (let sent = 0; ; sent += 1) {
      if (packet instanceof Uint8Array) interview.forward(packet);
      else if (sent === 0) interview.ask(packet);
      else interview.send(packet, exam.to);
      const heard = await interview.hear(answerTime(exam));
      if (heard.type === 'packet' && sent === 0) exam.roundTrip = Math.min(exam.roundTrip, heard.after);
      if (heard.type !== 'silence' || sent + 1 === sends) return { interview, heard };
    }
  } catch (error) {
    interview.close();
    throw error;
  }
}

/** Asks, gives the first answer to `read`, and closes. */
export async function askOnce<T>(
  exam: Exam,
  packet: RequestPacket | Uint8Array,
  read: (heard: Heard, interview: Interview) => Promise<T> | T,
): Promise<T> {
  const { interview, heard } = await firstAnswer(exam, packet);
  try {
    return await read(heard, interview);
  } finally {
    interview.close();
  }
}

/** A heard packet with that opcode. */
type HeardOp<O> = HeardPacket & { readonly packet: Extract<Packet, { readonly op: O }> };

/** Whether a packet with that opcode arrived. */
export function isOp<O extends Packet['op']>(heard: Heard, op: O): heard is HeardOp<O> {
  return heard.type === 'packet' && heard.packet.op === op;
}

/** Whether that block arrived. */
export function isData(heard: Heard, block: number): heard is HeardOp<'DATA'> {
  return isOp(heard, 'DATA') && heard.packet.block === block;
}

/** `ERROR 1 File not found`, `DATA 1, 512 octets`, `no answer`. */
export function heardText(heard: Heard): Printable {
  if (heard.type === 'silence') return say`no answer`;
  if (heard.type === 'unreachable') return say`port unreachable`;
  return packetText(heard.packet);
}

function packetText(packet: Packet | Malformed): Printable {
  switch (packet.op) {
    case 'ERROR': {
      const text = raw(packet.message) === '' ? errorText(packet.code) : raw(packet.message);
      return say`ERROR ${packet.code} ${printable(text, 80)}`;
    }
    case 'DATA':
      return say`DATA ${packet.block}, ${packet.data.length} octets`;
    case 'ACK':
      return say`ACK ${packet.block}`;
    case 'OACK':
      return say`OACK ${join(
        packet.options.map(({ name, value }) => say`${printable(name, 32)}=${printable(value, 32)}`),
        say` `,
      )}`;
    case 'RRQ':
    case 'WRQ':
      return printable(packet.op);
    case 'malformed':
      return say`a datagram that is not TFTP`;
  }
}
