// Local paths as the user writes them: relative to the shell's own directory, with ~ for home. Pure.
import { isAbsolute, join, resolve } from 'node:path';
import type { Session } from '../session/session.ts';

/** The absolute path that `text` means. */
export function localPath(session: Pick<Session, 'deps' | 'directory'>, text: string): string {
  const { home } = session.deps;
  if (home !== undefined && /^~(?=\/|$)/.test(text)) return join(home, text.slice(1));
  return isAbsolute(text) ? text : resolve(session.directory, text);
}
