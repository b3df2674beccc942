// What is said after a capture was read: its conversations, how many there were, and where it was damaged.
import { TftpError } from '../../engine/tftp-error.ts';
import { conversationTarget, matches, type Filter } from '../../trace/capture/filter.ts';
import { conversationObject, type ConversationSummary } from '../../trace/capture/record.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';
import type { ReadCapture } from './capture-scan.ts';
import { conversationLine } from './conversation-lines.ts';
import { counted, grouped } from '../../trace/text/quantities.ts';
import type { ShellContext } from '../session/context.ts';
import type { Output } from '../session/output.ts';

/** Prints conversations as lines and events. */
export class SummaryPrinter {
  matching = 0;
  readonly #output: Pick<Output, 'emit'>;
  readonly #filter: Filter | undefined;

  constructor(output: Pick<Output, 'emit'>, filter: Filter | undefined) {
    this.#output = output;
    this.#filter = filter;
  }

  print(summary: ConversationSummary): void {
    if (this.#filter !== undefined && !matches(this.#filter, conversationTarget(summary))) return;
    this.matching += 1;
    // The object has exactly the fields of the event.
    this.#output.emit(conversationObject(summary), [conversationLine(summary)]);
  }
}

export interface Conclusion {
  readonly name: Printable;
  readonly read: ReadCapture;
  /** How many transfers were printed; undefined after a list, which leaves nothing in the transcript. */
  readonly matching: number | undefined;
}

/** Prints the conclusion about a capture. @returns the exit status. */
export function conclude(
  { output, system }: Pick<ShellContext, 'output' | 'system'>,
  { name, read, matching }: Conclusion,
): number {
  const { damage, conversations } = read;
  if (system.interactive && conversations > 0 && matching !== undefined) {
    const rest = matching === conversations ? say`` : say` of ${grouped(conversations)}`;
    const views = matching === 0 ? say`` : say` Use ladder N, packet K or stats N.`;
    output.print([
      say`${name}: ${grouped(matching)}${rest} ${matching === 1 ? say`transfer` : say`transfers`}.${views}`,
    ]);
  }
  output.print(
    contents(read).map((line) => say`${name}: ${line}`),
    'hint',
  );
  return damage === undefined ? 0 : damaged(output, name, damage, 'open');
}

const mostKinds = 8;

/** What a capture contains besides the transfers: all of it where there are none, otherwise what could not be read. */
function contents({
  conversations,
  damage,
  frames,
  kinds,
  lostFragments,
  copies,
  cut,
}: ReadCapture): readonly Printable[] {
  const lines: Printable[] = [];
  const isEmpty = conversations === 0;
  const shown = isEmpty ? kinds : kinds.filter((kind) => kind.opaque);
  const list = shown
    .slice(0, mostKinds)
    .map((kind) => say`${counted(kind.frames, 'frame')} of ${printable(kind.name)}`);
  const more = shown.length > mostKinds ? [say`and more`] : [];
  if (!isEmpty && shown.length > 0) lines.push(say`not read: ${join([...list, ...more], say`; `)}`);
  if (isEmpty && frames > 0)
    lines.push(say`no TFTP packets in ${counted(frames, 'frame')}: ${join([...list, ...more], say`; `)}`);
  if (isEmpty && frames === 0 && damage === undefined)
    lines.push(say`no TFTP packets in it: it has no frames`);
  if (lostFragments > 0) lines.push(say`fragments of ${counted(lostFragments, 'IP packet')} are missing`);
  if (copies > 0)
    lines.push(
      say`${counted(copies, 'copy', 'copies')} left out: the capture has these packets more than once`,
    );
  if (cut > 0)
    lines.push(say`${counted(cut, 'packet')} cut by the snap length of the capture (tcpdump -s 0 keeps all)`);
  return lines;
}

/** Reports a damaged capture. @returns the exit status. */
export function damaged(
  output: Pick<Output, 'fail'>,
  name: Printable,
  { offset, message }: { readonly offset: number; readonly message: Printable },
  verb: 'open' | 'extract',
): number {
  const advice = 'Transfers before that point are listed.';
  const text = say`${message} (at octet ${offset})`;
  return output.fail(
    new TftpError(text, { by: 'integrity', reason: 'damaged-capture', message: text }, { advice }),
    {
      verb,
      name,
    },
  );
}
