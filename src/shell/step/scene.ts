// What the step panel and the plain lines say about the held datagram, as data. Pure.
import type { RunningMachine } from '../../engine/drive/machines.ts';
import type { Held } from '../../network/gate/gate.ts';
import type { Explanation } from '../../trace/explain/explanation.ts';
import { durationText, grouped } from '../../trace/text/quantities.ts';
import type { Side, Tag } from '../../trace/record/event.ts';
import { otherSide } from '../../trace/record/packet-log.ts';
import type { Waits } from '../../transfer/waits.ts';
import { decode } from '../../wire/decode.ts';
import { formatTid, sameTid, type Tid } from '../../wire/tid.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';
import { summaryWords } from '../../wire/summary.ts';
import type { Outlook } from './outlook.ts';
import { sendsText, shortName } from './prediction.ts';

/** A line of the panel: its label, and its text. */
export interface SceneLine {
  readonly label: Printable;
  readonly text: Printable;
}

/** Everything that is said about the first held datagram. */
export interface Scene {
  readonly held: Held;
  /** `client received  DATA 2      512 B`. */
  readonly head: Printable;
  /** Octets, and from or to whom. */
  readonly place: Printable;
  readonly lines: readonly SceneLine[];
  /** What is out of the ordinary: edited, sent again by a peer whose clock runs on. */
  readonly remarks: readonly Printable[];
  /** Datagrams that are held after this one. */
  readonly waiting: number;
}

export interface SceneInput {
  readonly held: readonly Held[];
  readonly machines: readonly RunningMachine[];
  /** Of the machine that would receive the datagram; undefined: not known. */
  readonly outlook: Outlook | undefined;
  /** Why a machine of ours sent it. */
  readonly reasons: readonly Explanation[];
  /** The instant at which everything stands still. */
  readonly now: number;
  /** About an earlier prediction, which this datagram decides. */
  readonly judgement?: Printable;
}

export function sceneOf(input: SceneInput): Scene | undefined {
  const [held] = input.held;
  if (held === undefined) return undefined;
  const { direction, octets, peer } = held;
  const toward = direction === 'sent' ? say`to` : say`from`;
  return {
    held,
    head: say`${headOf(held)}`,
    place: say`${grouped(octets.length)} octets ${toward} ${printable(formatTid(peer))}`,
    lines: [...whatNext(held, input), ...states(held, input)],
    remarks: [...(input.judgement === undefined ? [] : [input.judgement]), ...remarksOf(input.held)],
    waiting: input.held.length - 1,
  };
}

/** `client sends ACK   2`. */
export function headOf({ tag, direction, octets }: Held): Printable {
  const verb = direction === 'sent' ? say`sends` : say`received`;
  return say`${printable(tag.side)} ${verb} ${summaryWords(decode(octets))}`;
}

function whatNext(held: Held, { outlook, reasons }: SceneInput): readonly SceneLine[] {
  const { tag, direction, peer } = held;
  const side = printable(tag.side);
  if (direction === 'sent') {
    const next = say`it is sent to ${printable(formatTid(peer))}`;
    return [{ label: say`next`, text: next }, ...reasonLines(reasons)];
  }
  if (outlook === undefined) return [{ label: say`next`, text: withoutOutlook(held) }];
  const { sends, outcome, reasons: why } = outlook;
  const end =
    outcome === undefined
      ? say``
      : outcome.ok
        ? say`; then its transfer is complete`
        : say`; its transfer fails`;
  const [first] = sends;
  const octets = first !== undefined && sends.length === 1 && first.op === 'ACK' ? say` (4 octets)` : say``;
  const text = say`the ${side} will send ${sendsText(sends)}${octets}${end}`;
  return [{ label: say`next`, text }, ...reasonLines(why)];
}

/** No machine can be asked. */
function withoutOutlook({ tag }: Held): Printable {
  return tag.transfer === 0
    ? say`our server opens the file and answers from a new port (RFC 1350 §4)`
    : say`not known: step mode was switched on after this transfer began`;
}

function reasonLines(reasons: readonly Explanation[]): readonly SceneLine[] {
  return reasons
    .slice(0, 2)
    .map(({ text, source }, at) => ({ label: at === 0 ? say`why` : say``, text: say`${text} (${source})` }));
}

