// The flag --filter of every command that has it: the caret points at the wrong word in the filter, not at all of it.
import { parseFilter } from '../../trace/capture/filter.ts';
import type { Call } from '../language/command.ts';
import type { Word } from '../language/parse.ts';
import type { Output } from '../session/output.ts';
import type { NamedFilter } from '../session/view.ts';

/** @returns the filter, undefined where none was given, or the exit status of a wrong filter. */
export function readFilter(call: Call, output: Pick<Output, 'misuse'>): NamedFilter | undefined | number {
  const word = call.flags.get('--filter');
  if (word === undefined) return undefined;
  const parsed = parseFilter(word.text);
  if (parsed.ok) return { text: word.text, filter: parsed.filter };
  return output.misuse(call, part(call.line, word, parsed), parsed.message);
}

/** The part of a word in the line; the whole word where quotes inside it moved its characters. */
function part(line: string, word: Word, { from, to }: { readonly from: number; readonly to: number }): Word {
  const start = line.indexOf(word.text, word.from);
  if (start < 0 || start + word.text.length > word.to) return word;
  return { text: word.text.slice(from, to), from: start + from, to: start + Math.max(to, from + 1) };
}
