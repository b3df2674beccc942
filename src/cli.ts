// The composition root: arguments and streams → tower, session, interface. The only file that reads or changes the
// process. The rule: what a one-shot does not need is not loaded; Ink and React only for a terminal.
import { systemTower } from './engine/system.ts';
import { argumentsWithOctets, directoryWithOctets } from './files/system/started.ts';
import { mayWrite, terminalOf, writeNow } from './files/system/terminal.ts';
import { openTerminal } from './files/system/terminal.ts';
import { realClock, turn } from './network/clock.ts';
import { realRandom, seeded } from './network/random.ts';
import { registry } from './shell/commands/registry.ts';
import { watchCrashes } from './shell/program/crash.ts';
import type { ShellDeps } from './shell/session/deps.ts';
import { isTerminalGone, watchEndings } from './shell/program/signals.ts';
import { exitStatus } from './shell/report/exit-status.ts';
import { readCommandLine } from './shell/program/command-line.ts';
import { helpText } from './shell/program/flags.ts';
import { isMisuse } from './shell/language/misuse.ts';
import { quoteWord } from './shell/language/parse.ts';
import {
  historyFile,
  progressFile,
  reportFile,
  startupFile,
  terminalNote,
} from './shell/program/xdg-paths.ts';
import { Plain } from './shell/program/plain-shell.ts';
import { leaveNote } from './shell/program/stale-terminal.ts';
import { privilegesOf } from './shell/server/privileges.ts';
import { Session } from './shell/session/session.ts';
import { readFlags, type ProgramOptions } from './shell/program/parse-flags.ts';
import { Ring } from './trace/record/ring.ts';
import type { InkOptions, runInk } from './ui/app.tsx';
import type { Printable } from './wire/text.ts';
import pkg from '../package.json' with { type: 'json' };

const { stdout, stderr, env } = process;
/** What a crash has to abort, and that there was one: nothing but the crash is told then. */
let session: Session | undefined;
let crashed = false;

/** Milliseconds that a signal waits for a reader of our output. */
const longestDrain = 1000;
let finishing = false;

async function main(): Promise<number> {
  const line = readCommandLine(argumentsWithOctets(process.argv.slice(2)));
  if (isMisuse(line)) return refuse(line.message);
  const wishes = await readFlags(line.flags, { env, pkg });
  if (isMisuse(wishes)) return refuse(wishes.message);
  if (wishes.text !== undefined) {
    write(await flagTexts[wishes.text](wishes));
    return exitStatus.done;
  }
  const words = line.command?.map(quoteWord).join(' ');
  const connect = line.host.length === 0 ? [] : [['connect', ...line.host].map(quoteWord).join(' ')];
  const first = [...wishes.impair.map((faults) => `impair ${faults}`), ...connect];
  const drawn = words === undefined && mayDraw(wishes);
  const asks = words === undefined && !wishes.json && process.stdin.isTTY;
  const [command] = line.command ?? [];
  const keys = line.command && hasView.has(command ?? '') ? viewKeys(line.command, wishes) : undefined;
  const deps: ShellDeps = {
    // A getter: opening it costs, and few commands read it.
    get stdin() {
      return words === undefined ? undefined : process.stdin;
    },
    ...footing(wishes.seed),
    seed: wishes.seed,
    interactive: asks,
    echo: drawn,
    views: keys !== undefined,
    stdout: drawn ? undefined : stdout,
    ...surroundings(words !== undefined),
    chosen: wishes.chosen,
    historyFile: asks ? historyFile(env) : undefined,
    // One command may list the lessons with the progress in them.
    progressFile: asks || words !== undefined ? progressFile(env) : undefined,
  };
  session = new Session(deps, registry);
  // A script finds neither history nor start-up file: it means the same anywhere.
  if (asks) await session.prepare(wishes.startup ? startupFile(env) : undefined);
  if (session.state.leaving !== undefined) return session.state.leaving;
  if (drawn) return runDrawn(session, wishes, first);
  const status = await runPlain(session, wishes, { first, words, asks, keys });
  // RFC 1350 §6 lets the receiver dally after its last ACK; a program that ends gives that up.
  await session.close();
  // A capture that could not be written to its end; who sits there was told.
  return status || (asks ? exitStatus.done : session.context.work.idle());
}

/** Commands that have a view of their own where they are the only one. */
const hasView: ReadonlySet<string> = new Set(['open', 'serve']);

/** The texts of the flags that print one. */
const flagTexts = {
  help: helpText,
  version: () => `tftpsh ${pkg.version}\n`,
  completions: async ({ completions = 'bash' }: ProgramOptions) =>
    (await import('./shell/program/completions/scripts.ts')).completionScripts[completions](),
};

