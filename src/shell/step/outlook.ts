// What a machine would do with the held datagram, and why: its twin is asked, and the reasons are those that explain
// gives for packets that were sent.
import type { RunningMachine } from '../../engine/drive/machines.ts';
import type { Held } from '../../network/gate/gate.ts';
import { explainRecord } from '../../trace/explain/explain.ts';
import type { Explanation } from '../../trace/explain/explanation.ts';
import type { TraceEvent } from '../../trace/record/event.ts';
import { SideLog, type PacketRec } from '../../trace/record/side-log.ts';
import type { Outcome } from '../../transfer/machine.ts';
import type { Waits } from '../../transfer/waits.ts';
import { decode } from '../../wire/decode.ts';
import { encode } from '../../wire/encode.ts';
import type { Packet } from '../../wire/packet.ts';
import { say } from '../../wire/text.ts';
import type { Tid } from '../../wire/tid.ts';

/** What follows when a machine gets a datagram. */
export interface Outlook {
  readonly sends: readonly Packet[];
  readonly reasons: readonly Explanation[];
  readonly outcome: Outcome | undefined;
  readonly waits: Waits;
  /** Milliseconds until its timer expires; undefined: no timer runs. */
  readonly timer: number | undefined;
}

/** The datagram, and the instant at which everything stands still. */
export interface Coming {
  readonly octets: Uint8Array;
  readonly from: Tid;
  readonly now: number;
}

/** `past`: the events of the machine's transfer so far. Undefined: the machine cannot be rehearsed. */
export function outlook(
  machine: RunningMachine,
  { octets, from, now }: Coming,
  past: readonly TraceEvent[],
): Outlook | undefined {
  const packet = decode(octets);
  const foreseen = machine.foresee(packet, from);
  if (foreseen === undefined) return undefined;
  const { tag, local } = machine;
  const log = new SideLog(tag, past);
  let id = -1;
  const base = { at: now, tag, local } as const;
  const received = { ...base, type: 'received', id, packet, peer: from, length: octets.length } as const;
  const [heard] = packetsOf(log.add(received));
  const answers: PacketRec[] = [];
  const sends: Packet[] = [];
  let outcome: Outcome | undefined;
  for (const output of foreseen.outputs) {
    if (output.type === 'note') log.add({ ...base, type: 'note', datagram: received.id, note: output.note });
    if (output.type === 'end') ({ outcome } = output);
    if (output.type !== 'send') continue;
    sends.push(output.packet);
    const length = encode(output.packet).length;
    answers.push(
      ...packetsOf(
        log.add({ ...base, type: 'sent', id: --id, packet: output.packet, peer: output.to, length }),
      ),
    );
  }
  const about = answers[0] ?? heard;
  const { waits, deadline } = foreseen;
  const why = about === undefined ? [] : explainRecord(about, log);
  const isQuiet = sends.length === 0 && outcome === undefined && packet.op === 'DATA';
  return {
    ...{ sends, outcome, waits },
    reasons: isQuiet && hasAdvanced(machine.waits, waits) ? [insideWindow, ...why] : why,
    timer: deadline === undefined ? undefined : Math.max(0, deadline - now),
  };
}

/** Why DATA in order has no answer yet. */
const insideWindow: Explanation = {
  rule: 'inside-window',
  text: say`The window is not complete: its last block, or a gap, causes the ACK.`,
  source: say`RFC 7440 §4`,
  inferred: false,
};

/** Whether the machine waits for a later block of the file now. */
function hasAdvanced(before: Waits, after: Waits): boolean {
  if (after.for !== 'DATA') return false;
  return before.for === 'DATA' ? after.index > before.index : before.for === 'answer';
}

function packetsOf(recs: ReturnType<SideLog['add']>): readonly PacketRec[] {
  return recs.filter((rec): rec is PacketRec => rec.kind === 'packet');
}

/** Why a machine sent the datagram that is held now. `past`: the events of its transfer; later ones may be among them. */
export function reasonsFor({ id, tag }: Held, past: readonly TraceEvent[]): readonly Explanation[] {
  const at = past.findIndex((event) => event.type === 'sent' && event.id === id);
  const log = new SideLog(tag, past.slice(0, at + 1));
  const rec = log.packets.at(-1);
  return rec === undefined ? [] : explainRecord(rec, log);
}
