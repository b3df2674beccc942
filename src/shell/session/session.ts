// What the user says becomes what the shell does: lines in, verbs of the engine, state and transcript out.
// Rule: a line never rejects and never leaves the shell unusable. Never imports ui, and no process.
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { readCall } from '../language/command.ts';
import type { Call, Command } from '../language/command.ts';
import { bug, failed, misused, placed, refused } from '../report/failure-lines.ts';
import type { Report } from '../report/failure-lines.ts';
import type { AttemptedCommand } from '../report/advice.ts';
import { realEngine } from './deps.ts';
import type { Engine, ShellDeps } from './deps.ts';
import type { ShellEvent } from '../report/events.ts';
import { exitStatus } from '../report/exit-status.ts';
import { History } from './history.ts';
import { UsedNames } from '../completion/used-names.ts';
import { parse } from '../language/parse.ts';
import type { Word } from '../language/parse.ts';
import { lookUp, registry } from '../commands/registry.ts';
import type { LookUp } from '../commands/registry.ts';
import { Inspector } from '../packets/inspector.ts';
import { EmbeddedServer } from '../server/embedded-server.ts';
import type { Chosen, SettingName, SettingValue, Settings } from '../settings/table.ts';
import { settingOf, withSetting } from '../settings/settings.ts';
import type { Shell } from './shell.ts';
import type { Completions, Line, ShellState } from './state.ts';
import { emptyState, Store } from './store.ts';
import type { Peer } from '../language/remote-file.ts';
import { TracePrinter } from '../packets/trace-printer.ts';
import { Transfers } from '../transfers/transfers.ts';

/** The shell over an engine: see {@link Shell} for what views may do; commands use the rest. */
export class Session implements Shell {
  readonly deps: ShellDeps;
  readonly engine: Engine;
  readonly commands: readonly Command[] = registry;
  readonly store: Store;
  readonly transfers: Transfers;
  readonly server: EmbeddedServer;
  readonly usedNames: UsedNames;
  readonly lines: History;
  readonly inspector = new Inspector(this);
  chosen: Chosen;
  peer: Peer | undefined;
  directory: string;
  /** The last transfer in one line, for `show command`. */
  equivalent: Printable | undefined;
  /** While a file goes to standard output, everything else must not. */
  outputTaken = false;
  /** Settings change without a word: the start-up file is read. */
  quietSettings = false;
  readonly #places: Printable[] = [];
  readonly #tracing: TracePrinter;
  readonly #background = new Set<Promise<number>>();
  #backgroundStatus = 0;
  #work: AbortController | undefined;
  #warned = false;
  #sourcing = 0;

  constructor(deps: ShellDeps) {
    const { clock } = deps.tower;
    this.deps = deps;
    this.engine = deps.engine ?? realEngine(deps.tower);
    this.chosen = deps.chosen;
    this.directory = deps.directory;
    this.store = new Store(clock, emptyState);
    this.transfers = new Transfers(clock, (transfers, foreground) => {
      this.store.update({ transfers, foreground });
    });
    this.server = new EmbeddedServer(this);
    this.usedNames = new UsedNames(this);
    this.lines = new History(deps.interactive ? deps.historyFile : undefined);
    this.#tracing = new TracePrinter(this);
    this.#tracing.follow(settingOf(this.chosen, 'trace'));
  }

  get state(): ShellState {
    return this.store.state;
  }

  subscribe(listener: () => void): () => void {
    return this.store.subscribe(listener);
  }

  onLines(listener: (lines: readonly Line[]) => void): () => void {
    return this.store.onLines(listener);
  }

  history(): readonly string[] {
    return this.lines.entries;
  }

  async complete(line: string, cursor: number): Promise<Completions> {
    return (await import('../completion/complete.ts')).complete(line, cursor, this);
  }

  answer(id: number, value: string | undefined): void {
    this.store.answer(id, value);
  }

  async submit(line: string): Promise<number> {
    this.#warned = false;
    if (this.deps.echo)
      this.store.print([{ kind: 'echo', text: say`${this.state.prompt}${printable(line, 4096)}` }]);
    if (this.deps.interactive) this.lines.add(line);
    return this.run(line);
  }

  lookUp(word: string): LookUp {
    return lookUp(word, this.commands);
  }

  /** Runs one line as {@link submit} does, without echo and history. */
  async run(line: string): Promise<number> {
    let status: number;
    try {
      status = await this.#run(line);
    } catch (error) {
      status = this.#tellTold(bug(error));
    }
    this.store.flush();
    return status;
  }

