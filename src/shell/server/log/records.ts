// The log file, the line format and the metrics file of our server, as the settings say.
// `serve log` changes the log file of a running server.
import { LogFile } from '../../../files/local/log-file.ts';
import { quoted, say } from '../../../wire/text.ts';
import type { Call } from '../../language/command.ts';
import { isMisuse, misuse, type Misuse } from '../../language/misuse.ts';
import type { Word } from '../../language/parse.ts';
import type { ShellContext } from '../../session/context.ts';
import type { LocalDirectory } from '../../session/local-directory.ts';
import { settingOf } from '../../settings/settings.ts';
import type { Chosen } from '../../settings/table.ts';
import type { LogForm } from './log-forms.ts';

export interface Records {
  readonly form: LogForm;
  readonly file: LogFile | undefined;
  /** The log has a line for the start of each transfer too. */
  readonly starts: boolean;
  /** The path of the metrics file; undefined: none is written. */
  readonly metrics: string | undefined;
}

/** Opens the log file that the settings name. */
export async function openRecords(
  { flags }: Pick<Call, 'flags'>,
  settings: Chosen,
  directory: Pick<LocalDirectory, 'resolve'>,
): Promise<Records | Misuse> {
  const log = settingOf(settings, 'serve-log');
  const metrics = settingOf(settings, 'serve-metrics');
  const records: Records = {
    form: log === 'journal' || log === 'syslog' ? log : 'people',
    file: undefined,
    starts: settingOf(settings, 'serve-log-starts'),
    metrics: metrics === 'none' ? undefined : directory.resolve(metrics),
  };
  if (log === 'none' || records.form !== 'people') return records;
  const file = await openLog(log, directory, flags.get('--log'));
  return isMisuse(file) ? file : { ...records, file };
}

async function openLog(
  path: string,
  directory: Pick<LocalDirectory, 'resolve'>,
  word: Word | undefined,
): Promise<LogFile | Misuse> {
  try {
    return await LogFile.open(directory.resolve(path));
  } catch (error) {
    // Messages of a FileError are ours.
    return misuse(`The log ${path} cannot be opened: ${error instanceof Error ? error.message : ''}.`, word);
  }
}

/** `serve log`: shows the log. `serve log FILE`: writes it to that file too. `serve log none`: to no file. */
export async function serveLog(call: Call, shell: ShellContext): Promise<number> {
  const [, word, extra] = call.words;
  const { server, output } = shell;
  if (extra !== undefined) return output.misuse(call, extra, say`serve log takes one file.`);
  if (word === undefined) {
    const { log } = server;
    const lines = log.length === 0 ? [{ kind: 'plain', text: say`The log is empty.` } as const] : log;
    output.emit({ event: 'text', lines: lines.map(({ text }) => text) }, lines);
    return 0;
  }
  if (!server.running)
    return output.misuse(call, word, say`Our server is not running. "serve DIR --log FILE" starts it.`);
  const file = word.text === 'none' ? undefined : await openLog(word.text, shell.directory, word);
  if (file !== undefined && isMisuse(file)) return output.misuse(call, file.word, file.message);
  await server.logTo(file);
  output.print([
    file === undefined ? say`The log goes to no file.` : say`The log goes to ${quoted(file.path, 4096)} too.`,
  ]);
  return 0;
}
