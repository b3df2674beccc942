// What may stand at the cursor, gathered one by one: of very many the first are kept, but what is said of all holds for
// all. Rule: what is inserted is read back as exactly the name, or the name is not offered. Pure.
import { printable, quoted, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { cleanText, commonPrefix } from '../editor/text.ts';
import { quoteWord } from '../language/parse.ts';
import type { Completion, Completions } from '../session/state.ts';
import { counted } from '../../trace/text/quantities.ts';

/** Choices that are shown. */
const most = 200;
const longestLabel = 300;

export interface Candidate {
  /** The word as the command gets it. */
  readonly text: string;
  /** What the menu shows in its place. */
  readonly label?: string;
  readonly note?: string | (() => string);
  /** More of the same word may follow: no blank comes behind it. */
  readonly open?: boolean;
}

/** Candidates that begin with what was typed. */
export class Candidates {
  readonly #beginning: string;
  readonly #head: string;
  readonly #texts = new Set<string>();
  readonly #told: Candidate[] = [];
  /** Names of a disk or a tree, in no order: many. */
  #names: Candidate[] = [];
  #common: string | undefined;
  #odd: string | undefined;
  #oddCount = 0;
  #more = false;
  /** Said where there is nothing to choose. */
  hint: Printable | undefined;

  /** @param head what stands before them in the same word: `--flag=`. */
  constructor(beginning: string, head = '') {
    this.#beginning = beginning;
    this.#head = head;
  }

  /** There are more than were looked at: nothing can be said of all. */
  cut(): void {
    this.#more = true;
  }

  /** Words of a table: they keep its order. */
  tell(candidates: Iterable<Candidate>): void {
    for (const candidate of candidates) if (this.#counts(candidate)) this.#told.push(candidate);
  }

  /** One name of many: they are sorted. */
  add(candidate: Candidate): void {
    if (!this.#counts(candidate)) return;
    this.#names.push(candidate);
    if (this.#names.length >= 10 * most) this.#names = this.#first();
  }

  #counts({ text }: Candidate): boolean {
    if (text === '' || !text.startsWith(this.#beginning) || this.#texts.has(text)) return false;
    this.#texts.add(text);
    if (!canBeTyped(text)) {
      this.#odd ??= text;
      this.#oddCount++;
      return false;
    }
    this.#common = this.#common === undefined ? text : same(this.#common, text);
    return true;
  }

  #first(): Candidate[] {
    return this.#names.sort((a, b) => (a.text < b.text ? -1 : 1)).slice(0, most);
  }

  /** What the editor gets for the word that starts at `from`. */
  completions(from: number): Completions {
    const total = this.#texts.size - this.#oddCount;
    const items = [...this.#told, ...this.#first()].slice(0, most);
    // Where the common beginning ends must not be within a character.
    const common = commonPrefix([...(items[0] === undefined ? [] : [items[0].text]), this.#common ?? '']);
    const grows = !this.#more && total > 1 && common.length > this.#beginning.length;
    return {
      from,
      items: items.map((item) => completion(item, this.#head)),
      ...(grows && { grown: quoteWord(this.#head + common) }),
      beyond: this.#more ? Infinity : total - items.length,
      notice: this.#notice(),
    };
  }

  #notice(): Printable | undefined {
    if (this.#odd === undefined) return this.#texts.size === 0 ? this.hint : undefined;
    const names = this.#oddCount === 1 ? quoted(this.#odd, 60) : counted(this.#oddCount, 'more name');
    return say`${names} cannot be typed at a prompt.`;
  }
}

function completion({ text, label = text, note, open }: Candidate, head: string): Completion {
  const word = quoteWord(head + text);
  const told = typeof note === 'function' ? note() : note;
  return {
    value: open === true ? word : `${word} `,
    label: printable(label, longestLabel),
    note: told === undefined ? undefined : printable(told),
  };
}

/** U+FFFD stands for octets that are no text: such a name would not be found again. */
function canBeTyped(text: string): boolean {
  return cleanText(text) === text && !text.includes('\ufffd');
}

function same(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}
