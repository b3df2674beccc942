// The code of ladder, packet, explain, diagnose, stats, diff and export. It is loaded when one of them is called.
// Rule: results are events and lines; where the shell can draw, ladder and packet are views.
import type { Side } from '../../trace/record/event.ts';
import { anatomyOf } from '../../trace/anatomy/anatomy.ts';
import { anatomyLines } from '../../trace/anatomy/text.ts';
import { difference, differenceLines } from '../../trace/figures/difference.ts';
import { explainRecord, explainTransfer } from '../../trace/explain/explain.ts';
import { ladder as ladderOf, type LadderRow } from '../../trace/ladder/ladder.ts';
import { ladderHead, ladderLine, numberColumns } from '../../trace/ladder/text.ts';
import { headKept } from '../../trace/record/ring.ts';
import type { PacketRec } from '../../trace/record/side-log.ts';
import { summary } from '../../wire/summary.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Call } from '../language/command.ts';
import { exporterFor } from '../../trace/export/exporters.ts';
import { readFilter } from '../packets/filter-flag.ts';
import { filterRows } from '../packets/packet-filter.ts';
import type { Word } from '../language/parse.ts';
import { diagnosisLines, diagnosisOf, stepsFor } from '../packets/diagnosis.ts';
import { reasonLines, statsPage, transferView, unknownFormat, writeExport } from '../packets/pages.ts';
import { crossingFields, crossingLine, packetHead, sinceFirst } from '../packets/packet-lines.ts';
import type { TransferView } from '../packets/transfer-view.ts';
import type { ShellContext } from '../session/context.ts';
import type { Line } from '../session/state.ts';
import type { NamedFilter } from '../session/view.ts';
import { counted, octetsText } from '../../trace/text/quantities.ts';
import { readCount } from '../language/units.ts';

const width = 79;

export async function ladder(call: Call, shell: ShellContext): Promise<number> {
  const filter = readFilter(call, shell.output);
  if (typeof filter === 'number') return filter;
  const columns = readColumns(call);
  if (columns === undefined)
    return shell.output.misuse(
      call,
      call.flags.get('--columns'),
      say`--columns takes a number from 40 to 500.`,
    );
  const transfer = await findTransfer(call, shell, call.words[0]);
  if (typeof transfer === 'number') return transfer;
  if (shell.views.canShow && !call.flags.has('--plain'))
    return shell.views.showTransfer(
      transferView(shell, transfer, { kind: 'ladder', filter, packet: undefined }),
    );
  printLadder(shell, transfer, { columns, filter });
  return 0;
}

/** A ladder as an event and as lines. */
function printLadder(
  shell: ShellContext,
  transfer: TransferView,
  { columns, filter }: { readonly columns: number; readonly filter: NamedFilter | undefined },
): void {
  const drawn = ladderOf(transfer.log);
  const style = {
    columns,
    ascii: shell.output.isAscii,
    numbers: numberColumns(transfer.log.packets.at(-1)?.number ?? 1),
  };
  const rows = filterRows(drawn.rows, filter?.filter, transfer.log);
  const head = ladderHead(drawn, style).map((text): Line => ({ kind: 'plain', text }));
  const lines = rows.map((row): Line => ({ kind: kindOf(row), text: ladderLine(row, style) }));
  const { number, log } = transfer;
  const { title, figures } = drawn;
  shell.output.emit(
    {
      event: 'ladder',
      transfer: number,
      side: log.tag.side,
      title,
      figures,
      rows: lines.map(({ text }) => text),
      ...(transfer.lacks !== undefined && { lacks: transfer.lacks }),
    },
    [...head, ...lines, ...missingLines(transfer)],
  );
}

export async function packet(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  const number = word === undefined ? undefined : readCount(word.text);
  if (number === undefined) return shell.output.misuse(call, word, say`packet needs a packet number.`);
  const transfer = await findTransfer(call, shell, call.flags.get('--transfer'), number);
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
    packetLines(rec, transfer, shell.output.isAscii),
  );
  return 0;
}

