// What a command sees of the shell, and what a command is.
// Rule: each member is one part with a few verbs of its own. A helper takes the parts that it needs, not the whole.
import type { CaptureRecording } from '../captures/capture-recording.ts';
import type { UsedNames } from '../completion/used-names.ts';
import type { LazyImpairments } from '../impair/lazy-impairments.ts';
import type { LabEngine } from '../lab/lab-engine.ts';
import type { SessionLessons } from '../lesson/session-lessons.ts';
import type { Call, CommandSpec } from '../language/command.ts';
import type { Inspector } from '../packets/inspector.ts';
import type { TracePrinter } from '../packets/trace-printer.ts';
import type { EmbeddedServer } from '../server/embedded-server.ts';
import type { TransferCommandsDeps } from '../server/transfer-commands.ts';
import type { LazyStep } from '../step/lazy-step.ts';
import type { StandardOutput } from '../transfers/standard-output.ts';
import type { Transfers } from '../transfers/transfers.ts';
import type { ChosenServer } from './chosen-server.ts';
import type { CurrentSettings } from './current-settings.ts';
import type { Engine, ShellDeps } from './deps.ts';
import type { LocalDirectory } from './local-directory.ts';
import type { Output } from './output.ts';
import type { Questions } from './questions.ts';
import type { Scripts } from './scripts.ts';
import type { Views } from './views.ts';
import type { Work } from './work.ts';

/** The shell as commands see it. */
export interface ShellContext {
  /** All commands, in the order of help. */
  readonly commands: readonly CommandSpec[];
  readonly engine: Engine;
  /** The network, the streams and the process, as the composition root passed them to the session. */
  readonly system: Pick<ShellDeps, 'tower' | 'stdin' | 'platform' | 'privileges' | 'interactive'>;
  readonly output: Output;
  readonly settings: CurrentSettings;
  readonly questions: Questions;
  readonly views: Views;
  readonly work: Work;
  readonly scripts: Scripts;
  /** The server that commands talk to. */
  readonly peer: ChosenServer;
  readonly directory: LocalDirectory;
  readonly transfers: Transfers;
  readonly standardOutput: StandardOutput;
  readonly usedNames: UsedNames;
  readonly server: EmbeddedServer;
  readonly inspector: Inspector;
  readonly recording: CaptureRecording;
  readonly impairments: LazyImpairments;
  readonly lab: LabEngine;
  readonly lessons: SessionLessons;
  readonly step: LazyStep;
  readonly trace: Pick<TracePrinter, 'showOnly'>;
  /** Runs a program of the local system with its arguments, without a shell. Resolves with its exit status; never rejects. */
  readonly runProgram: TransferCommandsDeps['run'];
  /** Lines that were entered, oldest first. */
  history(): readonly string[];
  /** Those of earlier runs. */
  earlierHistory(): readonly string[];
  /** Ends the shell with this exit status. */
  leave(status: number): void;
}

/** One word of the shell's language: its description and its code. */
export interface Command extends CommandSpec {
  /** @returns the exit status. May throw TftpError or FileError: the shell reports it under the command's name. */
  readonly run: (call: Call, shell: ShellContext) => Promise<number> | number;
}
