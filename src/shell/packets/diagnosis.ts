// A diagnosis as lines and events: `diagnose`, the top of `explain`, and the reason of a failed transfer.
import type { TftpError } from '../../engine/tftp-error.ts';
import { diagnose, diagnoseParts, type Diagnosis, type Finding } from '../../trace/diagnose/diagnose.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import type { Offering } from '../../files/file.ts';
import type { PacketLog } from '../../trace/record/packet-log.ts';
import { raw, say, type Printable } from '../../wire/text.ts';
import { similarName } from '../server/case-hint.ts';
import { withSteps } from '../report/steps.ts';
import type { ShellContext } from '../session/context.ts';
import type { TransferView } from './transfer-view.ts';

/** What went wrong in the transfer, with the failure that our side knows of it. */
export async function diagnosisOf(
  { inspector, transfers, server }: Pick<ShellContext, 'inspector' | 'transfers' | 'server'>,
  { number, log, around }: TransferView,
): Promise<Diagnosis> {
  if (inspector.capture !== undefined) {
    // Of a long transfer that failed the last packets show why.
    const end = log.reader.outcome?.ok === true ? undefined : await around?.(log.total);
    return end === undefined ? diagnose(log) : diagnoseParts(log, end.log);
  }
  const past = transfers.past.find((one) => one.number === number);
  return diagnose(log, {
    local: past?.outcome.ok === false ? past.outcome.error.failure : undefined,
    similar: server.offering && (await similarTo(log, server.offering)),
  });
}

/** The offered file that a request asked for in other capitals, where our server did not find the file. */
async function similarTo(log: PacketLog, offering: Offering): Promise<string | undefined> {
  const own = log.both?.server ?? log;
  const { began, outcome } = own.reader;
  if (own.tag.side !== 'server' || began?.op !== 'RRQ' || outcome?.ok !== false) return undefined;
  const isMissing = outcome.failure.by === 'local' && outcome.failure.code === 1;
  return isMissing ? similarName(offering, raw(began.file)) : undefined;
}

/** The findings as lines of at most `width` columns: each cause with its packets, then what to do. */
export function diagnosisLines({ findings, time }: Diagnosis, width: number): readonly Printable[] {
  const lines = findings.flatMap((finding) => [
    ...indented(say`${finding.text}${packetsText(finding)}`, '  ', width),
    ...(finding.level === 'note' || finding.remedy === ''
      ? []
      : indented(say`Next: ${stepsFor(finding)}`, '    ', width)),
  ]);
  return time === undefined ? lines : [...lines, ...indented(time, '  ', width)];
}

/** The remedy with its commands in quotes. */
export function stepsFor({ remedy }: Finding): Printable {
  return withSteps(remedy, { verb: 'get', name: say`` }, 'shell');
}

function packetsText({ packets }: Finding): Printable {
  const shown = packets.slice(0, 4).join(', ');
  if (packets.length < 2) return say``;
  return say` (packets ${shown as Printable})`;
}

function indented(text: Printable, indent: string, width: number): readonly Printable[] {
  return wrapped(text, width, { first: indent, indent: indent.length + 2 });
}

/** Causes that say more than the failure itself and its advice. */
const tellingMore: readonly string[] = [
  'other-address',
  'no-answer',
  'large-data-lost',
  'server-died',
  'stops-at-65535',
  'restarts-at-1',
  'changed-port',
  'went-silent',
  'wrong-tid',
];

/** The cause of a failed transfer, if its packets say more than the failure does. */
export async function causeOf(
  { inspector }: Pick<ShellContext, 'inspector'>,
  number: number,
  { failure }: TftpError,
): Promise<Finding | undefined> {
  const view = await inspector.peek(number, 'client').catch(() => undefined);
  if (view === undefined) return undefined;
  const [first] = diagnose(view.log, { local: failure }).findings;
  return first !== undefined && tellingMore.includes(first.cause) ? first : undefined;
}