/** A packet octet by octet, and what explains it. */
function packetLines(rec: PacketRec, transfer: TransferView, ascii: boolean): readonly Line[] {
  const anatomy = anatomyOf(rec, transfer.log);
  const reasons = explainRecord(rec, transfer.log);
  return [
    ...plainLines([packetHead(rec, transfer, ascii), ...crossingLine(rec, transfer), say``]),
    ...anatomyLines(anatomy, { columns: width, ascii }).map(({ kind, text }): Line => ({
      kind: kind === 'fault' ? 'unusual' : 'received',
      text,
    })),
    ...plainLines(reasons.length === 0 ? [] : [say``, ...reasons.flatMap((one) => reasonLines(one))]),
  ];
}

export async function explain(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  const number = word === undefined ? undefined : readCount(word.text);
  if (word !== undefined && number === undefined)
    return shell.output.misuse(call, word, say`explain takes a packet number; use -t N for a transfer.`);
  const transfer = await findTransfer(call, shell, call.flags.get('--transfer'), number);
  if (typeof transfer === 'number') return transfer;
  const { log } = transfer;
  const rec = number === undefined ? undefined : log.packet(number);
  if (number !== undefined && rec === undefined) return noPacket(call, shell, word, transfer);
  const reasons = rec === undefined ? explainTransfer(log) : explainRecord(rec, log);
  shell.output.print([
    rec === undefined
      ? say`transfer ${transfer.number}: ${ladderOf(log).title}`
      : packetHead(rec, transfer, shell.output.isAscii),
  ]);
  if (rec === undefined) shell.output.show(plainLines(diagnosisLines(diagnosisOf(shell, transfer))));
  if (reasons.length === 0) shell.output.print([say`  Nothing unusual.`]);
  for (const one of reasons) {
    const { rule, text, source, inferred, end } = one;
    const about = { transfer: transfer.number, ...(number !== undefined && { packet: number }) };
    shell.output.emit(
      { event: 'explanation', ...about, rule, text, source, inferred, ...(end !== undefined && { end }) },
      plainLines(reasonLines(one)),
    );
  }
  if (transfer.lacks !== undefined) shell.output.print([say`  ${transfer.lacks}`]);
  return 0;
}

export async function diagnose(call: Call, shell: ShellContext): Promise<number> {
  const transfer = await findTransfer(call, shell, call.words[0]);
  if (typeof transfer === 'number') return transfer;
  const diagnosis = diagnosisOf(shell, transfer);
  const { findings, time } = diagnosis;
  const lines = findings.length === 0 ? [say`  Nothing unusual.`] : diagnosisLines(diagnosis);
  shell.output.emit(
    {
      event: 'diagnosis',
      transfer: transfer.number,
      findings: findings.map(({ cause, level, text, packets, ...finding }) => ({
        ...{ cause, level, text, packets, remedy: stepsFor({ cause, level, text, packets, ...finding }) },
      })),
      ...(time !== undefined && { time }),
    },
    [say`transfer ${transfer.number}: ${ladderOf(transfer.log).title}`, ...lines].map((text) => ({
      kind: 'received',
      text,
    })),
  );
  if (transfer.lacks !== undefined) shell.output.print([say`  ${transfer.lacks}`]);
  return 0;
}

export async function stats(call: Call, shell: ShellContext): Promise<number> {
  const transfer = await findTransfer(call, shell, call.words[0]);
  if (typeof transfer === 'number') return transfer;
  const figures = transfer.figures();
  const { title, lines } = statsPage(transfer, shell.output.isAscii);
  shell.output.emit(
    { event: 'figures', transfer: transfer.number, figures: { ...figures, outcome: undefined } },
    plainLines([title, ...lines]),
  );
  return 0;
}

