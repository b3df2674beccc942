// Where the time of a transfer went: each span between two records counts for the side that the transfer waited for.
import type { Side } from '../record/event.ts';
import { senderOf, type PacketLog } from '../record/packet-log.ts';

/** `loss`: nothing came until a packet was sent again. An end: the time until its next packet. `burst`: packets in a row. */
export type Waited = 'loss' | Side | 'burst';

export interface TimeSpent {
  /** Milliseconds from the first record to the last one. */
  readonly total: number;
  readonly waited: Readonly<Record<Waited, number>>;
  /** Answers of each end without a repetition in between: how many, and the fastest and the average one. */
  readonly answers: Readonly<Record<Side, AnswerTimes>>;
}

export interface AnswerTimes {
  readonly count: number;
  readonly fastest: number;
  readonly average: number;
}

interface Sum {
  count: number;
  fastest: number;
  total: number;
}

export function timeOf(log: PacketLog): TimeSpent {
  const waited = { loss: 0, client: 0, server: 0, burst: 0 };
  const sums: Record<Side, Sum> = { client: nothing(), server: nothing() };
  let from: Side | undefined;
  let before = log.records[0]?.at ?? 0;
  const first = before;
  for (const rec of log.records) {
    const span = Math.max(0, rec.at - before);
    before = Math.max(before, rec.at);
    if (rec.kind === 'timer') waited.loss += span;
    if (rec.kind !== 'packet' || rec.stranger) continue;
    const sender = senderOf(rec, log);
    if (rec.again) waited.loss += span;
    else if (sender === from) waited.burst += span;
    else {
      waited[sender] += span;
      if (from !== undefined) add(sums[sender], span);
    }
    from = rec.again ? undefined : sender;
  }
  const answers = { client: timesOf(sums.client), server: timesOf(sums.server) };
  return { total: before - first, waited, answers };
}

function nothing(): Sum {
  return { count: 0, fastest: Infinity, total: 0 };
}

function add(sum: Sum, span: number): void {
  sum.count += 1;
  sum.fastest = Math.min(sum.fastest, span);
  sum.total += span;
}

function timesOf({ count, fastest, total }: Sum): AnswerTimes {
  return count === 0 ? { count, fastest: 0, average: 0 } : { count, fastest, average: total / count };
}
