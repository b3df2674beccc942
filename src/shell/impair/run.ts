// impair, seed and packetdrop: what they change, and what they show.
import { kindOf } from '../../files/local/directories.ts';
import { readText, writeText } from '../../files/local/small-files.ts';
import { counted } from '../../trace/text/quantities.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { isMisuse, misuse, type Misuse } from '../language/misuse.ts';
import { parse, type Word } from '../language/parse.ts';
import type { ShellEvent } from '../report/events.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import { readChanges, type Change } from './grammar.ts';
import type { Impairments } from './impairments.ts';

const longestFile = 64 * 1024;

export async function runImpair(call: Call, shell: ShellContext): Promise<number> {
  const impairments = await shell.impairments.load();
  const [first, second] = call.words;
  if (first === undefined) return show(shell, impairments);
  if (first.text === 'save' || first.text === 'load') {
    if (second === undefined || call.words.length > 2)
      return shell.output.misuse(call, call.words[2], say`Usage: impair ${printable(first.text)} FILE`);
    return first.text === 'save'
      ? save({ call, word: second }, shell, impairments)
      : load({ call, word: second }, shell, impairments);
  }
  if (first.text === 'off') {
    if (second !== undefined) return shell.output.misuse(call, second, say`off takes nothing else.`);
    impairments.off();
    return show(shell, impairments);
  }
  const changes = readChanges(call.words);
  if (isMisuse(changes)) return shell.output.misuse(call, changes.word, changes.message);
  impairments.add(changes);
  return show(shell, impairments);
}

/** FreeBSD’s packetdrop: loses N of 100 packets. */
export async function runPacketDrop(call: Call, shell: ShellContext): Promise<number> {
  const impairments = await shell.impairments.load();
  const [word] = call.words;
  if (word === undefined) return show(shell, impairments);
  if (!/^(?:100|[0-9]{1,2})$/.test(word.text))
    return shell.output.misuse(call, word, say`packetdrop takes a number from 0 to 100.`);
  const changes = readChanges(wordsOf(`loss ${word.text}%`));
  if (isMisuse(changes)) return shell.output.misuse(call, word, changes.message);
  impairments.add(changes);
  return show(shell, impairments);
}

export async function runSeed(call: Call, shell: ShellContext): Promise<number> {
  const impairments = await shell.impairments.load();
  const [word] = call.words;
  if (word !== undefined) {
    if (!/^[0-9]{1,15}$/.test(word.text))
      return shell.output.misuse(call, word, say`seed takes a whole number of at most 15 digits.`);
    impairments.seed = Number(word.text);
  }
  shell.output.emit(eventOf(impairments), [{ kind: 'plain', text: say`seed ${impairments.seed}` }]);
  return exitStatus.done;
}

/** Reads the value of a flag: lines of `impair`, separated by semicolons. @returns what impairs so. */
export async function impairBy(flag: Word, shell: ShellContext): Promise<(() => void) | Misuse> {
  const impairments = await shell.impairments.load();
  const changes: Change[] = [];
  for (const line of flag.text.split(';')) {
    const read = readChanges(wordsOf(line));
    if (isMisuse(read)) return { ...read, word: flag };
    changes.push(...read);
  }
  return () => impairments.add(changes);
}

function wordsOf(line: string): readonly Word[] {
  const parsed = parse(line);
  return parsed.type === 'command' ? parsed.words : [];
}

function show(shell: ShellContext, impairments: Impairments): number {
  const on = impairments.lines.map((line) => printable(line));
  shell.output.emit(
    eventOf(impairments),
    (impairments.isOn
      ? statusLines(impairments, on, shell.output.pageWidth)
      : [say`Nothing is impaired.`]
    ).map((text) => ({ kind: 'plain', text })),
  );
  return exitStatus.done;
}

function eventOf({ lines, seed, done }: Impairments): ShellEvent {
  return { event: 'impairment', on: lines, seed, done: Object.fromEntries(done) };
}

function statusLines(
  { changes, seed, done }: Impairments,
  on: readonly Printable[],
  columns: number,
): readonly Printable[] {
  const lines = on.flatMap((line, at) => {
    const change = changes[at];
    const meaning = change?.type === 'deed' ? deedLines(change, columns) : [];
    return [say`impair ${line}`, ...meaning];
  });
  const counts = [...done].map(([fate, count]) => say`${count} × ${printable(fate)}`);
  const sum = [...done.values()].reduce((all, one) => all + one, 0);
  const figures =
    counts.length === 0 ? [say`nothing yet`] : [counted(sum, 'deed'), ...counts.map((one) => say`  ${one}`)];
  const [first = say``, ...rest] = figures;
  return [
    ...lines,
    say`seed ${seed}: the same seed and the same packets give the same losses`,
    say`so far: ${first}`,
    ...rest,
  ];
}

/** What the deed does, and what it is good for. */
function deedLines(
  { deed, value }: Extract<Change, { readonly type: 'deed' }>,
  columns: number,
): readonly Printable[] {
  const meaning = deed.meaning.replace(/\bN\b/, String(value));
  return wrapped(say`${printable(meaning)}; ${printable(deed.purpose)}`, columns, { first: '  ', indent: 2 });
}

interface FileCall {
  readonly call: Call;
  readonly word: Word;
}

async function save(
  { call, word }: FileCall,
  shell: ShellContext,
  impairments: Impairments,
): Promise<number> {
  const path = shell.directory.resolve(word.text);
  if (!call.flags.has('--force') && (await kindOf(path)) !== undefined)
    return shell.output.misuse(call, word, say`The file exists; -f overwrites it.`);
  const lines = [`seed ${impairments.seed}`, ...impairments.lines.map((line) => `impair ${line}`)];
  await writeText(path, `${lines.join('\n')}\n`);
  shell.output.print([
    say`${counted(impairments.lines.length, 'impairment')} saved to ${printable(word.text)}`,
  ]);
  return exitStatus.done;
}

/** Reads a saved file: all of it, or nothing. It replaces what is on. */
async function load(
  { call, word }: FileCall,
  shell: ShellContext,
  impairments: Impairments,
): Promise<number> {
  const text = await readText(shell.directory.resolve(word.text), longestFile);
  const read = readSaved(text);
  if (isMisuse(read)) return shell.output.misuse(call, word, read.message);
  impairments.off();
  if (read.seed !== undefined) impairments.seed = read.seed;
  impairments.add(read.changes);
  return show(shell, impairments);
}

interface Saved {
  readonly seed: number | undefined;
  readonly changes: readonly Change[];
}

function readSaved(text: string): Saved | Misuse {
  const changes: Change[] = [];
  let seed: number | undefined;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const [first, ...words] = wordsOf(line);
    if (first === undefined) continue;
    const number = words[0]?.text ?? '';
    if (first.text === 'seed' && /^[0-9]{1,15}$/.test(number)) seed = Number(number);
    else if (first.text === 'impair') {
      const read = readChanges(words);
      if (isMisuse(read)) return misuse(`Line ${at + 1}: ${read.message}`);
      changes.push(...read);
    } else return misuse(`Line ${at + 1} is neither "impair …" nor "seed N".`);
  }
  return { seed, changes };
}
