// The log of our server: its newest lines are kept; each is printed in the form that the user chose, emitted as an event,
// and written to the log file if there is one.
import type { LogFile } from '../../../files/local/log-file.ts';
import type { Clock } from '../../../network/clock.ts';
import { printable, say, type Printable } from '../../../wire/text.ts';
import { timeOfDay } from '../../report/time-of-day.ts';
import type { Output } from '../../session/output.ts';
import type { Line } from '../../session/state.ts';
import { fileLine, journalLine, syslogLine, type LogForm, type LogLine } from './log-forms.ts';
import { isFailure, type LogEntry } from './log-lines.ts';

/** A line of the log, and what it is about. */
export interface LoggedLine extends Line {
  /** Lines are numbered from 1. */
  readonly id: number;
  /** The transfer or refused request that it is about; undefined: none. */
  readonly transfer: number | undefined;
  readonly isFailure: boolean;
}

/** Lines that the log keeps. */
const mostLogged = 500;

export interface ServerLogDeps {
  readonly clock: Pick<Clock, 'wall'>;
  readonly output: Pick<Output, 'emit' | 'glyph' | 'print'>;
}

export class ServerLog {
  readonly #deps: ServerLogDeps;
  readonly #lines: LoggedLine[] = [];
  #written = 0;
  #form: LogForm = 'people';
  #file: LogFile | undefined;

  constructor(deps: ServerLogDeps) {
    this.#deps = deps;
  }

  /** The newest lines, oldest first. */
  get lines(): readonly LoggedLine[] {
    return this.#lines;
  }

  /** The log file; undefined: there is none. */
  get file(): LogFile | undefined {
    return this.#file;
  }

  /** Prints the lines in `form`, and writes them to `file`, from now on. The file before is closed. */
  async use(form: LogForm, file: LogFile | undefined): Promise<void> {
    const old = this.#file;
    this.#form = form;
    this.#file = file;
    if (file !== undefined) file.failed = (error) => this.#warn(say`cannot be written`, error);
    await old?.close();
  }

  /** Opens the log file again, because another program renamed it. @returns false where there is none. */
  reopen(): boolean {
    const file = this.#file;
    if (file === undefined) return false;
    void file.reopen().catch((error: unknown) => this.#warn(say`cannot be opened again`, error));
    return true;
  }

  write([data, text]: LogEntry): void {
    const { clock, output } = this.#deps;
    const entry: LogLine = { at: clock.wall(), isFailure: isFailure(data), text };
    const kind = entry.isFailure ? ({ kind: 'bad', isResult: true } as const) : ({ kind: 'server' } as const);
    const sign = entry.isFailure ? say`${output.glyph('✗', 'x')} ` : say``;
    const line: Line = { ...kind, text: say`${timeOfDay(entry.at)}  ${sign}${text}` };
    this.#written += 1;
    const transfer = data.event === 'served' ? data.transfer : undefined;
    this.#lines.push({ ...line, id: this.#written, transfer, isFailure: entry.isFailure });
    if (this.#lines.length > mostLogged) this.#lines.shift();
    this.#file?.write(fileLine(entry));
    const shown = this.#form === 'people' ? say`server: ${line.text}` : forms[this.#form](entry);
    output.emit(data, [{ ...line, text: shown }]);
  }

  #warn(what: Printable, error: unknown): void {
    const path = printable(this.#file?.path ?? '');
    // Messages of a FileError are ours.
    const why = error instanceof Error ? (error.message as Printable) : say``;
    this.#deps.output.print([say`The log ${path} ${what}: ${why}`], 'bad');
  }
}

const forms = { journal: journalLine, syslog: syslogLine } as const;
