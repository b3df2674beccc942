// Runs one line: a command of the shell, or a command of the local system after `!`.
// Rule: running a line never rejects and never leaves the shell unusable.
import { printable, type Printable } from '../../wire/text.ts';
import { readCall } from '../language/command.ts';
import { isMisuse } from '../language/misuse.ts';
import type { Call } from '../language/command.ts';
import { lookUp } from '../language/lookup.ts';
import { parse } from '../language/parse.ts';
import type { AttemptedCommand } from '../report/steps.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { Command, ShellContext } from './context.ts';
import type { ShellDeps } from './deps.ts';

export class LineRunner {
  readonly #shell: ShellContext;
  readonly #commands: readonly Command[];
  readonly #local: Pick<ShellDeps, 'env' | 'platform' | 'endGroup'>;

  constructor(
    shell: ShellContext,
    commands: readonly Command[],
    local: Pick<ShellDeps, 'env' | 'platform' | 'endGroup'>,
  ) {
    this.#shell = shell;
    this.#commands = commands;
    this.#local = local;
  }

  /** Runs one line. Resolves with its exit status. */
  async run(line: string): Promise<number> {
    const { output, work } = this.#shell;
    let status: number;
    try {
      status = await work.line(() => this.#run(line));
    } catch (error) {
      status = output.bug(error);
    }
    output.flush();
    return status;
  }

  async #run(line: string): Promise<number> {
    const { output } = this.#shell;
    const parsed = parse(line);
    // In step mode an empty line of a person is next; a comment is nothing.
    if (parsed.type === 'empty')
      return this.#mayStep && line.trim() === '' ? this.#run('next') : exitStatus.done;
    if (parsed.type === 'refused')
      return output.refuse({
        line,
        word: { ...parsed, text: '' },
        message: printable(`?${parsed.message}`),
      });
    if (parsed.type === 'local') return this.#runLocal(parsed.command);
    const [first] = parsed.words;
    if (first === undefined) return exitStatus.done;
    const found = lookUp(first.text, this.#commands);
    if (found.type === 'unknown')
      return output.refuse({ line, word: undefined, message: found.message, at: first });
    const { command } = found;
    const call = readCall(command, parsed.words);
    if (isMisuse(call)) return output.misuse({ command, line }, call.word, call.message);
    return this.#call(command, { command, line, background: parsed.background, ...call });
  }

  /** Whether a packet is held, and a person decides about it. */
  get #mayStep(): boolean {
    const { step, questions } = this.#shell;
    return questions.canAsk && (step.current?.held.length ?? 0) > 0;
  }

  async #call(command: Command, call: Call): Promise<number> {
    try {
      // An interrupted script may have lines left.
      this.#shell.work.throwIfInterrupted();
      return await command.run(call, this.#shell);
    } catch (error) {
      const verb = command.name as AttemptedCommand['verb'];
      return this.#shell.output.fail(error, { verb, name: nameIn(call) });
    }
  }

  /** Runs a command of the local system; its output goes to the transcript. */
  async #runLocal(command: string): Promise<number> {
    const { output, work, directory } = this.#shell;
    if (command === '')
      return output.refuse({
        line: '!',
        word: undefined,
        message: printable('?No command after !. Usage: !CMD'),
      });
    const { runLocal } = await import('./local-command.ts');
    return work.inForeground((signal) =>
      runLocal(command, { ...this.#local, directory: directory.path, signal }, (text) =>
        output.print([text]),
      ),
    );
  }
}

/** What an error of the call is about: the file of `open FILE`, `run FILE` of `lab run FILE`, or the value of a flag. */
function nameIn({ command, words, flags }: Call): Printable {
  const [first, second] = words;
  const isForm = command.forms?.some(({ word }) => word === first?.text) === true;
  if (isForm && second !== undefined) return printable(`${first?.text ?? ''} ${second.text}`);
  const [flag] = flags.values();
  return printable((first ?? flag)?.text ?? '');
}
