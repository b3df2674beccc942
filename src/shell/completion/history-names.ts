// Hosts and remote files that lines of earlier sessions name, as they were typed there, newest first. Pure.
// Rule: whether a file was there is not known, so what this session used comes before them.
import { parseTarget } from '../../wire/uri.ts';
import type { CommandSpec } from '../language/command.ts';
import { findExact } from '../language/lookup.ts';
import { parse } from '../language/parse.ts';
import { placeOf } from './cursor.ts';

export interface HistoryNames {
  readonly hosts: readonly string[];
  /** Words that named files on a server: `boot.cfg`, `10.0.0.1:boot.cfg`, `tftp://…`. */
  readonly files: readonly string[];
}

/** Names of one kind that are kept. */
const most = 500;

/** The names in `lines`, which are oldest first. Lines that are no command, or have a wrong one, have no names. */
export function historyNames(lines: readonly string[], commands: readonly CommandSpec[]): HistoryNames {
  const hosts = new Set<string>();
  const files = new Set<string>();
  for (const line of lines.toReversed()) {
    const parsed = parse(line);
    if (parsed.type !== 'command') continue;
    const [first, ...words] = parsed.words;
    const command = first && findExact(first.text, commands);
    if (command === undefined) continue;
    words.forEach((word, at) => {
      const { argument, flag, plain } = placeOf(command, words.slice(0, at), word);
      if (flag !== undefined || (!plain && word.text.startsWith('-'))) return;
      if (argument?.kind === 'host' && word.text !== 'self') add(hosts, word.text);
      if (argument?.kind !== 'remote') return;
      add(files, word.text);
      const target = parseTarget(word.text);
      if (target.ok && target.host !== undefined) add(hosts, target.host);
    });
  }
  return { hosts: [...hosts], files: [...files] };
}

function add(names: Set<string>, name: string): void {
  if (names.size < most) names.add(name);
}