  async #run(line: string): Promise<number> {
    const parsed = parse(line);
    if (parsed.type === 'empty') return exitStatus.done;
    if (parsed.type === 'refused')
      return this.#tellTold(
        refused({ line, word: { ...parsed, text: '' }, message: printable(`?${parsed.message}`) }),
      );
    if (parsed.type === 'local') return this.runLocal(parsed.command);
    const [first] = parsed.words;
    if (first === undefined) return exitStatus.done;
    const found = this.lookUp(first.text);
    if (found.type === 'unknown')
      return this.#tellTold(refused({ line, word: undefined, message: found.message, at: first }));
    const { command } = found;
    const call = readCall(command, parsed.words);
    if ('type' in call) return this.misuse({ command, line }, call.word, printable(call.message));
    return this.#call({ command, line, background: parsed.background, ...call });
  }

  async #call(call: Call): Promise<number> {
    try {
      return await call.command.run(call, this);
    } catch (error) {
      const verb = call.command.name as AttemptedCommand['verb'];
      return this.fail(error, { verb, name: printable(call.words[0]?.text ?? '') });
    }
  }

  /** A wrong argument: the sentence, the line again and a caret under the word, how it is used. */
  misuse(call: Pick<Call, 'command' | 'line'>, word: Word | undefined, message: Printable): number {
    return this.#tellTold(misused(call, word, message));
  }

  /** Tells of a failure in its three parts. */
  fail(error: unknown, attempt: AttemptedCommand): number {
    return this.#tellTold(failed(error, attempt, this.glyph('✗', 'x')));
  }

  /** Refuses what is no line at all. */
  refuseLine(message: Printable): number {
    return this.#tellTold(refused({ line: '', word: undefined, message }));
  }

  #tellTold(told: Report): number {
    const { event, lines, status } = placed(told, this.#places, this.deps.interactive);
    this.tell(event, lines);
    return status;
  }

  /** Runs `work` with its complaints told as being of `place`. */
  async at(place: Printable, work: () => Promise<number>): Promise<number> {
    this.#places.push(place);
    return work().finally(() => this.#places.pop());
  }

  /** An event and its words: views take the words, programs the event. */
  tell(event: ShellEvent, lines: readonly Line[]): void {
    // Packets that went before are told before.
    this.#tracing.flush();
    this.store.emit(event);
    if (!this.quietSettings || event.event !== 'setting') this.store.print(lines);
  }

  /** An answer in words alone. */
  print(lines: readonly Printable[], kind: Line['kind'] = 'plain'): void {
    this.tell(
      { event: 'text', lines },
      lines.map((text) => ({ kind, text })),
    );
  }

  glyph(unicode: string, ascii: string): Printable {
    return printable(this.setting('glyphs') === 'ascii' ? ascii : unicode);
  }

  setting<N extends SettingName>(name: N): Settings[N] {
    return settingOf(this.chosen, name);
  }

  /** Sets a setting, or gives it back its default. */
  choose(name: SettingName, value: SettingValue | undefined): void {
    this.chosen = withSetting(this.chosen, name, value);
    if (name === 'trace') this.#tracing.follow(this.setting('trace'));
  }

  choosePeer(peer: Peer): void {
    this.peer = peer;
    this.store.update({ prompt: say`tftp ${printable(peer.host, 40)}> ` });
  }

  /** Asks, where somebody is there; undefined where nobody is, or the question was cancelled. */
  async ask(text: Printable): Promise<string | undefined> {
    return this.asks ? this.store.ask(text) : undefined;
  }

  /** Whether somebody is there to be asked. */
  get asks(): boolean {
    return this.deps.interactive && this.#sourcing === 0;
  }

  /** Lets `work` go on beside the prompt. */
  inBackground(work: Promise<number>): void {
    this.#background.add(work);
    void work.then((status) => {
      this.#background.delete(work);
      this.#backgroundStatus ||= status;
      this.store.flush();
    });
  }

  /** Waits for the background; the first failure's status. */
  async idle(): Promise<number> {
    while (this.#background.size > 0) await Promise.all(this.#background);
    return this.#backgroundStatus;
  }

  /** Runs a command of the local system; its output becomes transcript. */
  async runLocal(command: string): Promise<number> {
    if (command === '')
      return this.#tellTold(
        refused({ line: '!', word: undefined, message: printable('?No command: !CMD runs one here.') }),
      );
    const { env, platform, endGroup } = this.deps;
    const { runLocal } = await import('./local-command.ts');
    return this.abortable((signal) =>
      runLocal(command, { directory: this.directory, env, platform, endGroup, signal }, (text) =>
        this.print([text]),
      ),
    );
  }

  /** Ctrl-C ends `work`, which runs in the foreground. */
  async abortable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const own = (this.#work = new AbortController());
    return work(own.signal).finally(() => {
      if (this.#work === own) this.#work = undefined;
    });
  }

  /** Runs a script inside the session; nobody is asked meanwhile. */
  async sourcing<T>(work: () => Promise<T>): Promise<T> {
    this.#sourcing++;
    return work().finally(() => this.#sourcing--);
  }

  get sourceDepth(): number {
    return this.#sourcing;
  }

  interrupt(): void {
    if (this.store.cancelQuestion()) return;
    if (this.#work !== undefined) return this.#work.abort();
    if (this.transfers.abort('foreground') > 0) return;
    if (this.#warned) return this.leave(exitStatus.interrupted);
    this.#warned = true;
    this.store.print([{ kind: 'hint', text: printable('To leave: quit, or Ctrl-D, or Ctrl-C once more.') }]);
  }

  leave(status: number): void {
    this.store.update({ leaving: status });
  }

  async close(): Promise<void> {
    this.store.cancelQuestion();
    this.#work?.abort();
    const transfers = this.transfers.close();
    await this.server.stop();
    await this.inspector.close();
    await Promise.all([this.idle(), transfers]);
    await this.lines.saved();
    this.#tracing.follow('off');
    this.store.flush();
  }
}
