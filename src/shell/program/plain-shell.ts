// The shell without a drawn interface: lines in, lines out, an exit status. Results go to stdout, errors and progress to
// stderr. The rule: the cursor moves only by a carriage return and for `clear`, both on a terminal only. Ink is not loaded.
import type { Readable } from 'node:stream';
import { toAsciiCells } from '../../trace/text/ascii.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { counted } from '../../trace/text/quantities.ts';
import { eventJson } from '../report/event-json.ts';
import type { ShellEvent } from '../report/events.ts';
import { isTerminalGone } from './signals.ts';
import { exitStatus } from '../report/exit-status.ts';
import { inColour } from '../report/line-colours.ts';
import { LineQueue } from '../session/line-queue.ts';
import { readLines } from './input-lines.ts';
import type { InputLine } from './input-lines.ts';
import { ProgressLine } from '../transfers/progress-line.ts';
import type { ShellContext } from '../session/context.ts';
import type { Shell } from '../session/shell.ts';
import { keyOf } from '../session/questions.ts';
import type { Line, Question } from '../session/state.ts';

/** Where text goes, and in which form. */
export interface PlainOptions {
  readonly json: boolean;
  /** Writes to standard output, and handles its errors. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns of the terminal on stderr; undefined: stderr is not a terminal, and no progress line is written. */
  readonly progressColumns: number | undefined;
  readonly color: boolean;
  /** Whether standard output is a screen that `clear` can empty. */
  readonly clears: boolean;
}

/** What the plain interface needs of the session. */
export interface PlainSession extends Pick<
  Shell,
  'state' | 'subscribe' | 'onLines' | 'submit' | 'answer' | 'typed'
> {
  readonly context: Pick<
    ShellContext,
    'output' | 'settings' | 'step' | 'work' | 'server' | 'standardOutput' | 'system'
  >;
  /** Calls `listener` with each event. @returns a function that ends this. */
  onEvent(listener: (event: ShellEvent) => void): () => void;
  /** Runs one line without echo and history. Resolves with its exit status; never rejects. */
  run(line: string): Promise<number>;
}

/** Moves the cursor to the first cell and clears the screen. */
const clearScreen = '\u001b[H\u001b[2J';

export class Plain {
  readonly #session: PlainSession;
  readonly #options: PlainOptions;
  readonly #progress: ProgressLine;
  #isEnding = false;
  /** The prompt waits for a line: what is written meanwhile stands on lines of its own, and the prompt comes again. */
  #isWaiting = false;
  #quiet = false;
  readonly #undo: (() => void)[] = [];

  constructor(session: PlainSession, options: PlainOptions) {
    this.#session = session;
    this.#options = options;
    const err = (text: string): void =>
      options.err(session.context.output.isAscii ? toAsciiCells(text) : text);
    this.#progress = new ProgressLine(err, options.progressColumns);
    if (options.json) this.#undo.push(session.onEvent((event) => this.#event(event)));
    this.#undo.push(
      session.onLines((lines) => this.#lines(lines)),
      session.subscribe(() => this.#showProgress()),
    );
    if (options.clears) this.#followClear();
  }

  /** While step mode holds a packet nothing moves, and the user types. */
  #showProgress(): void {
    const { state, context } = this.#session;
    if ((context.step.current?.held.length ?? 0) > 0) this.#progress.clear();
    else this.#progress.show(state);
  }