/** What the shell learns of the process, and may do with it. */
function surroundings(
  isOneCommand: boolean,
): Pick<ShellDeps, 'directory' | 'home' | 'platform' | 'env' | 'endGroup' | 'privileges'> {
  return {
    directory: directoryWithOctets(process.cwd()),
    home: env['HOME'],
    platform: process.platform,
    env,
    endGroup: (leader) => void process.kill(-leader, 'SIGTERM'),
    privileges: privilegesOf(process, isOneCommand),
  };
}

function refuse(message: Printable): number {
  stderr.write(`tftpsh: ${message}\n`);
  return exitStatus.usage;
}

/** What a session stands on: a tower, and the memory of its packets. */
function footing(seed: number | undefined): Pick<ShellDeps, 'ring' | 'columns' | 'rows' | 'tower'> {
  const ring = new Ring();
  const random = seed === undefined ? realRandom : seeded(seed);
  const wanted = /^[1-9][0-9]{1,3}$/.exec(env['COLUMNS'] ?? '')?.[0];
  const inPipes = wanted === undefined ? undefined : Number(wanted);
  const columns = (): number | undefined => (stdout.isTTY ? stdout.columns : inPipes);
  const rows = (): number | undefined => (stdout.isTTY ? stdout.rows : undefined);
  // The way to compare with the runtime's own sockets, and around a system where the native door does harm.
  const nativeAfter = env['TFTPSH_NATIVE'] === '0' ? Infinity : undefined;
  return {
    ring,
    columns,
    rows,
    tower: systemTower({
      ...{ recorder: ring, random, ...collectors() },
      ...(nativeAfter !== undefined && { nativeAfter }),
      // Stays for good: without a listener the signal would end the process.
      onInputSignal: (listener) => void process.on('SIGIO', listener),
    }),
  };
}

/** The runtime's own collector: for what is young, a fraction of a millisecond, and for all. Made when it is first needed. */
function collectors(): { readonly collect: () => void; readonly tidy: () => void } {
  let gc: ((options?: { readonly type: 'minor' }) => void) | undefined;
  const made = (): typeof gc => {
    // Loaded here and not above: a one-shot would pay for it at its start.
    if (gc === undefined) process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
    return (gc ??= process.getBuiltinModule('node:vm').runInNewContext('gc') as typeof gc);
  };
  return { collect: () => made()?.({ type: 'minor' }), tidy: () => made()?.() };
}

/** Whether the terminal may be drawn on and asked. */
function mayDraw(wishes: ProgramOptions): boolean {
  return process.stdin.isTTY && mayShow(wishes);
}

function mayShow({ plain, json }: ProgramOptions): boolean {
  if (plain || json || !stdout.isTTY) return false;
  return env['TERM'] !== 'dumb' && (env['CI'] ?? '') === '' && stdout.rows >= 10;
}

/** Where the keys of a one-shot's views come from: the terminal itself where standard input is the capture. */
function viewKeys(command: readonly string[], wishes: ProgramOptions): NodeJS.ReadStream | undefined {
  if (!mayShow(wishes) || command.includes('--plain')) return undefined;
  const { stdin } = process;
  if (stdin.isTTY) return command.includes('-') ? undefined : stdin;
  const terminal = command.includes('-') ? openTerminal() : undefined;
  if (terminal === undefined) return undefined;
  return new (process.getBuiltinModule('node:tty').ReadStream)(terminal);
}

async function runDrawn(session: Session, wishes: ProgramOptions, first: readonly string[]): Promise<number> {
  const status = await draw(session, wishes, { stdin: process.stdin });
  for (const line of first) await session.run(line);
  if (wishes.demo) await demo(session);
  return status();
}

type DrawOptions = Pick<InkOptions, 'stdin' | 'viewsOnly'>;

async function loadInk({
  color,
}: Pick<ProgramOptions, 'color'>): Promise<{ readonly runInk: typeof runInk }> {
  // Ink's colours know FORCE_COLOR only, and read it when they are loaded.
  if (!color) env['FORCE_COLOR'] = '0';
  return import('./ui/app.tsx');
}

/** Starts the interface on the terminal. @returns what waits for its exit status. */
async function draw(
  session: Session,
  wishes: ProgramOptions,
  options: DrawOptions,
): Promise<() => Promise<number>> {
  const { runInk: start } = await loadInk(wishes);
  const note = { place: terminalNote(env), terminal: terminalOf(1), host: process };
  void leaveNote(note).then((lines) => session.context.output.print(lines, 'hint'));
  const status = start(session, {
    ...options,
    stdout,
    stderr,
    process,
    writeSync: (text) => writeNow(1, text),
    now: () => realClock.now(),
    turn,
    after: (milliseconds, then) => realClock.after(milliseconds, then),
    color: wishes.color,
    get ascii() {
      return session.context.output.isAscii;
    },
    get mouse() {
      return session.context.settings.get('mouse');
    },
  });
  return () => status;
}

async function demo(session: Session): Promise<number> {
  const { runDemo } = await import('./shell/program/demo.ts');
  return runDemo(session.context);
}

