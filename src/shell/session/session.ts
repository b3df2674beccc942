// Builds the parts that commands and views share, and connects them.
// Rule: it decides nothing that a part can decide. Each part gets what it needs; no part gets the session.
import type { Clock } from '../../network/clock.ts';
import { manyDescriptors } from '../../engine/failure-texts.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { CaptureRecording } from '../captures/capture-recording.ts';
import type { Candidates } from '../completion/candidates.ts';
import { LatestQuery } from '../completion/latest-query.ts';
import { UsedNames } from '../completion/used-names.ts';
import { LazyImpairments } from '../impair/lazy-impairments.ts';
import { LabEngine } from '../lab/lab-engine.ts';
import { SessionLessons } from '../lesson/session-lessons.ts';
import { Inspector } from '../packets/inspector.ts';
import { TracePrinter } from '../packets/trace-printer.ts';
import type { ShellEvent } from '../report/events.ts';
import { exitStatus } from '../report/exit-status.ts';
import { EmbeddedServer } from '../server/embedded-server.ts';
import { ServedTransfers } from '../server/served-transfers.ts';
import { LazyStep } from '../step/lazy-step.ts';
import type { StepperDeps } from '../step/stepper.ts';
import { StandardOutput } from '../transfers/standard-output.ts';
import { Transfers } from '../transfers/transfers.ts';
import { ChosenServer } from './chosen-server.ts';
import type { Command, ShellContext } from './context.ts';
import { speaksUnicode } from '../settings/charset.ts';
import { CurrentSettings } from './current-settings.ts';
import { realEngine } from './deps.ts';
import type { ShellDeps } from './deps.ts';
import { History } from './history.ts';
import { LineRunner } from './line-runner.ts';
import type { LocalOptions } from './local-command.ts';
import { LocalDirectory } from './local-directory.ts';
import { Output } from './output.ts';
import { Questions } from './questions.ts';
import { Scripts } from './scripts.ts';
import type { Shell } from './shell.ts';
import type { Completions, Line, ShellState } from './state.ts';
import { emptyState, Store } from './store.ts';
import { Views } from './views.ts';
import { Work } from './work.ts';

/** Milliseconds in which a second Ctrl-C quits. */
const armedFor = 2000;

/** The clock of what a person sees: it runs on while step mode holds the engine's. */
function screenClock({ tower }: Pick<ShellDeps, 'tower'>): Clock {
  return tower.stepping?.gate.clock.base ?? tower.clock;
}

/** The octets that the setting keep means. */
function keptBy(keep: number | 'off'): number {
  return keep === 'off' ? 0 : keep;
}

/** The shell over an engine. Views use it as a {@link Shell}; the composition root uses the other members too. */
export class Session implements Shell {
  /** The shell as commands see it. */
  readonly context: ShellContext;
  readonly #deps: ShellDeps;
  readonly #store: Store;
  readonly #history: History;
  readonly #trace: TracePrinter;
  readonly #lines: LineRunner;
  readonly #completing: LatestQuery<Candidates>;
  /** When Ctrl-C was pressed with nothing to abort; a second one soon after quits. */
  #armedAt = -Infinity;

