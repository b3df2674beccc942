// Collects the candidates for the word at the cursor. It keeps the first ones of very many; their number and their common
// beginning cover all of them. Rule: the parser reads an inserted word as exactly that name. Pure.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { commonPrefix } from '../editor/text.ts';
import { quoteWord } from '../language/parse.ts';
import type { Completion, Completions } from '../session/state.ts';

/** Candidates that are shown. */
const most = 200;
const longestLabel = 300;

export interface Candidate {
  /** The word as the command receives it. */
  readonly text: string;
  /** What the menu shows instead of the word. */
  readonly label?: string;
  readonly note?: string | (() => string);
  /** The word may continue: no blank is inserted after it. */
  readonly open?: boolean;
}

/** Candidates that begin with what was typed. */
export class Candidates {
  readonly #beginning: string;
  readonly #head: string;
  readonly #texts = new Set<string>();
  readonly #ordered: Candidate[] = [];
  /** Names of a disk or a directory, unsorted; there may be very many. */
  #names: Candidate[] = [];
  #common: string | undefined;
  #incomplete = false;
  /** Shown where there are no candidates. */
  hint: Printable | undefined;

  /** @param head is the part of the word before the candidates: `--flag=`. */
  constructor(beginning: string, head = '') {
    this.#beginning = beginning;
    this.#head = head;
  }

  /** Not all candidates were read: their number and their common beginning are unknown. */
  markIncomplete(): void {
    this.#incomplete = true;
  }

  /** Adds the words of a table; they keep its order. */
  addInOrder(candidates: Iterable<Candidate>): void {
    for (const candidate of candidates) if (this.#accepts(candidate)) this.#ordered.push(candidate);
  }

  /** Adds one name of many; names are sorted. */
  add(candidate: Candidate): void {
    if (!this.#accepts(candidate)) return;
    this.#names.push(candidate);
    if (this.#names.length >= 10 * most) this.#names = this.#first();
  }

  #accepts({ text }: Candidate): boolean {
    if (text === '' || !text.startsWith(this.#beginning) || this.#texts.has(text)) return false;
    this.#texts.add(text);
    this.#common = this.#common === undefined ? text : commonStart(this.#common, text);
    return true;
  }

  #first(): Candidate[] {
    return this.#names.sort((a, b) => (a.text < b.text ? -1 : 1)).slice(0, most);
  }

  /** The completions of the word that starts at `from`, for the editor. */
  completions(from: number): Completions {
    const total = this.#texts.size;
    const items = [...this.#ordered, ...this.#first()].slice(0, most);
    // The common beginning must not end inside a character.
    const common = commonPrefix([...(items[0] === undefined ? [] : [items[0].text]), this.#common ?? '']);
    const grows = !this.#incomplete && total > 1 && common.length > this.#beginning.length;
    return {
      from,
      items: items.map((item) => completion(item, this.#head)),
      ...(grows && { grown: quoteWord(this.#head + common) }),
      beyond: this.#incomplete ? Infinity : total - items.length,
      notice: total === 0 ? this.hint : undefined,
    };
  }
}

function completion({ text, label = text, note, open }: Candidate, head: string): Completion {
  const word = quoteWord(head + text);
  const shown = typeof note === 'function' ? note() : note;
  return {
    value: open === true ? word : `${word} `,
    label: printable(label, longestLabel),
    note: shown === undefined ? undefined : printable(shown),
  };
}

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}
