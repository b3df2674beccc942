// What `open` and `extract` do: captures of anybody, read in bounded memory, told as far as they can be read.
import { TftpError } from '../../engine/error.ts';
import type { Source } from '../../files/file.ts';
import { openLocal } from '../../files/local.ts';
import { streamSource } from '../../files/stream.ts';
import { conversationSubject, matches, type Filter } from '../../trace/capture/filter.ts';
import { conversationObject, type ConversationSummary } from '../../trace/capture/record.ts';
import { printable, quoted, say, type Printable } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Call } from '../command.ts';
import type { ShellEvent } from '../events.ts';
import { readFilter } from '../filter-flag.ts';
import { extractFiles, type Taken } from '../extracting.ts';
import { CaptureReading, OpenedCapture, type ReadCapture } from '../opened.ts';
import type { Word } from '../parse.ts';
import { localPath } from '../paths.ts';
import type { Session } from '../session.ts';
import type { Line } from '../state.ts';
import { counted, durationText, octetsText, readCount } from '../units.ts';

export async function open(call: Call, session: Session): Promise<number> {
  const [word] = call.words;
  const named = readFilter(call, session);
  if (typeof named === 'number') return named;
  const filter = named?.filter;
  if (word === undefined) return relist(session, filter);
  if (word.text === 'off') {
    session.records.look(undefined);
    session.print([say`ladder, packet, explain and stats are about our own transfers again.`]);
    return 0;
  }
  if (word.text === '-') return follow(call, session, word, filter);
  const path = localPath(session, word.text);
  const summaries: ConversationSummary[] = [];
  const telling = new Telling(session, filter);
  const reading = new CaptureReading({
    ended: (summary) => {
      // In a list the order is that of the capture; a one-shot has no list, only lines.
      if (isOneShot(session)) telling.tell(summary);
      summaries.push(summary);
    },
  });
  const read = await reading.read(await openLocal(path));
  const name = printable(word.text);
  const capture = new OpenedCapture(path, name, summaries);
  if (!isOneShot(session)) for (const summary of capture.summaries.values()) telling.tell(summary);
  session.records.look(capture);
  return conclude(session, { name, read, told: telling.told });
}

/** Nobody types anything after it. */
function isOneShot(session: Session): boolean {
  return !session.deps.interactive;
}

/** Lists the opened capture again. */
function relist(session: Session, filter: Filter | undefined): number {
  const { capture } = session.records;
  if (capture === undefined) {
    session.print([say`No capture is open.`]);
    return 0;
  }
  const telling = new Telling(session, filter);
  session.print([say`${capture.name}: ${counted(capture.numbers.length, 'transfer')}`]);
  for (const summary of capture.summaries.values()) telling.tell(summary);
  return 0;
}

/** Told once nothing more was heard of a conversation for this long, while the capture still grows. */
const quiet = 2000;

async function follow(call: Call, session: Session, word: Word, filter: Filter | undefined): Promise<number> {
  const { stdin, tower } = session.deps;
  if (stdin === undefined || session.deps.interactive)
    return session.misuse(call, word, say`Standard input is what you type: open - is for pipes.`);
  const telling = new Telling(session, filter);
  const heard = new Map<number, number>();
  const reading = new CaptureReading({
    record: ({ transfer }) => void heard.set(transfer, tower.clock.now()),
    ended: (summary) => {
      // What was told while it was open is not told again.
      if (heard.delete(summary.transfer)) telling.tell(summary);
    },
    rest: () => session.store.flush(),
  });
  // A capture that grows stands still now and then: what is over by then is told without waiting for its end.
  const tick = (): void => {
    for (const summary of reading.open) {
      const at = heard.get(summary.transfer);
      if (at === undefined || summary.outcome === 'unfinished' || tower.clock.now() - at < quiet) continue;
      heard.delete(summary.transfer);
      telling.tell(summary);
    }
    session.store.flush();
    timer = tower.clock.after(quiet / 2, tick, false);
  };
  let timer = tower.clock.after(quiet / 2, tick, false);
  try {
    const read = await reading.read(streamSource(stdin));
    return conclude(session, { name: say`-`, read, told: telling.told });
  } finally {
    timer.cancel();
  }
}

/** Tells conversations as lines and events. */
class Telling {
  told = 0;
  readonly #session: Session;
  readonly #filter: Filter | undefined;

  constructor(session: Session, filter: Filter | undefined) {
    this.#session = session;
    this.#filter = filter;
  }

