// Runs scripts. A script stops at its first failure unless the setting keep-going is on.
import { readOwnText } from '../../files/local/small-files.ts';
import { FileError } from '../../files/file.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { CurrentSettings } from './current-settings.ts';
import type { Output } from './output.ts';

const longestStartup = 256 * 1024;

/** What running scripts needs. */
export interface ScriptDeps {
  readonly output: Output;
  readonly settings: Pick<CurrentSettings, 'get'>;
  /** Runs one line; resolves with its exit status. Never rejects. */
  readonly run: (line: string) => Promise<number>;
  /** The exit status of a shell that has ended; undefined before that. */
  readonly leaving: () => number | undefined;
}

export interface Script {
  /** The name that reports of failures show. */
  readonly name: Printable;
  readonly text: string;
  /** Continues after a failure, regardless of the setting. */
  readonly keepGoing?: boolean;
}

export class Scripts {
  readonly #deps: ScriptDeps;
  #depth = 0;

  constructor(deps: ScriptDeps) {
    this.#deps = deps;
  }

  /** How deeply the running scripts are nested; 0 if none runs. */
  get depth(): number {
    return this.#depth;
  }

  /** Runs one line. Resolves with its exit status; never rejects. */
  runLine(line: string): Promise<number> {
    return this.#deps.run(line);
  }

  /** Runs the lines of a script. Resolves with the exit status of the first that failed, or 0. */
  async run(script: Script): Promise<number> {
    this.#depth++;
    return this.#runLines(script).finally(() => this.#depth--);
  }

  /** Runs the start-up file, if there is one. Failures in it are reported, and the shell starts all the same. */
  async runStartup(path: string): Promise<void> {
    const { output } = this.#deps;
    const name = printable(path);
    let text: string;
    try {
      text = await readOwnText(path, longestStartup);
    } catch (error) {
      if (!(error instanceof FileError) || error.problem === 'missing') return;
      output.print([say`${name} was not read: ${printable(error.message)}`], 'hint');
      return;
    }
    await output.withoutSettingLines(() => this.run({ name, text, keepGoing: true }));
  }

  async #runLines({ name, text, keepGoing }: Script): Promise<number> {
    const { output, settings, run, leaving } = this.#deps;
    let firstFailure = 0;
    const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
    for (const [i, line] of lines.entries()) {
      const status = await output.at(say`${name}:${i + 1}`, () => run(line));
      firstFailure ||= status;
      const exit = leaving();
      if (exit !== undefined) return firstFailure || exit;
      if (status === 0) continue;
      // Ctrl-C ends the whole script, not only one line of it.
      if (status === exitStatus.interrupted || !(keepGoing ?? settings.get('keep-going')))
        return firstFailure;
    }
    return firstFailure;
  }
}
