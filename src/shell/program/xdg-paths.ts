// Paths of the program's own files, by the XDG Base Directory Specification. Pure: from an environment to paths.
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The start-up file: commands that run before the first prompt. Undefined if there is no home directory. */
export function startupFile(env: Environment): string | undefined {
  return under(env, 'XDG_CONFIG_HOME', '.config', 'startup');
}

/** The lines that were typed in earlier sessions. Undefined if there is no home directory. */
export function historyFile(env: Environment): string | undefined {
  return under(env, 'XDG_STATE_HOME', '.local/state', 'history');
}

/** The progress in lessons. */
export function progressFile(env: Environment): string | undefined {
  return under(env, 'XDG_STATE_HOME', '.local/state', 'lessons');
}

/** Prefix of the note about the shell on a terminal; the number of the terminal follows. See stale-terminal.ts. */
export function terminalNote(env: Environment): string | undefined {
  return under(env, 'XDG_STATE_HOME', '.local/state', 'terminal');
}

/** The report of the last crash. */
export function reportFile(env: Environment): string | undefined {
  return under(env, 'XDG_STATE_HOME', '.local/state', 'crash.txt');
}

/** The folder of what can be made anew at any time. */
export function cacheFolder(env: Environment): string | undefined {
  return under(env, 'XDG_CACHE_HOME', '.cache', '');
}

function under(env: Environment, variable: string, fallback: string, leaf: string): string | undefined {
  const chosen = env[variable] ?? '';
  // XDG Base Directory Specification: a relative path is invalid and is ignored.
  if (isAbsolute(chosen)) return join(chosen, 'tftpsh', leaf);
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  return isAbsolute(home) ? join(home, fallback, 'tftpsh', leaf) : undefined;
}
