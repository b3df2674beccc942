// The code of packet, explain, diagnose, stats and export. It is loaded when one of them is called.
// Rule: results are events and lines; where the shell can draw, packet is a view.
import { anatomyOf } from '../../../trace/anatomy/anatomy.ts';
import { anatomyLines } from '../../../trace/anatomy/text.ts';
import { explainRecord, explainTransfer } from '../../../trace/explain/explain.ts';
import type { Explanation, TransferReason } from '../../../trace/explain/explanation.ts';
import type { PacketRec } from '../../../trace/record/side-log.ts';
import { summary } from '../../../wire/summary.ts';
import { say } from '../../../wire/text.ts';
import { formatTid } from '../../../wire/tid.ts';
import type { Call } from '../../language/command.ts';
import { readCount } from '../../language/units.ts';
import { diagnosisLines, diagnosisOf, stepsFor } from '../../packets/diagnosis.ts';
import { findTransfer, noPacket, tableLines } from '../../packets/find-transfer.ts';
import { crossingFields, crossingLine, packetHead, sinceFirst } from '../../packets/packet-lines.ts';
import { reasonLines, statsLines, titleOf, transferView } from '../../packets/pages.ts';
import type { TransferView } from '../../packets/transfer-view.ts';
import type { ShellContext } from '../../session/context.ts';
import type { Output } from '../../session/output.ts';
import type { Line } from '../../session/state.ts';

export async function packet(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  const number = word === undefined ? undefined : readCount(word.text);
  if (number === undefined) return shell.output.misuse(call, word, say`packet needs a packet number.`);
  const transfer = await findTransfer(call, shell, call.flags.get('--transfer'), { packet: number });
  if (typeof transfer === 'number') return transfer;
  const rec = transfer.log.packet(number);
  if (rec === undefined) return noPacket(call, shell, word, transfer);
  if (shell.views.canShow && !call.flags.has('--plain'))
    return shell.views.showTransfer(
      transferView(shell, transfer, { kind: 'packet', packet: number, filter: undefined }),
    );
  const anatomy = anatomyOf(rec, transfer.log);
  shell.output.emit(
    {
      event: 'anatomy',
      transfer: transfer.number,
      packet: number,
      direction: rec.direction,
      ms: sinceFirst(rec, transfer),
      peer: formatTid(rec.peer),
      summary: summary(rec.packet),
      ...crossingFields(rec, transfer),
      octets: rec.length,
      hex: [...anatomy.octets].map((octet) => octet.toString(16).padStart(2, '0')).join(''),
      fields: anatomy.fields.map(({ offset, length, name, value, meaning }) =>
        [offset, length, name, value, meaning].join('\t'),
      ),
    },
    packetLines(rec, transfer, shell.output),
  );
  return 0;
}

/** A packet octet by octet, and what explains it. */
function packetLines(
  rec: PacketRec,
  transfer: TransferView,
  { isAscii: ascii, pageWidth: columns }: Pick<Output, 'isAscii' | 'pageWidth'>,
): readonly Line[] {
  const anatomy = anatomyOf(rec, transfer.log);
  const reasons = explainRecord(rec, transfer.log);
  return [
    ...tableLines([packetHead(rec, transfer, ascii), ...crossingLine(rec, transfer), say``]),
    ...anatomyLines(anatomy, { columns, ascii }).map(({ kind, text }): Line => ({
      kind: kind === 'fault' ? 'unusual' : 'received',
      text,
    })),
    ...tableLines(
      reasons.length === 0 ? [] : [say``, ...reasons.flatMap((one) => reasonLines(one, columns))],
    ),
  ];
}

export async function explain(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  const number = word === undefined ? undefined : readCount(word.text);
  if (word !== undefined && number === undefined)
    return shell.output.misuse(call, word, say`explain takes a packet number; use -t N for a transfer.`);
  const needed = number === undefined ? { whole: true } : { packet: number };
  const transfer = await findTransfer(call, shell, call.flags.get('--transfer'), needed);
  if (typeof transfer === 'number') return transfer;
  const { log } = transfer;
  const rec = number === undefined ? undefined : log.packet(number);
  if (number !== undefined && rec === undefined) return noPacket(call, shell, word, transfer);
  const reasons: readonly (Explanation | TransferReason)[] =
    rec === undefined ? explainTransfer(log) : explainRecord(rec, log);
  const { pageWidth } = shell.output;
  shell.output.print([
    rec === undefined ? titleOf(transfer) : packetHead(rec, transfer, shell.output.isAscii),
  ]);
  if (rec === undefined)
    shell.output.show(tableLines(diagnosisLines(await diagnosisOf(shell, transfer), pageWidth)));
  if (reasons.length === 0) shell.output.print([say`  Nothing unusual.`]);
  for (const one of reasons) {
    const { rule, text, source, inferred, end } = one;
    const about = {
      ...{ transfer: transfer.number, ...(number !== undefined && { packet: number }) },
      ...('count' in one && one.packet !== undefined && { packet: one.packet, count: one.count }),
    };
    shell.output.emit(
      { event: 'explanation', ...about, rule, text, source, inferred, ...(end !== undefined && { end }) },
      tableLines(reasonLines(one, pageWidth)),
    );
  }
  if (transfer.lacks !== undefined) shell.output.print([say`  ${transfer.lacks}`]);
  return 0;
}

export async function diagnose(call: Call, shell: ShellContext): Promise<number> {
  const transfer = await findTransfer(call, shell, call.words[0], { whole: true });
  if (typeof transfer === 'number') return transfer;
  const diagnosis = await diagnosisOf(shell, transfer);
  const { findings, time } = diagnosis;
  const lines =
    findings.length === 0 ? [say`  Nothing unusual.`] : diagnosisLines(diagnosis, shell.output.pageWidth);
  shell.output.emit(
    {
      event: 'diagnosis',
      transfer: transfer.number,
      findings: findings.map(({ cause, level, text, packets, ...finding }) => ({
        ...{ cause, level, text, packets, remedy: stepsFor({ cause, level, text, packets, ...finding }) },
      })),
      ...(time !== undefined && { time }),
    },
    [titleOf(transfer), ...lines].map((text) => ({
      kind: 'received',
      text,
    })),
  );
  if (transfer.lacks !== undefined) shell.output.print([say`  ${transfer.lacks}`]);
  return 0;
}

export async function stats(call: Call, shell: ShellContext): Promise<number> {
  const transfer = await findTransfer(call, shell, call.words[0], { whole: true });
  if (typeof transfer === 'number') return transfer;
  const figures = transfer.figures();
  const style = { columns: shell.output.pageWidth, ascii: shell.output.isAscii };
  shell.output.emit(
    { event: 'figures', transfer: transfer.number, figures: { ...figures, outcome: undefined } },
    tableLines([titleOf(transfer), ...statsLines(transfer, style)]),
  );
  return 0;
}