  tell(summary: ConversationSummary): void {
    if (this.#filter !== undefined && !matches(this.#filter, conversationSubject(summary))) return;
    this.told += 1;
    // The object has the fields of the event, one by one.
    this.#session.tell(conversationObject(summary) as unknown as ShellEvent, [conversationLine(summary)]);
  }
}

/** `   3  get "boot.cfg"   192.0.2.1:1024 - 192.0.2.9   complete   4,102 B in 12 ms`. */
export function conversationLine(summary: ConversationSummary): Line {
  const { transfer, op, file, client, tid, server, octets, duration, outcome } = summary;
  const what = file === undefined ? say`(request not captured)` : quoted(file, 64);
  const ends = say`${printable(formatTid(client))} - ${printable(formatTid(tid ?? server))}`;
  const moved = say`${octetsText(octets)} in ${durationText(duration)}`;
  const verb = op === 'RRQ' ? say`get` : say`put`;
  const number = printable(String(transfer).padStart(4));
  const text = say`${number}  ${verb} ${what}   ${ends}   ${outcomeWords(summary)}   ${moved}${trouble(summary)}`;
  return { kind: outcome === 'complete' || outcome === 'declined' ? 'plain' : 'unusual', text };
}

function outcomeWords({ outcome, error }: ConversationSummary): Printable {
  if (error === undefined) return printable(outcome);
  const message = printable(error.message, 80);
  return say`${printable(outcome)}: ERROR ${error.code}${message === '' ? say`` : say` ${message}`}`;
}

function trouble({ resent, duplicates, strangers }: ConversationSummary): Printable {
  const parts = [
    resent === 0 ? '' : `${resent} sent again`,
    duplicates === 0 ? '' : `${duplicates} needlessly`,
    strangers === 0 ? '' : counted(strangers, 'stranger'),
  ].filter((part) => part !== '');
  return printable(parts.length === 0 ? '' : `   ${parts.join(', ')}`);
}

interface Conclusion {
  readonly name: Printable;
  readonly read: ReadCapture;
  readonly told: number;
}

function conclude(session: Session, { name, read, told }: Conclusion): number {
  const { damage, conversations, unknownLinks } = read;
  if (session.deps.interactive) {
    const rest = told === conversations ? say`` : say` of ${conversations}`;
    const views = told === 0 ? say`` : say` "ladder N", "packet K", "stats N" look at them.`;
    session.print([say`${name}: ${told}${rest} ${told === 1 ? say`transfer` : say`transfers`}.${views}`]);
  } else if (conversations === 0 && damage === undefined)
    session.print([say`${name}: no TFTP in it`], 'hint');
  if (unknownLinks.length > 0)
    session.print(
      [printable(`${name}: packets of link type ${unknownLinks.join(', ')} were left out`)],
      'hint',
    );
  return damage === undefined ? 0 : damaged(session, name, damage, 'open');
}

function damaged(
  session: Session,
  name: Printable,
  { offset, message }: { readonly offset: number; readonly message: Printable },
  verb: 'open' | 'extract',
): number {
  const text = say`${message} (at octet ${offset})`;
  return session.complain(new TftpError(text, { by: 'integrity', message: text }), { verb, name });
}

export async function extract(call: Call, session: Session): Promise<number> {
  const words = [...call.words];
  const [first] = words;
  const only = words.length > 1 && first !== undefined ? readCount(first.text) : undefined;
  if (words.length > 1 && only === undefined)
    return session.misuse(call, first, say`A transfer is a number: "open" lists them.`);
  const directory = words.at(-1);
  if (directory === undefined) return session.misuse(call, undefined, say`extract needs a directory.`);
  const from = call.flags.get('--from');
  const { capture } = session.records;
  const path = from === undefined ? capture?.path : localPath(session, from.text);
  if (path === undefined)
    return session.misuse(call, undefined, say`No capture is open: "open FILE", or --from FILE.`);
  const name = from === undefined ? (capture?.name ?? say``) : printable(from.text);
  const source: Source = await openLocal(path);
  const { files, read } = await extractFiles(source, localPath(session, directory.text), only);
  for (const taken of files) tellTaken(session, directory, taken);
  if (files.length === 0) session.print([say`${name}: no file moved in it.`]);
  return read.damage === undefined ? 0 : damaged(session, name, read.damage, 'extract');
}

function tellTaken(session: Session, directory: Word, { transfer, name, octets, complete }: Taken): void {
  const file = printable(`${directory.text.replace(/\/+$/, '')}/${name}`, 1024);
  const mark = complete ? session.glyph('✔', 'ok') : session.glyph('✗', 'x');
  const what = complete ? say`` : say`   blocks are missing`;
  session.tell({ event: 'extracted', transfer, file, octets, complete }, [
    { kind: complete ? 'good' : 'unusual', text: say`${mark} ${file}   ${octetsText(octets)}${what}` },
  ]);
}
