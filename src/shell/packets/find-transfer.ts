// The transfer that a command means, and how its lines are printed: shared by all commands about packets.
import type { Side } from '../../trace/record/event.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Wanted } from '../captures/capture-file.ts';
import type { Call } from '../language/command.ts';
import type { Word } from '../language/parse.ts';
import { readCount } from '../language/units.ts';
import type { ShellContext } from '../session/context.ts';
import type { Line } from '../session/state.ts';
import type { TransferView } from './transfer-view.ts';

/** What of a long transfer in a capture a command needs: the packets around one, or the figures of all. */
export type Needed = Pick<Wanted, 'packet' | 'until' | 'part' | 'whole'>;

/** The transfer that a word names; without a word, the current one. A number is the exit status of a refusal. */
export async function findTransfer(
  call: Call,
  shell: ShellContext,
  word: Word | undefined,
  needed: Needed = {},
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
  const name = inspector.capture?.name ?? say``;
  const transfer = await shell.work.reading(name, (job) =>
    inspector.find(number, side?.text as Side | undefined, { ...needed, ...job }),
  );
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

/** Refuses a packet that the transfer does not have. @returns the exit status. */
export function noPacket(
  call: Call,
  shell: ShellContext,
  word: Word | undefined,
  { number, log, lacks, around }: TransferView,
): number {
  // The other parts of a capture can be read too.
  const isPart = around !== undefined;
  const range = say`Transfer ${number} has packets ${isPart ? 1 : log.first}–${log.total}.`;
  return shell.output.misuse(call, word, lacks === undefined || isPart ? range : say`${range} ${lacks}`);
}

/** Lines in columns: they must not be wrapped between words, and lines of the kind `received` never are. */
export function tableLines(lines: readonly Printable[]): readonly Line[] {
  return lines.map((text) => ({ kind: 'received', text }));
}
