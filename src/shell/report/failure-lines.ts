// Refusals and failures as a report: an event for programs, lines for people, and an exit status. Pure.
import { TftpError } from '../../engine/tftp-error.ts';
import { FileError } from '../../files/file.ts';
import { codeOf, problemFrom } from '../../files/problem.ts';
import { printable, say, typed } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { adviceOn } from './advice.ts';
import { writtenFor } from './steps.ts';
import type { AdviceReader, AttemptedCommand } from './steps.ts';
import type { ShellEvent } from './events.ts';
import { exitStatus } from './exit-status.ts';
import type { Word } from '../language/parse.ts';
import type { Line } from '../session/state.ts';

/** Up to this many forms of a command are all shown when one of its arguments is wrong. */
const mostForms = 4;

/** What one refusal or failure looks like. */
export interface Report {
  readonly event: ShellEvent;
  readonly lines: readonly Line[];
  readonly status: number;
}

/** A line that cannot be run, and why. */
export interface Refusal {
  readonly line: string;
  /** The wrong word, which gets a caret; undefined: no caret is drawn. */
  readonly word: Word | undefined;
  readonly message: Printable;
  /** The wrong word for programs, if no caret is drawn; `word`. */
  readonly at?: Word;
  readonly hint?: Printable;
}

/**
 * The report with its place in a script. `places` runs from the outermost script inwards. Without a reader at a
 * terminal (`reads` false) it is cut to one line.
 */
export function placed(
  { event, lines, status }: Report,
  places: readonly Printable[],
  reads: boolean,
): Report {
  const [outer, ...inner] = places;
  if (outer === undefined || (event.event !== 'failed' && event.event !== 'refused'))
    return { event, lines, status };
  const last = inner.at(-1);
  const place = last === undefined ? outer : say`${outer}: ${last}`;
  const [first, ...rest] = lines;
  // The texts of an event are printable already.
  const sentence = (
    event.event === 'failed' ? `${event.command}: ${event.message}` : event.message
  ) as Printable;
  const one: Line = { kind: 'bad', text: say`${place}: ${sentence}` };
  const placedLines =
    !reads || first === undefined ? [one] : [{ ...first, text: say`${place}: ${first.text}` }, ...rest];
  return { event: { ...event, place }, lines: placedLines, status };
}

/** The report of a line that was not run. */
export function refused({ line, word, message, at = word, hint }: Refusal): Report {
  const lines: Line[] = [{ kind: 'bad', text: message }];
  if (word !== undefined) lines.push(...caret(line, word));
  if (hint !== undefined) lines.push({ kind: 'hint', text: say`  ${hint}` });
  const status = exitStatus.usage;
  return {
    event: { event: 'refused', status, message, line: printable(line, 4096), column: at?.from ?? 0 },
    lines,
    status,
  };
}

/** The report of a wrong argument. It shows how the command is used. */
export function misused(
  { command, line }: Pick<Call, 'command' | 'line'>,
  word: Word | undefined,
  message: Printable,
  reader: AdviceReader,
): Report {
  return refused({ line, word, message, hint: writtenFor(reader, printable(usageOf(command, line), 400)) });
}

/** All forms of a command if they are few, else only those that begin as the line does. */
function usageOf({ name, usage }: Call['command'], line: string): string {
  const firstArgument = line.trim().split(/\s+/)[1] ?? '';
  const forms =
    usage.length <= mostForms ? usage : usage.filter((form) => form.split(' ')[0] === firstArgument);
  if (forms.length === 0) return `See "help ${name}" for its forms and flags.`;
  return `Usage: ${forms.map((form) => `${name} ${form}`.trim()).join(' | ')}`;
}

/** The report of a failure in its three parts. An error that is not a known failure is a bug. */
export function failed(
  error: unknown,
  attempt: AttemptedCommand,
  { sign, reader }: { readonly sign: Printable; readonly reader: AdviceReader },
): Report {
  const known = asTftpError(error);
  if (known === undefined) return bug(error);
  const { subject, sentence, reason, next, status } = adviceOn(known, attempt, reader);
  // The other name tells two transfers of one file apart.
  const { given } = attempt;
  const what = given === undefined || given === '-' ? subject : say`${subject} → ${given}`;
  const lines: Line[] = [{ kind: 'bad', text: say`${sign} ${what}: ${sentence}` }];
  if (reason !== '') lines.push({ kind: 'hint', text: say`  ${reason}` });
  if (next !== '') lines.push({ kind: 'hint', text: say`  Next: ${next}` });
  const { failure } = known;
  const code = 'code' in failure && typeof failure.code === 'number' ? { code: failure.code } : {};
  const event = {
    event: 'failed',
    command: subject,
    status,
    message: sentence,
    by: failure.by,
    ...code,
  } as const;
  return { event: { ...event, reason, next }, lines, status };
}

/** The report of an error that the program did not expect. */
export function bug(error: unknown): Report {
  const message = printable(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  const status = exitStatus.bug;
  const event = {
    event: 'failed',
    command: 'tftpsh',
    status,
    message,
    by: 'bug',
    reason: '',
    next: '',
  } as const;
  return { event, lines: [{ kind: 'bad', text: say`A bug in tftpsh: ${message}` }], status };
}

/** The line again, with carets under a word of it. Empty if the line contains escapes or is too long. */
function caret(line: string, word: Word): readonly Line[] {
  const shown = typed(line, 4096);
  if (shown !== line || line.length > 200) return [];
  const mark = `${' '.repeat(word.from)}${'^'.repeat(Math.max(1, word.to - word.from))}`;
  return [say`  ${shown}`, say`  ${printable(mark)}`].map((text) => ({ kind: 'hint', text }));
}

function asTftpError(error: unknown): TftpError | undefined {
  if (error instanceof TftpError) return error;
  // Any call of the system may meet the limit of descriptors.
  const isExhausted = /^E[MN]FILE$/.test(codeOf(error));
  if (!(error instanceof FileError || isExhausted)) return undefined;
  const { problem, message } = problemFrom(error);
  return new TftpError(message, { by: 'file', problem, message }, { cause: error });
}
