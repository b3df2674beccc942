// Where a step of a lesson is played: a new lab with default settings and a folder of its own.
// Rule: what a lesson changes comes back when it ends: settings, impairment, the local directory, and the lab.
import { makeTemporaryDirectory, removeTree } from '../../files/local/directories.ts';
import { printable, type Printable } from '../../wire/text.ts';
import { beginLab, endLab } from '../lab/run.ts';
import type { Change } from '../impair/grammar.ts';
import type { ShellContext } from '../session/context.ts';
import { LocalDirectory } from '../session/local-directory.ts';
import { settingsTable, type Chosen, type SettingName } from '../settings/table.ts';
import type { LessonStep } from './lesson-file.ts';
import { judge, type Judgement } from './verdict.ts';

/** The same for every student: what happens by chance happens alike. */
const seed = 1;

/** Settings of the person, not of a transfer: they stay as they are. */
const personal: readonly SettingName[] = ['verbose', 'trace', 'glyphs', 'mouse', 'hash', 'keep-going'];

/** What was before the lesson. */
interface Before {
  readonly chosen: Chosen;
  readonly seed: number;
  readonly changes: readonly Change[];
  readonly directory: string;
  readonly hadLab: boolean;
}

/** A line that a lesson runs, and that failed. */
export interface FailedLine {
  readonly status: number;
  readonly text: Printable;
}

export class Classroom {
  readonly #shell: ShellContext;
  #before: Before | undefined;
  /** The local directory of the step. */
  #folder: string | undefined;
  /** The number of the newest transfer when the step began. */
  #since = 0;

  constructor(shell: ShellContext) {
    this.#shell = shell;
  }

  /** Starts a step from the beginning. @returns the line of its set-up that failed, if one did. */
  async begin({ setUp }: LessonStep): Promise<FailedLine | undefined> {
    const shell = this.#shell;
    shell.step.current?.off();
    const impairments = await shell.impairments.load();
    this.#before ??= await this.#remember();
    impairments.off();
    impairments.seed = seed;
    for (const { name } of settingsTable) if (!personal.includes(name)) setTo(shell, name, undefined);
    await beginLab(shell);
    await this.#makeFolder();
    const failed = await this.run(setUp);
    shell.inspector.look(undefined);
    this.#since = shell.transfers.newest;
    return failed;
  }

  /** Runs commands without a word, and waits for their transfers. @returns the first line that failed, if one did. */
  async run(lines: readonly string[]): Promise<FailedLine | undefined> {
    const { output, scripts, work } = this.#shell;
    const name = printable('lesson');
    const ran = await output.quietly(async () => {
      const status = await scripts.run({ name, text: lines.join('\n'), keepGoing: true });
      await work.idle();
      return status;
    });
    if (ran.answer === 0) return undefined;
    const said = ran.lines.find(({ kind }) => kind === 'bad');
    return { status: ran.answer, text: said?.text ?? printable('a line failed') };
  }

  /** What the transfers since the beginning of the step show. */
  judge(step: LessonStep): Judgement {
    return judge(step, this.#shell.inspector.own(this.#since));
  }

  /** The path that a person means who names a file of his own: the folder of the step is not meant. */
  resolve(text: string): string {
    const { directory } = this.#shell;
    if (this.#before === undefined || directory.path !== this.#folder) return directory.resolve(text);
    return new LocalDirectory(this.#before.directory, directory.home).resolve(text);
  }

  /** Everything is again as it was before the lesson. */
  async leave(): Promise<void> {
    const before = this.#before;
    this.#before = undefined;
    if (before === undefined) return;
    const shell = this.#shell;
    shell.step.current?.off();
    const impairments = await shell.impairments.load();
    impairments.off();
    if (!before.hadLab) await endLab(shell);
    for (const { name } of settingsTable)
      if (!personal.includes(name)) setTo(shell, name, before.chosen[name]);
    impairments.seed = before.seed;
    if (before.changes.length > 0) impairments.add(before.changes);
    if (shell.directory.path === this.#folder) shell.directory.change(before.directory);
    await this.close();
  }

  /** Removes the folder of the step. */
  async close(): Promise<void> {
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder !== undefined) await removeTree(folder);
  }

  async #remember(): Promise<Before> {
    const { settings, impairments, directory, lab } = this.#shell;
    const { seed: old, changes } = await impairments.load();
    return {
      ...{ chosen: settings.chosen, seed: old, changes, directory: directory.path },
      hadLab: lab.lab !== undefined,
    };
  }

  async #makeFolder(): Promise<void> {
    await this.close();
    this.#folder = await makeTemporaryDirectory();
    this.#shell.directory.change(this.#folder);
  }
}

function setTo({ settings }: ShellContext, name: SettingName, value: Chosen[SettingName]): void {
  if (settings.chosen[name] !== value) settings.set(name, value);
}
