// How commands answer: events for programs, lines for people, and failures in their three parts.
// Rule: an event and its lines go out together, after the packet lines of what happened before.
import { toAscii } from '../../trace/text/ascii.ts';
import { printable, say, typed } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { pageWidth, pageWidthIn } from '../help/page-width.ts';
import type { Call } from '../language/command.ts';
import type { Word } from '../language/parse.ts';
import { writtenFor } from '../report/steps.ts';
import type { AdviceReader, AttemptedCommand } from '../report/steps.ts';
import type { ShellEvent } from '../report/events.ts';
import { bug, failed, misused, placed, refused } from '../report/failure-lines.ts';
import type { Refusal, Report } from '../report/failure-lines.ts';
import type { CurrentSettings } from './current-settings.ts';
import type { Line } from './state.ts';
import type { Store } from './store.ts';

/** What output needs. */
export interface OutputDeps {
  readonly store: Store;
  readonly settings: Pick<CurrentSettings, 'get'>;
  /** A person reads the lines: reasons and advice are shown too. */
  readonly interactive: boolean;
  /** Whether the terminal shows Unicode, as far as its environment says. */
  readonly isUnicode: boolean;
  /** The width of the terminal, if there is one. */
  readonly columns?: (() => number | undefined) | undefined;
  /** Prints the packet lines that are pending. */
  readonly flushTrace: () => void;
}

export class Output {
  readonly #deps: OutputDeps;
  /** The scripts and lines from which the current line comes, outermost first: `lab.tftpsh:3`. */
  readonly #places: Printable[] = [];
  #hidesSettings = false;
  /** Lines of work that prints nothing; undefined: lines are printed. */
  #unseen: Line[] | undefined;

  constructor(deps: OutputDeps) {
    this.#deps = deps;
  }

  /** Emits an event for programs and prints its lines for people. */
  emit(event: ShellEvent, lines: readonly Line[]): void {
    this.#deps.flushTrace();
    if (this.#unseen === undefined) this.#deps.store.emit(event);
    if (!this.#hidesSettings || event.event !== 'setting') this.show(lines);
  }

  /** Prints lines; programs get them as an event that contains only text. */
  print(texts: readonly Printable[], kind: Line['kind'] = 'plain'): void {
    const isAdvice = kind === 'hint' || kind === 'bad';
    const lines = isAdvice ? texts.map((text) => writtenFor(this.reader, text)) : texts;
    this.emit(
      { event: 'text', lines },
      lines.map((text) => ({ kind, text })),
    );
  }

  /** Prints lines for people; programs get no event. */
  show(lines: readonly Line[]): void {
    if (this.#unseen === undefined) this.#deps.store.print(lines);
    else this.#unseen.push(...lines);
  }

  /** Runs `work` without a word. @returns what it answers, and the lines that it would have printed. */
  async quietly<T>(work: () => Promise<T>): Promise<{ readonly answer: T; readonly lines: readonly Line[] }> {
    const before = this.#unseen;
    const lines: Line[] = (this.#unseen = []);
    const answer = await work().finally(() => (this.#unseen = before));
    return { answer, lines };
  }

  /** Columns of help and of other pages: the terminal's, between 40 and 120; 79 without a terminal. */
  get pageWidth(): number {
    return pageWidthIn(this.#deps.columns?.());
  }

  /** Columns of a picture, such as a ladder: the terminal's, at least 40; 79 without a terminal. */
  get pictureWidth(): number {
    const columns = this.#deps.columns?.();
    return columns === undefined ? pageWidth : Math.max(40, columns - 1);
  }

  /** Columns for lines on a terminal; undefined: a pipe, whose lines are never folded. */
  get terminalWidth(): number | undefined {
    const columns = this.#deps.columns?.();
    return columns === undefined ? undefined : Math.max(40, columns - 1);
  }

  /** Prints a line as it was typed, with its prompt. */
  echo(line: string): void {
    const { prompt } = this.#deps.store.state;
    this.show([{ kind: 'echo', text: say`${prompt}${typed(line, 4096)}` }]);
  }

  /** Passes on all pending lines at once. */
  flush(): void {
    this.#deps.store.flush();
  }

  /** Empties the screen of a view. */
  clear(): void {
    const { store } = this.#deps;
    // Lines that were printed before, such as the echo of the command, must be on the screen first.
    store.flush();
    store.update({ cleared: (store.state.cleared ?? 0) + 1 });
  }

  /** Whether advice is followed at the prompt, or by another command line. */
  get reader(): AdviceReader {
    // Lines of a script have a place; the one command of a command line has none.
    return !this.#deps.interactive && this.#places.length === 0 ? 'program' : 'shell';
  }

  /** Reports a wrong argument: the sentence, the line with a caret under the word, the usage. @returns the exit status. */
  misuse(call: Pick<Call, 'command' | 'line'>, word: Word | undefined, message: Printable): number {
    return this.#emitReport(misused(call, word, writtenFor(this.reader, message), this.reader));
  }

  /** Reports a line that was not run. @returns the exit status. */
  refuse(refusal: Refusal): number {
    return this.#emitReport(refused({ ...refusal, message: writtenFor(this.reader, refusal.message) }));
  }

  /** Reports a failure: sentence, reason, advice. @returns the exit status. */
  fail(error: unknown, attempt: AttemptedCommand): number {
    return this.#emitReport(failed(error, attempt, { sign: this.glyph('✗', 'x'), reader: this.reader }));
  }

  /** Reports an unexpected error, that is, a bug. @returns the exit status. */
  bug(error: unknown): number {
    return this.#emitReport(bug(error));
  }

  /** The Unicode character, or its ASCII replacement, by the setting `glyphs`. */
  glyph(unicode: string, ascii: string): Printable {
    return printable(this.isAscii ? ascii : unicode);
  }

  get isAscii(): boolean {
    const glyphs = this.#deps.settings.get('glyphs');
    return glyphs === 'ascii' || (glyphs === 'auto' && !this.#deps.isUnicode);
  }

  /** `text` as it can be shown. */
  shown(text: Printable): Printable {
    return this.isAscii ? toAscii(text) : text;
  }

  /** Runs `work`; failures in it are reported with `place`. */
  async at<T>(place: Printable, work: () => Promise<T>): Promise<T> {
    this.#places.push(place);
    return work().finally(() => this.#places.pop());
  }

  /** Runs `work`; changes of settings in it print no lines. */
  async withoutSettingLines<T>(work: () => Promise<T>): Promise<T> {
    this.#hidesSettings = true;
    return work().finally(() => (this.#hidesSettings = false));
  }

  #emitReport(report: Report): number {
    const { event, lines, status } = placed(report, this.#places, this.#deps.interactive);
    this.emit(event, lines);
    return status;
  }
}
