// Evidence in, causes out: what went wrong in a transfer, how it is known, and what to do. Pure.
import { printable, say, type Printable } from '../../wire/text.ts';
import { durationText } from '../text/quantities.ts';
import type { PacketLog } from '../record/packet-log.ts';
import type { CauseRow, Level } from './cause.ts';
import { endingCauses } from './ending-causes.ts';
import { evidenceOf, type Evidence, type Known } from './evidence.ts';
import { networkCauses } from './network-causes.ts';
import { openingCauses } from './opening-causes.ts';
import { transferCauses } from './transfer-causes.ts';
import { troubleCauses } from './trouble-causes.ts';

/** All causes that can be named, in the order in which they are looked for. */
export const causes: readonly CauseRow[] = [
  ...networkCauses,
  ...openingCauses,
  ...transferCauses,
  ...troubleCauses,
  ...endingCauses,
];

/** One cause that the evidence shows. */
export interface Finding {
  readonly cause: string;
  readonly level: Level;
  readonly text: Printable;
  /** Numbers of packets that prove it. */
  readonly packets: readonly number[];
  /** What to do; `{…}` in it is a command of the shell. May be empty. */
  readonly remedy: Printable;
}

export interface Diagnosis {
  /** Failures first, then in the order of time. Empty: nothing unusual was found. */
  readonly findings: readonly Finding[];
  /** Where the time went, if most of it was waiting. */
  readonly time: Printable | undefined;
}

/** What went wrong in the transfer. `known`: what no packet shows. */
export function diagnose(log: PacketLog, known: Known = {}): Diagnosis {
  const evidence = evidenceOf(log, known);
  const found = causes.flatMap((row) => {
    const one = row.find(evidence);
    return one === undefined ? [] : [{ row, one }];
  });
  const covered = new Set(found.flatMap(({ row }) => row.covers ?? []));
  const findings = found.flatMap(({ row, one }): Finding[] => {
    if (covered.has(row.name)) return [];
    const { text, packets = [], remedy = row.remedy } = one;
    return [{ cause: row.name, level: row.level, text, packets, remedy: printable(remedy, 400) }];
  });
  return { findings: findings.sort(byWeight), time: timeText(evidence) };
}

/** The same of a long transfer, by its first packets and its last ones: how it began, and how it ended. */
export function diagnoseParts(begin: PacketLog, end: PacketLog): Diagnosis {
  const ended = diagnose(end).findings;
  const began = diagnose(begin).findings.filter(
    // What seems to end it there is the end of the part.
    ({ cause, level }) => level !== 'failure' && !ended.some((one) => one.cause === cause),
  );
  return { findings: [...ended, ...began].sort(byWeight), time: undefined };
}

const levels: readonly Level[] = ['failure', 'trouble', 'note'];

function byWeight(a: Finding, b: Finding): number {
  const weight = levels.indexOf(a.level) - levels.indexOf(b.level);
  return weight || (a.packets[0] ?? 0) - (b.packets[0] ?? 0);
}

/** Shorter waits are not worth a sentence. */
const least = { share: 0.2, wait: 200 };

function timeText(evidence: Evidence): Printable | undefined {
  const { time, losses, apprentice } = evidence;
  const { loss } = time.waited;
  // Packets that only answer other copies were not waited for.
  if (apprentice !== undefined || loss < least.wait || loss < least.share * time.total) return undefined;
  const part = say`${Math.round((100 * loss) / time.total)} % of ${durationText(time.total)}`;
  const isLoss = losses.to.client + losses.to.server + losses.unknown > 0 && evidence.server.packets > 0;
  return isLoss ? say`${part} waited for lost packets.` : say`${part} passed without an answer.`;
}
