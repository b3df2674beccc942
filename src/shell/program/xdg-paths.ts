// Where files of our own live, by the XDG base directories: settings to begin with, and the lines of earlier.
// Pure: from an environment to paths. Never touches the disk.
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Commands that run before the first prompt; undefined where there is no home. */
export function startupFile(env: Environment): string | undefined {
  return under(env, 'XDG_CONFIG_HOME', '.config', 'startup');
}

/** The lines of earlier; undefined where there is no home. */
export function historyFile(env: Environment): string | undefined {
  return under(env, 'XDG_STATE_HOME', '.local/state', 'history');
}

/** Where it is noted which shell draws on a terminal, to be followed by the terminal's number. */
export function terminalNote(env: Environment): string | undefined {
  return under(env, 'XDG_STATE_HOME', '.local/state', 'terminal');
}

/** What is known of the last crash. */
export function reportFile(env: Environment): string | undefined {
  return under(env, 'XDG_STATE_HOME', '.local/state', 'crash.txt');
}

function under(env: Environment, variable: string, fallback: string, leaf: string): string | undefined {
  const chosen = env[variable] ?? '';
  // XDG Base Directory Specification: relative paths are invalid and to be ignored.
  if (isAbsolute(chosen)) return join(chosen, 'tftpsh', leaf);
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  return isAbsolute(home) ? join(home, fallback, 'tftpsh', leaf) : undefined;
}