  constructor(deps: ShellDeps, commands: readonly Command[]) {
    this.#deps = deps;
    const clock = screenClock(deps);
    this.#store = new Store(clock, emptyState);
    this.#history = new History(deps.interactive ? deps.historyFile : undefined);
    this.#completing = new LatestQuery(clock);
    this.#trace = new TracePrinter({
      ...{ bus: deps.tower.bus, clock, store: this.#store },
      columns: deps.columns,
      style: () => ({
        sides: this.context.server.running || this.context.lab.lab !== undefined,
        ascii: this.context.output.isAscii,
      }),
    });
    this.context = this.#makeContext(commands);
    this.#lines = new LineRunner(this.context, commands, deps);
    this.#trace.follow(this.context.settings.get('trace'));
    if (deps.chosen.keep !== undefined) deps.ring?.keep(keptBy(deps.chosen.keep));
  }

  #makeContext(commands: readonly Command[]): ShellContext {
    const deps = this.#deps;
    const store = this.#store;
    const { echo, views = false, tower } = deps;
    const clock = screenClock(deps);
    const served = new ServedTransfers(clock);
    const engine = new LabEngine(deps.engine ?? realEngine(tower), tower, served.follow);
    const { serve } = engine;
    const core = this.#makeCore();
    const { output, questions, transfers, work } = core;
    const directory = new LocalDirectory(deps.directory, deps.home);
    const failed = (name: Printable, error: unknown): number => {
      const status = output.fail(error, { verb: 'capture', name });
      work.inBackground(Promise.resolve(status));
      return status;
    };
    const run: ShellContext['runProgram'] = (words, signal, onLine) =>
      this.#runProgram(words, { directory: directory.path, signal }, onLine);
    const shown = new Views({ store, output, questions, echo, views, rows: () => deps.rows?.() });
    const step = { stepping: () => engine.stepping, ring: deps.ring, output, views: shown };
    return {
      ...core,
      ...{ commands, engine, system: deps, trace: this.#trace, views: shown, lab: engine },
      step: this.#makeStep(step, transfers),
      lessons: new SessionLessons(deps.progressFile),
      peer: new ChosenServer(store),
      directory,
      standardOutput: new StandardOutput(deps.stdout, output),
      usedNames: new UsedNames(),
      server: new EmbeddedServer({ serve, ...{ clock, store, output, served, run } }),
      runProgram: run,
      inspector: new Inspector(deps.ring, () => transfers.newest),
      recording: new CaptureRecording({ bus: tower.bus, clock, failed }),
      impairments: new LazyImpairments(engine, tower.random, deps.seed),
      history: () => this.history(),
      earlierHistory: () => this.#history.earlier,
      leave: (status) => this.leave(status),
    };
  }

  #makeStep(
    parts: Pick<StepperDeps, 'stepping' | 'ring' | 'output' | 'views'>,
    transfers: Pick<Transfers, 'busy'>,
  ): LazyStep {
    return new LazyStep({
      ...parts,
      isBusy: () => transfers.busy,
      isExpecting: () => transfers.busy || this.context.server.running,
      subscribe: (listener) => this.#store.subscribe(listener),
      run: (line) => this.#printedBy(line),
    });
  }

  /** Runs a line. @returns what it printed. */
  async #printedBy(line: string): Promise<readonly Line[]> {
    const printed: Line[] = [];
    this.#store.flush();
    const stop = this.#store.onLines((lines) => printed.push(...lines));
    await this.#lines.run(line);
    stop();
    return printed;
  }

  /** Runs a program of the local system, without a shell. */
  async #runProgram(
    words: readonly string[],
    where: Pick<LocalOptions, 'directory' | 'signal'>,
    onLine: (text: Printable) => void,
  ): Promise<number> {
    const { runLocal } = await import('./local-command.ts');
    const { env, platform, endGroup } = this.#deps;
    return runLocal(words, { env, platform, endGroup, ...where }, onLine);
  }

  /** The parts that other parts need. */
  #makeCore(): Pick<ShellContext, 'output' | 'settings' | 'questions' | 'work' | 'scripts' | 'transfers'> {
    const { chosen, interactive } = this.#deps;
    const store = this.#store;
    const trace = this.#trace;
    const settings: CurrentSettings = new CurrentSettings(chosen, (name) => {
      if (name === 'trace') trace.follow(settings.get('trace'));
      if (name === 'keep') this.#deps.ring?.keep(keptBy(settings.get('keep')));
    });
    const output = new Output({
      ...{ store, settings, interactive },
      isUnicode: speaksUnicode(this.#deps.env, this.#deps.platform),
      flushTrace: () => trace.flush(),
      columns: this.#deps.columns,
    });
    const transfers = new Transfers(screenClock(this.#deps), {
      changed: (rows, foreground) => store.update({ transfers: rows, foreground }),
      aborting: (number) => this.context.step.current?.gate?.abandon(number),
      crowded: () =>
        output.print([say`Some transfers wait until others end. ${printable(manyDescriptors)}`], 'hint'),
    });
    const scripts = new Scripts({
      output,
      settings,
      run: (line) => this.#lines.run(line),
      leaving: () => store.state.leaving,
    });
    const work = new Work(store, screenClock(this.#deps));
    const mayAsk = (): boolean => interactive && scripts.depth === 0 && !work.isInterrupted;
    const questions = new Questions(store, mayAsk);
    return { output, settings, questions, work, scripts, transfers };
  }

  get state(): ShellState {
    return this.#store.state;
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  onLines(listener: (lines: readonly Line[]) => void): () => void {
    return this.#store.onLines(listener);
  }

  /** Calls `listener` with each event. @returns a function that ends this. */
  onEvent(listener: (event: ShellEvent) => void): () => void {
    return this.#store.onEvent(listener);
  }

  history(): readonly string[] {
    return this.#history.entries;
  }

  async complete(line: string, cursor: number): Promise<Completions> {
    const { complete } = await import('../completion/complete.ts');
    return complete(line, cursor, this.context, this.#completing);
  }

  answer(id: number, value: string | undefined): void {
    this.context.questions.answer(id, value);
  }

  async submit(line: string): Promise<number> {
    this.typed();
    if (this.#deps.echo) this.context.output.echo(line);
    if (this.#deps.interactive) this.#history.add(line);
    return this.run(line);
  }

  /** Runs one line as {@link submit} does, without echo and history. */
  run(line: string): Promise<number> {
    return this.#lines.run(line);
  }

  interrupt(): void {
    const { questions, work, transfers } = this.context;
    if (questions.cancel()) return;
    if (work.abort()) return;
    if (transfers.abort('foreground') > 0) return;
    // Between two parts of its work a command has nothing to abort.
    if (work.interrupt()) return;
    const now = screenClock(this.#deps).now();
    if (now - this.#armedAt <= armedFor) return this.leave(exitStatus.interrupted);
    this.#armedAt = now;
    this.#store.print([{ kind: 'hint', text: printable('To quit: "quit", Ctrl-D, or Ctrl-C again.') }]);
  }

  typed(): void {
    this.#armedAt = -Infinity;
  }

  /** Ends the shell with this exit status: views see it in the state and close the session. */
  leave(status: number): void {
    this.#store.update({ leaving: status });
  }

  /** Reads the history, then runs the start-up file if it exists. Never rejects. */
  async prepare(startupFile: string | undefined): Promise<void> {
    await this.#history.load();
    if (startupFile !== undefined) await this.context.scripts.runStartup(startupFile);
  }

  async close(): Promise<void> {
    const { questions, work, server, recording, step, lessons } = this.context;
    questions.cancel();
    work.abort();
    step.current?.off();
    const transfers = this.context.transfers.close();
    await server.stop();
    await recording.close();
    await lessons.player?.close();
    await Promise.all([work.idle(), transfers]);
    await this.#history.saved();
    this.#trace.follow('off');
    this.#store.flush();
  }
}
