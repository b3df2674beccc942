// The program at a pseudo-terminal, for measuring: what it writes, and when. Nobody emulates a screen here.
// The rule: a home of its own, so that neither a history nor a start-up file is found.
import { spawn } from '@lydell/node-pty';
import type { IPty } from '@lydell/node-pty';
import { readdirSync, readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const patience = 120_000;
/** Characters, codes included, that are searched: output of megabytes is not read again with every piece. */
const lookedAt = 16_384;

/** Milliseconds of processor that the threads of a process have used so far. */
export function processorOf(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** Ticks of 10 ms of processor that a process has used, user and system. */
export function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** A Node program in front of somebody who types. */
export class Terminal {
  readonly #pty: IPty;
  /** What was written since the last keys, and the end of it. */
  #pieces: string[] = [];
  #end = '';
  #seen: () => void = () => undefined;

  constructor(args: readonly string[], home: string) {
    const env = Object.entries(process.env).filter(([name]) => name !== 'CI');
    this.#pty = spawn(process.execPath, [...args], {
      ...{ name: 'xterm-256color', cols: 80, rows: 24, cwd: home },
      env: { ...Object.fromEntries(env), XDG_CONFIG_HOME: home, XDG_STATE_HOME: home },
    });
    this.#pty.onData((more) => {
      this.#pieces.push(more);
      this.#end = (this.#end + more).slice(-lookedAt);
      this.#seen();
    });
    this.#pty.onExit(() => {
      this.#end += '\n(ended)';
      this.#seen();
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Writes `keys`; resolves with everything written since, without codes, once it holds `shown`. */
  async type(keys: string, shown: string | RegExp): Promise<string> {
    this.#pieces = [];
    this.#end = '';
    this.#pty.write(keys);
    return this.until(shown);
  }

  /** What was written since the last keys, once the end of it holds `shown`. */
  async until(shown: string | RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const give = setTimeout(() => reject(new Error(`waited for ${String(shown)}`)), patience);
      this.#seen = () => {
        const end = stripVTControlCharacters(this.#end);
        const found = typeof shown === 'string' ? end.includes(shown) : shown.test(end);
        if (!found && !end.endsWith('(ended)')) return;
        clearTimeout(give);
        this.#seen = () => undefined;
        if (found) resolve(stripVTControlCharacters(this.#pieces.join('')));
        else reject(new Error(`ended before ${String(shown)}: ${end}`));
      };
      this.#seen();
    });
  }

  kill(): void {
    this.#pty.kill('SIGKILL');
  }
}