function states(held: Held, { machines, outlook, now }: SceneInput): readonly SceneLine[] {
  const own = machineOf(machines, held.tag);
  const other = held.isOurs ? opposite(machines, held) : undefined;
  const lines: SceneLine[] = [];
  if (own !== undefined) {
    const after = held.direction === 'received' && outlook !== undefined ? outlook.waits : undefined;
    lines.push(stateLine(own, now, after));
  }
  if (other !== undefined) lines.push(stateLine(other, now, undefined));
  else if (!held.isOurs)
    lines.push({
      label: printable(held.tag.side === 'client' ? 'server' : 'client'),
      text: say`not ours: its clock runs on, and it may send again`,
    });
  return lines;
}

/** The machine of a tag. */
export function machineOf(machines: readonly RunningMachine[], tag: Tag): RunningMachine | undefined {
  return machines.find(({ tag: own }) => own.transfer === tag.transfer && own.side === tag.side);
}

/** The machine at the other end, where that is ours too. */
export function opposite(
  machines: readonly RunningMachine[],
  { tag, local, peer }: Pick<Held, 'tag' | 'local' | 'peer'>,
): RunningMachine | undefined {
  const side: Side = tag.side === 'client' ? 'server' : 'client';
  return machines.findLast(
    (one) => one.tag.side === side && (one.local.port === peer.port || isPeer(one.peer, local)),
  );
}

/** Whether it is the port that `local` names, which may be bound to all addresses. */
function isPeer(peer: Tid | undefined, local: Tid): boolean {
  return peer !== undefined && (sameTid(peer, local) || peer.port === local.port);
}

function stateLine(
  { tag, waits, deadline }: RunningMachine,
  now: number,
  after: Waits | undefined,
): SceneLine {
  const timer =
    deadline === undefined
      ? say`no timer`
      : say`timer ${durationText(Math.max(0, deadline - now))} (stands still)`;
  const then = after === undefined || sameWaits(after, waits) ? say`` : say`, then ${waitsText(after)}`;
  return { label: printable(tag.side), text: say`${waitsText(waits)}${then} · ${timer}` };
}

function sameWaits(one: Waits, other: Waits): boolean {
  return waitsText(one) === waitsText(other);
}

/** `waits for DATA 3`. */
export function waitsText(waits: Waits): Printable {
  switch (waits.for) {
    case 'answer':
      return say`waits for the answer to its ${printable(waits.op)}`;
    case 'DATA':
      return say`waits for DATA ${waits.index}`;
    case 'ACK':
      return waits.from === waits.to
        ? say`waits for ACK ${waits.to}`
        : say`waits for ACK ${waits.from} to ${waits.to}`;
    case 'file':
      return say`waits for its own file`;
    case 'repetition':
      return say`is done; stays to repeat its last ACK (RFC 1350 §6)`;
    case 'nothing':
      return say`is done`;
  }
}

function remarksOf(held: readonly Held[]): readonly Printable[] {
  const [first, ...others] = held;
  if (first === undefined) return [];
  const remarks: Printable[] = [];
  if (first.edits.length > 0) remarks.push(say`edited: ${printable(first.edits.join(', '), 400)}`);
  if (isRepetition(first)) remarks.push(repetitionText(first));
  const late = others.filter(isRepetition);
  const [next] = late;
  if (next !== undefined) {
    const times = join(
      late.slice(0, 4).map((one) => say`+${durationText(one.late)}`),
      say`, `,
    );
    const more = late.length > 4 ? say`, …` : say``;
    remarks.push(
      say`while we wait, the ${printable(senderOf(next))} sent ${shortName(decode(next.original))} again (${times}${more}): its clock runs on, and it got no answer (RFC 1350 §2)`,
    );
  }
  return remarks;
}

/** Whether a foreign peer sent it again. */
function isRepetition({ direction, again, isOurs }: Held): boolean {
  return direction === 'received' && again && !isOurs;
}

/** Which end sent the datagram. */
export function senderOf({ tag, direction }: Held): Side {
  return direction === 'sent' ? tag.side : otherSide(tag.side);
}

/** Why a foreign peer sent its packet again. */
function repetitionText(held: Held): Printable {
  const who = printable(senderOf(held));
  const what = shortName(decode(held.original));
  return held.late > 0
    ? say`the ${who} sent ${what} again ${durationText(held.late)} after the pause began: its clock runs on, and it got no answer in time (RFC 1350 §2)`
    : say`the ${who} sent ${what} again: it got no answer in time (RFC 1350 §2)`;
}