export async function diff(call: Call, shell: ShellContext): Promise<number> {
  const [one, two] = call.words;
  if (one === undefined || two === undefined)
    return shell.output.misuse(call, undefined, say`diff needs two transfer numbers.`);
  const first = await findTransfer(call, shell, one);
  if (typeof first === 'number') return first;
  const second = await findTransfer(call, shell, two);
  if (typeof second === 'number') return second;
  const found = difference(first.log, second.log);
  const lines = differenceLines(found);
  const [a, b] = found.first;
  shell.output.emit(
    {
      event: 'difference',
      first: first.number,
      second: second.number,
      alike: found.alike,
      ...((a !== undefined || b !== undefined) && { packet: found.alike + 1 }),
      lines,
    },
    plainLines(lines),
  );
  return 0;
}

export async function exportTransfer(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  if (word === undefined) return shell.output.misuse(call, undefined, say`export needs the name of a file.`);
  const exporter = exporterFor(word.text);
  if (exporter === undefined) return shell.output.misuse(call, word, unknownFormat);
  const transfer = await findTransfer(call, shell, call.flags.get('--transfer'));
  if (typeof transfer === 'number') return transfer;
  const octets = await writeExport(shell, transfer, exporter, {
    name: word.text,
    overwrite: call.flags.has('--force'),
  });
  const file = printable(word.text);
  const cut = exporter.cut?.(transfer) ?? 0;
  shell.output.emit({ event: 'exported', transfer: transfer.number, file, octets, ...(cut > 0 && { cut }) }, [
    { kind: 'good', text: say`${shell.output.glyph('✔', 'ok')} ${file}   ${octetsText(octets)}` },
    ...(cut === 0 ? [] : [{ kind: 'hint', isResult: true, text: cutNote(cut) } as const]),
  ]);
  return 0;
}

function cutNote(cut: number): Printable {
  const packets = counted(cut, 'packet');
  return say`  Only the first ${headKept} octets of ${packets} are kept. Start "capture FILE.pcapng" before a transfer to write all octets.`;
}

/** The transfer that a word names; without a word, the current one. A number is the exit status of a refusal. */
async function findTransfer(
  call: Call,
  shell: ShellContext,
  word: Word | undefined,
  packet?: number,
): Promise<TransferView | number> {
  const { inspector } = shell;
  const number = word === undefined ? inspector.current() : readCount(word.text.replace(/^#/, ''));
  if (number === undefined)
    return shell.output.misuse(
      call,
      word,
      word === undefined ? say`No transfers yet.` : say`Give a transfer number (see transfers).`,
    );
  const side = call.flags.get('--side');
  if (side !== undefined && side.text !== 'client' && side.text !== 'server')
    return shell.output.misuse(call, side, say`--side must be client or server.`);
  const transfer = await inspector.find(number, side?.text as Side | undefined, packet);
  if (transfer !== undefined) return transfer;
  const known = inspector.numbers();
  const more = known.length > 12 ? `, … ${String(known.at(-1))}` : '';
  const available = known.length === 0 ? 'none' : `${known.slice(0, 12).join(', ')}${more}`;
  return shell.output.misuse(
    call,
    word,
    printable(`Transfer ${number} has no packets here. Transfers with packets: ${available}.`, 400),
  );
}

function noPacket(
  call: Call,
  shell: ShellContext,
  word: Word | undefined,
  { number, log, lacks }: TransferView,
) {
  const range = say`Transfer ${number} has packets 1–${log.total}.`;
  const isWindow = log.total > log.packets.length;
  return shell.output.misuse(call, word, lacks === undefined || isWindow ? range : say`${range} ${lacks}`);
}

function readColumns(call: Call): number | undefined {
  const word = call.flags.get('--columns');
  const columns = word === undefined ? width : readCount(word.text);
  return columns !== undefined && columns >= 40 && columns <= 500 ? columns : undefined;
}

function kindOf({ unusual, towards, kind }: LadderRow): Line['kind'] {
  if (unusual) return 'unusual';
  return kind === 'end' ? 'plain' : towards === 'right' ? 'sent' : 'received';
}

function missingLines({ lacks }: TransferView): readonly Line[] {
  return lacks === undefined ? [] : [{ kind: 'plain', text: lacks }];
}

function plainLines(lines: readonly Printable[]): readonly Line[] {
  // Their columns must not be wrapped between words; lines of the kind `received` never are.
  return lines.map((text) => ({ kind: 'received', text }));
}
