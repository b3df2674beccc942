#!/usr/bin/env node
// The composition root: arguments and streams → tower, session, interface. The only file that reads or changes the
// process. The rule: what a one-shot does not need is not loaded; Ink and React only for a terminal.
import { systemTower } from './engine/system.ts';
import { mayWrite, terminalOf, writeNow } from './files/plain.ts';
import { realClock, turn } from './network/clock.ts';
import { realRandom, seeded } from './network/random.ts';
import type { ShellDeps } from './shell/deps.ts';
import { isTerminalGone, watchEndings } from './shell/endings.ts';
import { exitStatus } from './shell/exit-status.ts';
import { onlyTold, programFlags, readCommandLine, told } from './shell/flags.ts';
import { quoteWord } from './shell/parse.ts';
import { historyFile, startupFile, terminalNote } from './shell/places.ts';
import { Plain } from './shell/plain.ts';
import { leaveNote } from './shell/predecessor.ts';
import { privilegesOf } from './shell/privileges.ts';
import { runStartup } from './shell/script.ts';
import { Session } from './shell/session.ts';
import type { Chosen } from './shell/settings-table.ts';
import { findSetting, readSetting } from './shell/settings.ts';
import { Ring } from './trace/ring.ts';
import { printable } from './wire/text.ts';
import pkg from '../package.json' with { type: 'json' };

/** What the flags say. */
interface Wishes {
  readonly chosen: Chosen;
  readonly seed: number | undefined;
  readonly json: boolean;
  readonly plain: boolean;
  readonly color: boolean;
  readonly demo: boolean;
  readonly startup: boolean;
  readonly only: (typeof onlyTold)[number] | undefined;
}

const { stdout, stderr, env } = process;
const longestLinger = 2000;

async function main(): Promise<number> {
  const line = readCommandLine(process.argv.slice(2));
  if (line.type === 'refused') return refuse(line.message);
  const wishes = await readFlags(line.flags);
  if (typeof wishes === 'string') return refuse(wishes);
  if (wishes.only !== undefined) {
    write(await told[wishes.only](pkg.version));
    return exitStatus.done;
  }
  const words = line.command?.map(quoteWord).join(' ');
  const connect = line.host.length === 0 ? undefined : ['connect', ...line.host].map(quoteWord).join(' ');
  const drawn = words === undefined && mayDraw(wishes);
  const asks = words === undefined && !wishes.json && process.stdin.isTTY;
  const session = new Session({
    // A getter: opening it costs, and few commands read it.
    get stdin() {
      return words === undefined ? undefined : process.stdin;
    },
    ...footing(wishes.seed),
    interactive: asks,
    echo: drawn,
    stdout: drawn ? undefined : stdout,
    ...surroundings(),
    chosen: wishes.chosen,
    historyFile: asks ? historyFile(env) : undefined,
  });
  if (asks) await prepare(session, wishes);
  if (session.state.leaving !== undefined) return session.state.leaving;
  if (drawn) return runDrawn(session, wishes, connect);
  const status = await runPlain(session, wishes, { connect, words, asks });
  await session.close();
  await linger(session);
  return status;
}

/** What a person finds: the lines of earlier, and the start-up file. A script finds neither: it means the same anywhere. */
async function prepare(session: Session, { startup }: Wishes): Promise<void> {
  await session.lines.load();
  const path = startup ? startupFile(env) : undefined;
  if (path !== undefined) await runStartup(session, path);
}

/** RFC 1350 §6: who got the last packet stays to acknowledge it again; not long, and only where packets were lost. */
async function linger(session: Session): Promise<void> {
  await Promise.race([
    session.transfers.lingering,
    new Promise<void>((resolve) => realClock.after(longestLinger, resolve)),
  ]);
}

/** What the shell learns of the process, and may do with it. */
function surroundings(): Pick<
  ShellDeps,
  'directory' | 'home' | 'platform' | 'env' | 'endGroup' | 'privileges'
> {
  return {
    directory: process.cwd(),
    home: env['HOME'],
    platform: process.platform,
    env,
    endGroup: (leader) => void process.kill(-leader, 'SIGTERM'),
    privileges: privilegesOf(process),
  };
}

type Given = Readonly<Record<string, string | boolean | undefined>>;

/** Reads flags. A string: why they are refused. */
async function readFlags(argv: readonly string[]): Promise<Wishes | string> {
  // Meow reads what carries a value; switches are whole words by now, and not worth loading it for 25 ms.
  const given = argv.some((word) => word.includes('=')) ? await parseFlags(argv) : readSwitches(argv);
  let chosen: Chosen = {};
  for (const flag of programFlags) {
    const value = given[flag.name];
    if (flag.setting === undefined || value === undefined || value === false) continue;
    const row = findSetting(flag.setting);
    if (row === undefined) continue;
    const read = readSetting(row, flag.sets ?? String(value));
    if (!read.ok) return `--${flag.name}: ${read.message}`;
    chosen = { ...chosen, [row.name]: read.value };
  }
  const seed = given['seed'];
  if (seed !== undefined && !/^[0-9]{1,15}$/.test(String(seed))) return '--seed takes a whole number';
  if (![undefined, 'bash'].includes(given['completions'] as string)) return '--completions knows bash';
  const noColor = given['no-color'] === true || (env['NO_COLOR'] ?? '') !== '';
  return {
    chosen,
    seed: seed === undefined ? undefined : Number(seed),
    json: given['json'] === true,
    plain: given['plain'] === true,
    color: !noColor,
    demo: given['demo'] === true,
    startup: given['no-startup'] !== true,
    only: onlyTold.find((name) => given[name] !== undefined && given[name] !== false),
  };
}