  #event(event: ShellEvent): void {
    const at = this.#session.context.system.tower.clock.wall().toISOString();
    this.#write(eventJson({ ...event, at }), this.#isOutputTaken);
  }

  /** A signal ends the program: no further prompt is written. */
  stopPrompting(): void {
    this.#isEnding = true;
  }

  /** Stops writing: another interface takes over. */
  close(): void {
    this.#progress.clear();
    for (const undo of this.#undo.splice(0)) undo();
  }

  get #isOutputTaken(): boolean {
    return this.#session.context.standardOutput.isTaken;
  }

  #followClear(): void {
    let { cleared } = this.#session.state;
    const follow = (): void => {
      if (this.#session.state.cleared === cleared) return;
      ({ cleared } = this.#session.state);
      this.#progress.clear();
      if (!this.#isOutputTaken) this.#options.out(clearScreen);
    };
    this.#undo.push(this.#session.subscribe(follow));
  }

  /** Runs a line that the program's arguments stand for, such as `connect`. If `quiet`, only its failure is shown. */
  async runFirst(line: string, quiet: boolean): Promise<number> {
    this.#quiet = quiet;
    const status = await this.#session.run(line);
    this.#quiet = false;
    return status;
  }

  /** Runs one command and waits for its background transfers. A server that it started runs until it is stopped. */
  async once(line: string): Promise<number> {
    const status = await this.#session.run(line);
    this.#letGo();
    const background = await this.#session.context.work.idle();
    await this.#session.context.server.stopped();
    return status || background;
  }

  /** Runs the lines of a script. Stops at the first failure unless the setting keep-going is on. */
  async script(input: Readable): Promise<number> {
    let number = 0;
    let first = 0;
    for await (const one of readLines(input)) {
      number++;
      const status = await this.#session.context.output.at(say`line ${number}`, () => this.#scriptLine(one));
      first ||= status;
      const { leaving } = this.#session.state;
      if (leaving !== undefined || (status !== 0 && !this.#session.context.settings.get('keep-going'))) break;
    }
    // Nobody reads the remaining input.
    input.destroy();
    this.#letGo();
    const background = await this.#session.context.work.idle();
    if (first === 0 && this.#session.state.leaving === undefined && this.#session.context.server.running)
      await this.#session.context.server.stopped();
    return first || background;
  }

  /** No command about held packets can come any more: they pass. */
  #letGo(): void {
    const { step, output } = this.#session.context;
    const held = step.current?.held.length ?? 0;
    step.current?.off();
    if (held > 0) output.print([say`Step mode ends: ${counted(held, 'held packet')} released.`], 'hint');
  }

  async #scriptLine(one: InputLine): Promise<number> {
    return one.type === 'line' ? this.#session.run(one.text) : this.#refuse(one.message);
  }

  /** Serves a person at a terminal without drawing: a prompt, a line, its output. */
  async dialogue(input: Readable): Promise<number> {
    const session = this.#session;
    const prompt = (): void => this.#prompt();
    const queue = this.#queue(prompt);
    let asked: number | undefined;
    const stop = session.subscribe(() => {
      const id = session.state.question?.id;
      if (id !== undefined && id !== asked) prompt();
      asked = id;
      queue.startNext();
      if (session.state.leaving !== undefined) input.destroy();
    });
    prompt();
    try {
      for await (const one of readLines(input)) {
        const { question } = session.state;
        this.#isWaiting = false;
        session.typed();
        if (question !== undefined && this.#answers(question, one)) continue;
        if (one.type === 'line') queue.add([one.text]);
        else this.#refuse(one.message);
        if (question !== undefined) prompt();
        if (session.state.leaving !== undefined) break;
      }
    } catch (error) {
      // Quitting destroys the input, so the loop ends by an error. A terminal that is gone ends the input by an error too.
      if (session.state.leaving === undefined && isTerminalGone(error as Error, { isTTY: true }))
        return exitStatus.hangup;
      if (session.state.leaving === undefined) throw error;
    } finally {
      this.#isWaiting = false;
      stop();
    }
    return session.state.leaving ?? exitStatus.done;
  }

  #prompt(): void {
    const { state, context } = this.#session;
    this.#isWaiting = false;
    context.output.flush();
    this.#options.out(
      context.output.shown(state.question === undefined ? state.prompt : state.question.text),
    );
    this.#isWaiting = true;
  }

  /** Answers the question with a line. A line that does not answer it runs next, and the question stays. */
  #answers({ id, keys }: Question, one: InputLine): boolean {
    const text = one.type === 'line' ? one.text : undefined;
    const answer = text === undefined || keys === undefined ? text : keyOf(text, keys);
    const isOther = answer === undefined && text !== undefined && text.trim() !== '';
    if (!isOther && (answer !== undefined || text === undefined)) this.#session.answer(id, answer);
    return !isOther;
  }

  /** Lines that are typed ahead run in order: `quit` must see the transfer that the line before it starts. */
  #queue(prompt: () => void): LineQueue {
    const session = this.#session;
    const shell = {
      get state() {
        return session.state;
      },
      async submit(line: string): Promise<number> {
        return session.submit(line).finally(() => after());
      },
    };
    const after = (): void => this.#after(prompt);
    return new LineQueue(shell, { changed: () => undefined, stopped: () => undefined });
  }

  #after(prompt: () => void): void {
    if (this.#isEnding) return;
    if (this.#session.state.leaving === undefined && this.#session.state.question === undefined) prompt();
  }

  #refuse(message: string): number {
    const { output } = this.#session.context;
    const status = output.refuse({ line: '', word: undefined, message: printable(message) });
    output.flush();
    return status;
  }

  #lines(lines: readonly Line[]): void {
    if (this.#options.json || lines.length === 0) return;
    const wasWaiting = this.#isWaiting;
    if (wasWaiting) this.#write('', false);
    for (const line of lines) this.#line(line);
    if (wasWaiting) this.#prompt();
  }

  #line(line: Line): void {
    const isMessage = line.isResult !== true && (line.kind === 'bad' || line.kind === 'hint');
    if (this.#quiet && !isMessage) return;
    const text =
      this.#session.context.system.interactive || line.kind !== 'bad' || !isMessage
        ? line.text
        : `tftpsh: ${withoutSign(line.text)}`;
    const shown = this.#session.context.output.shown(text as Printable);
    const painted = this.#options.color ? inColour(shown, line.kind) : shown;
    this.#write(painted, isMessage || this.#isOutputTaken);
  }

  #write(text: string, toErr: boolean): void {
    this.#progress.clear();
    const write = toErr ? this.#options.err : this.#options.out;
    write(`${text}\n`);
  }
}

/** An error line without its sign: the program's name replaces it. */
function withoutSign(text: string): string {
  return text.replace(/^[✗x] /u, '');
}
