// Refusals and failures as an event, its lines and an exit status: what both views and programs are told.
// Pure. Never imports the session.
import { TftpError } from '../../engine/error.ts';
import { FileError } from '../../files/file.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { adviceOn } from './advice.ts';
import type { AttemptedCommand } from './advice.ts';
import type { ShellEvent } from './events.ts';
import { exitStatus } from './exit-status.ts';
import type { Word } from '../language/parse.ts';
import type { Line } from '../session/state.ts';

/** Forms of a command that are told with a complaint. */
const mostForms = 4;

export interface Report {
  readonly event: ShellEvent;
  readonly lines: readonly Line[];
  readonly status: number;
}

export interface Refusal {
  readonly line: string;
  /** Gets a caret. */
  readonly word: Word | undefined;
  readonly message: Printable;
  /** Where it is, for programs, where no caret is drawn. */
  readonly at?: Word;
  readonly hint?: Printable;
}

/** What was told, with the place in a script that it happened at. Nobody there to read reasons: one line. */
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
  // What is in an event is printable already.
  const words = (
    event.event === 'failed' ? `${event.command}: ${event.message}` : event.message
  ) as Printable;
  const one: Line = { kind: 'bad', text: say`${place}: ${words}` };
  const told =
    !reads || first === undefined ? [one] : [{ ...first, text: say`${place}: ${first.text}` }, ...rest];
  return { event: { ...event, place }, lines: told, status };
}

/** A line that was not done. */
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

/** A wrong argument of a command: how it is used comes with it. */
export function misused(
  { command, line }: Pick<Call, 'command' | 'line'>,
  word: Word | undefined,
  message: Printable,
): Report {
  return refused({ line, word, message, hint: printable(usageOf(command, line), 400) });
}

/** Few forms are all told; of many only the one that was begun. */
function usageOf({ name, usage }: Call['command'], line: string): string {
  const begun = line.trim().split(/\s+/)[1] ?? '';
  const told = usage.length <= mostForms ? usage : usage.filter((form) => form.split(' ')[0] === begun);
  if (told.length === 0) return `"help ${name}" tells its forms and flags.`;
  return `Usage: ${told.map((form) => `${name} ${form}`.trim()).join(' | ')}`;
}

/** A failure in its three parts; what is no failure that we know is a bug. */
export function failed(error: unknown, attempt: AttemptedCommand, sign: Printable): Report {
  const known = asTftpError(error);
  if (known === undefined) return bug(error);
  const { subject, sentence, reason, next, status } = adviceOn(known, attempt);
  const lines: Line[] = [{ kind: 'bad', text: say`${sign} ${subject}: ${sentence}` }];
  for (const text of [reason, next]) if (text !== '') lines.push({ kind: 'hint', text: say`  ${text}` });
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

/** What should never have happened. */
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

/** The line once more, and carets under a word of it. A line that cannot be shown as it is, is not. */
function caret(line: string, word: Word): readonly Line[] {
  const shown = printable(line, 4096);
  if (shown !== line || line.length > 200) return [];
  const mark = `${' '.repeat(word.from)}${'^'.repeat(Math.max(1, word.to - word.from))}`;
  return [say`  ${shown}`, say`  ${printable(mark)}`].map((text) => ({ kind: 'hint', text }));
}

function asTftpError(error: unknown): TftpError | undefined {
  if (error instanceof TftpError) return error;
  if (!(error instanceof FileError)) return undefined;
  const { problem, message } = error;
  return new TftpError(message, { by: 'file', problem, message }, { cause: error });
}