interface PlainRun {
  /** Lines of the program's own arguments that run first. */
  readonly first: readonly string[];
  readonly words: string | undefined;
  readonly asks: boolean;
  /** Views of a one-shot are drawn, with the keys of this terminal. */
  readonly keys: NodeJS.ReadStream | undefined;
}

async function runPlain(
  session: Session,
  wishes: ProgramOptions,
  { first, words, asks, keys }: PlainRun,
): Promise<number> {
  const shell = new Plain(session, {
    json: wishes.json,
    out: write,
    err: (text) => {
      if (!crashed) stderr.write(text);
    },
    progressColumns: stderr.isTTY && !wishes.json ? stderr.columns || 80 : undefined,
    color: wishes.color && stdout.isTTY && env['TERM'] !== 'dumb',
    clears: !wishes.json && stdout.isTTY && env['TERM'] !== 'dumb',
  });
  const unwatch = watchEndings(
    { host: process, exit, finish: (status) => finish(status, longestDrain), streams: [stdout, stderr] },
    endable(shell, session),
    asks,
  );
  for (const line of first) {
    const status = await shell.runFirst(line, words !== undefined);
    if (status !== 0) return status;
  }
  if (wishes.demo) {
    const status = await demo(session);
    if (!asks || status !== 0) return status;
  }
  if (words !== undefined && keys !== undefined) {
    const draws = (): void => {
      shell.close();
      unwatch();
    };
    return runViews(session, wishes, { words, keys, run: () => shell.once(words), draws });
  }
  if (words !== undefined) return shell.once(words);
  return asks ? shell.dialogue(process.stdin) : shell.script(process.stdin);
}

/** The session as signals end it. */
function endable(shell: Plain, session: Session): Parameters<typeof watchEndings>[1] {
  return {
    async close() {
      shell.stopPrompting();
      await session.close();
    },
    interrupt: () => session.interrupt(),
    reopenLog: () => session.context.server.reopenLog(),
  };
}

interface OneShot {
  readonly words: string;
  /** Where the keys come from. */
  readonly keys: NodeJS.ReadStream;
  readonly run: () => Promise<number>;
  /** The interface takes over: lines and signals are its own from now on. */
  readonly draws: () => void;
}

/** A one-shot that may ask for a view: the interface is loaded when it does, and is over when the command is. */
async function runViews(
  session: Session,
  wishes: ProgramOptions,
  { words, keys, run, draws }: OneShot,
): Promise<number> {
  // A confined server could not load it any more.
  if (words.startsWith('serve ')) await loadInk(wishes);
  const status = run();
  const asked = new Promise<undefined>((resolve) => {
    session.subscribe(() => {
      if (session.state.view !== undefined) resolve(undefined);
    });
  });
  const early = await Promise.race([status, asked]);
  if (early !== undefined) return early;
  draws();
  const ended = await draw(session, wishes, { stdin: keys, viewsOnly: true });
  void status.then((whole) => session.leave(whole));
  return ended();
}

/** Writes a result. The callback is what tells of a full disk: without it the status would be 0. */
function write(text: string, done?: () => void): void {
  if (crashed) return done?.();
  stdout.write(text, (error) => {
    if (error) outputFailed(error);
    done?.();
  });
}

/** Nobody reads what we write, or it cannot be written: that is the end, and a closed pipe is a quiet one. */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(exitStatus.pipe);
  if (isTerminalGone(error, stdout)) return; // Whoever has a session to close follows that.
  stderr.write(`tftpsh: cannot write to standard output (${error.code ?? 'failed'})\n`);
  process.exit(exitStatus.local);
}

/** Node aborts when it cannot give back its modes to a terminal: where that is gone, the signal that says so is the end. */
function exit(status: number): void {
  if (stdout.isTTY && !mayWrite(1)) {
    process.emit('exit', exitStatus.hangup);
    process.removeAllListeners('SIGHUP').kill(process.pid, 'SIGHUP');
  }
  process.exit(status);
}

/**
 * Exits when both streams have taken everything that was written: a pipe may still be full. The first status counts.
 * @param limit milliseconds after which the process exits all the same; no limit.
 */
function finish(status: number, limit?: number): void {
  if (finishing) return;
  finishing = true;
  if (limit !== undefined) realClock.after(limit, () => exit(status));
  write('', () => stderr.write('', () => exit(status)));
}

stdout.on('error', outputFailed);
stderr.on('error', () => undefined);
watchCrashes({
  host: process,
  exit,
  clock: realClock,
  // What is typed or progresses there stands in the way.
  say: (text) => void stderr.write(stderr.isTTY && env['TERM'] !== 'dumb' ? `\r\u001b[K${text}` : text),
  place: reportFile(env),
  about: `tftpsh ${pkg.version}, Node ${process.version}, ${process.platform} ${process.arch}`,
  async abort() {
    crashed = true;
    await session?.close();
  },
});
void main().then((status) => {
  process.exitCode = status;
  finish(status);
});
