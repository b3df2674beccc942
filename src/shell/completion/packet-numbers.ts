// Numbers that the word at the cursor can become: transfers, and the packets of one transfer, each with a note.
// Rule: completion does not change the current transfer.
import type { Side } from '../../trace/record/event.ts';
import { summaryWords } from '../../wire/summary.ts';
import { printable } from '../../wire/text.ts';
import type { ServedEnd } from '../server/served-transfers.ts';
import { servedWord } from '../transfers/transfer-lines.ts';
import { abortWord, pathText, type TransferRow } from '../session/state.ts';
import type { Candidate, Candidates } from './candidates.ts';
import type { CompletionContext, Place } from './cursor.ts';
import { readCount } from '../language/units.ts';

/** The numbers of transfers, newest first: those that `abort` takes, or all that commands can show. */
export function transferNotes(
  { transfers, inspector, server }: Pick<CompletionContext, 'transfers' | 'inspector' | 'server'>,
  onlyRunning = false,
): readonly Candidate[] {
  const notes = new Map<number, string | undefined>();
  const rows = transfers.rows();
  const running = rows.filter(({ place }) => place === undefined);
  if (!onlyRunning) {
    for (const number of inspector.numbers()) notes.set(number, undefined);
    for (const [number, { op, file, outcome }] of inspector.capture?.list.summaries ?? [])
      notes.set(number, `${op} ${file === undefined ? 'of an unknown file' : printable(file)}, ${outcome}`);
    if (inspector.capture === undefined) {
      for (const { number, outcome, ...past } of transfers.past)
        if (notes.has(number)) notes.set(number, `${named(past)}, ${outcome.ok ? 'done' : 'failed'}`);
      for (const { progress, end } of server.transfers())
        if (notes.has(progress.number))
          notes.set(
            progress.number,
            `${servedWord(progress)} ${printable(progress.remote)}, ${endWords[end.type]}`,
          );
    }
  }
  if (onlyRunning)
    for (const { progress, end } of server.transfers())
      if (end.type === 'running')
        notes.set(progress.number, `${servedWord(progress)} ${printable(progress.remote)}, running`);
  if (onlyRunning || inspector.capture === undefined)
    for (const row of running) notes.set(row.number, `${named(row)}, ${row.state}`);
  const numbers = [...notes]
    .sort(([a], [b]) => b - a)
    .map(([number, note = 'of our server']) => ({ text: String(number), note }));
  const queued = onlyRunning ? rows.filter(({ place }) => place !== undefined) : [];
  return [...numbers, ...queued.map((row) => ({ text: abortWord(row), note: `${named(row)}, queued` }))];
}

function named(row: { readonly kind: string } & Pick<TransferRow, 'name' | 'to'>): string {
  return `${row.kind} ${pathText(row, '→')}`;
}

const endWords: Readonly<Record<ServedEnd['type'], string>> = {
  running: 'running',
  complete: 'done',
  probe: 'only the size',
  refused: 'refused',
  failed: 'failed',
};

/** Adds the packets of the transfer that --transfer names; without it, of the current transfer. */
export async function packetNumbers(
  choices: Candidates,
  { given }: Place,
  { inspector }: Pick<CompletionContext, 'inspector'>,
): Promise<void> {
  const wanted = given.get('--transfer')?.text;
  const number = wanted === undefined ? inspector.current() : readCount(wanted.replace(/^#/, ''));
  if (number === undefined) return;
  const side = given.get('--side')?.text as Side | undefined;
  const seen = await inspector.peek(number, side).catch(() => undefined);
  choices.addInOrder(
    (seen?.log.packets ?? []).map(({ number: text, direction, packet }) => ({
      text: String(text),
      note: () => `${direction} ${summaryWords(packet)}`,
    })),
  );
}
