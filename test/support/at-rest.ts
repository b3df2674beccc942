// A test of engine, files or shell fails if it leaves something open: sockets, processes, descriptors, listeners of an abort
// signal, entries of the temporary directory. Of other tests only that directory is checked, once for each file; it is not for
// those at a terminal and with foreign peers, whose output has its name. Vitest loads this first; its hooks run last.
import { getEventListeners } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeEach, expect } from 'vitest';

/** What is open now, by name. */
type Inventory = ReadonlyMap<string, number>;

/** Resources of the event loop that a test may forget to close. Timers do not count: vitest has its own. */
const watched = /^(UDPWrap|TCPSocketWrap|TCPServerWrap|PipeWrap|ProcessWrap|FSEventWrap|TTYWrap)$/;
/** Milliseconds that closing may take: a socket is gone in the next turn of the loop, a process when it was reaped. */
const closing = 2000;

const path = expect.getState().testPath ?? '';
if (!/\/test\/(peers|terminal)\//.test(path)) {
  const temporary = ownDirectory();
  if (/\/test\/(engine|files|shell)\//.test(path)) watch(temporary);
}

/** A directory of temporary files for this test file, so that what it leaves is its own. */
function ownDirectory(): string {
  const outer = process.env['TMPDIR'];
  const temporary = mkdtempSync(join(tmpdir(), 'tftpsh-rest-'));
  chmodSync(temporary, 0o755); // for programs of other users
  process.env['TMPDIR'] = temporary;
  afterAll(() => {
    const names = readdirSync(temporary);
    rmSync(temporary, { recursive: true, force: true });
    if (outer === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = outer;
    expect(names, 'left in the temporary directory').toEqual([]);
  });
  return temporary;
}

function watch(temporary: string): void {
  const signals = watchedSignals();
  let before: Inventory = new Map();
  const left = (): readonly string[] => [...added(before, inventory(temporary)), ...listening(signals)];

  beforeEach(({ onTestFinished }) => {
    signals.clear();
    before = inventory(temporary);
    // Such hooks run after all others, the first one last.
    onTestFinished(async () => {
      for (const until = Date.now() + closing; left().length > 0 && Date.now() < until;) await setImmediate();
      expect(left(), 'left behind').toEqual([]);
    });
  });
}

function inventory(temporary: string): Inventory {
  const counts = new Map<string, number>();
  const add = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const resource of process.getActiveResourcesInfo()) if (watched.test(resource)) add(resource);
  for (const name of readdirSync(temporary)) add(`in the temporary directory: ${name}`);
  for (const what of openDescriptors()) add(`descriptor: ${what}`);
  return counts;
}

/**
 * Files and sockets of TCP that this process holds. What Node opens once for itself is left out, and so are sockets of
 * UDP: after a transfer one may dally for 12 s (RFC 1350 §6). Those of the memory network are checked by its stage.
 */
function openDescriptors(): readonly string[] {
  if (process.platform !== 'linux') return [];
  const sockets = tcpSockets();
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    const target = targetOf(`/proc/self/fd/${fd}`);
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) return sockets.get(inode) ?? [];
    return target.startsWith('/') && !/^\/(dev|proc)\//.test(target) ? [target] : [];
  });
}

/** Sockets by their inode. */
function tcpSockets(): ReadonlyMap<string, string> {
  const sockets = ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/self/net/${kind}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => [line.trim().split(/ +/)[9] ?? '', kind] as const),
  );
  return new Map(sockets);
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ''; // the descriptor that read the list
  }
}

function added(before: Inventory, now: Inventory): readonly string[] {
  return [...now].filter(([what, count]) => count > (before.get(what) ?? 0)).map(([what]) => what);
}

/** The signals that the program listened to since the map was cleared, each with the places that listened. */
function watchedSignals(): Map<AbortSignal, Set<string>> {
  const seen = new Map<AbortSignal, Set<string>>();
  AbortSignal.prototype.addEventListener = function (
    this: AbortSignal,
    ...given: Parameters<EventTarget['addEventListener']>
  ) {
    const place = ownPlace.exec(new Error('where').stack?.split('\n')[2] ?? '')?.[1];
    if (place !== undefined) seen.set(this, (seen.get(this) ?? new Set()).add(place));
    EventTarget.prototype.addEventListener.apply(this, given);
  };
  return seen;
}

/** The caller, where it is the program: vitest and tests have signals of their own. */
const ownPlace = /\/(src\/[\w/.-]+:\d+):\d+/;

/** Whoever waits for an abort must stop waiting when its work is over: a signal may live as long as the program. */
function listening(signals: ReadonlyMap<AbortSignal, ReadonlySet<string>>): readonly string[] {
  return [...signals]
    .filter(([signal]) => !signal.aborted && getEventListeners(signal, 'abort').length > 0)
    .map(([, places]) => `listener of an abort signal, one of: ${[...places].join(', ')}`);
}