function readSwitches(argv: readonly string[]): Given {
  return Object.fromEntries(argv.map((word) => [word.slice('--'.length), true]));
}

async function parseFlags(argv: readonly string[]): Promise<Given> {
  const { default: meow } = await import('meow');
  // A leading "no-" would be taken for the negation of another flag: those travel under another name.
  const safe = (name: string): string => name.replace(/^no-/, 'without-');
  const { flags } = meow({
    importMeta: import.meta,
    argv: argv.map((word) => word.replace(/^--no-/, '--without-')),
    pkg,
    autoHelp: false,
    autoVersion: false,
    flags: Object.fromEntries(
      programFlags.map(({ name, value }) => [
        camel(safe(name)),
        { type: value === undefined ? 'boolean' : 'string' },
      ]),
    ),
  });
  return Object.fromEntries(programFlags.map(({ name }) => [name, flags[camel(safe(name))]])) as Given;
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function refuse(message: string): number {
  stderr.write(`tftpsh: ${printable(message, 400)}\n`);
  return exitStatus.usage;
}

/** What a session stands on: a tower, and the memory of its packets. */
function footing(seed: number | undefined): Pick<ShellDeps, 'ring' | 'columns' | 'tower'> {
  const ring = new Ring();
  const random = seed === undefined ? realRandom : seeded(seed);
  const columns = (): number | undefined => (stdout.isTTY ? stdout.columns : undefined);
  return { ring, columns, tower: systemTower({ recorder: ring, random, collect: collector() }) };
}

/** The runtime's own collector for what is young: a fraction of a millisecond; made when it is first needed. */
function collector(): () => void {
  let gc: ((options: { readonly type: 'minor' }) => void) | undefined;
  return () => {
    // Loaded here and not above: a one-shot would pay for it at its start.
    if (gc === undefined) process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
    gc ??= process.getBuiltinModule('node:vm').runInNewContext('gc') as typeof gc;
    gc?.({ type: 'minor' });
  };
}

/** Whether the terminal may be drawn on. */
function mayDraw({ plain, json }: Wishes): boolean {
  if (plain || json || !process.stdin.isTTY || !stdout.isTTY) return false;
  return env['TERM'] !== 'dumb' && (env['CI'] ?? '') === '' && stdout.rows >= 10;
}

async function runDrawn(session: Session, wishes: Wishes, connect: string | undefined): Promise<number> {
  // Ink's colours know FORCE_COLOR only, and read it when they are loaded.
  if (!wishes.color) env['FORCE_COLOR'] = '0';
  const { runInk } = await import('./ui/app.tsx');
  const note = { place: terminalNote(env), terminal: terminalOf(0), host: process };
  void leaveNote(note).then((lines) => session.print(lines, 'hint'));
  const status = runInk(session, {
    stdin: process.stdin,
    stdout,
    stderr,
    process,
    writeSync: (text) => writeNow(1, text),
    now: () => realClock.now(),
    turn,
    after: (milliseconds, then) => realClock.after(milliseconds, then),
    color: wishes.color,
    get ascii() {
      return session.setting('glyphs') === 'ascii';
    },
  });
  if (connect !== undefined) await session.run(connect);
  if (wishes.demo) await demo(session);
  return status;
}

async function demo(session: Session): Promise<number> {
  const { runDemo } = await import('./shell/demo.ts');
  return runDemo(session);
}

interface PlainRun {
  readonly connect: string | undefined;
  readonly words: string | undefined;
  readonly asks: boolean;
}

async function runPlain(
  session: Session,
  wishes: Wishes,
  { connect, words, asks }: PlainRun,
): Promise<number> {
  const shell = new Plain(session, {
    json: wishes.json,
    out: write,
    err: (text) => void stderr.write(text),
    progressColumns: stderr.isTTY && !wishes.json ? stderr.columns || 80 : undefined,
    color: wishes.color && stdout.isTTY && env['TERM'] !== 'dumb',
    clears: !wishes.json && stdout.isTTY && env['TERM'] !== 'dumb',
  });
  watchEndings({ host: process, exit, streams: [stdout, stderr] }, session, asks);
  if (connect !== undefined) {
    const status = await shell.quietly(connect, words !== undefined);
    if (status !== 0) return status;
  }
  if (wishes.demo) {
    const status = await demo(session);
    if (!asks || status !== 0) return status;
  }
  if (words !== undefined) return shell.once(words);
  return asks ? shell.dialogue(process.stdin) : shell.script(process.stdin);
}

/** Writes a result. The callback is what tells of a full disk: without it the status would be 0. */
function write(text: string, done?: () => void): void {
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

function watchOutput(): void {
  stdout.on('error', outputFailed);
  stderr.on('error', () => undefined);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      stderr.write(`tftpsh: a bug: ${printable(text)}\n`);
      process.exit(exitStatus.bug);
    });
}

watchOutput();
const status = await main();
process.exitCode = status;
// What was written goes out first: a pipe may still be taking it.
write('', () => exit(status));
