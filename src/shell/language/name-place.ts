// `{}` in the name of a target: the place for the name of each file, so that one command names several files. Pure.
import type { Word } from './parse.ts';

const place = '{}';

export function hasNamePlace({ text }: Word): boolean {
  return text.includes(place);
}

/** `text` with `name` in each place. */
export function withName(text: string, name: string): string {
  return text.replaceAll(place, () => name);
}
