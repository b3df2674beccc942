// The format of a lesson: sections that begin with a word and a colon at the left, and indented lines that belong to them.
// Rule: never throws; an error has a line and a column, from 1.
import { columns } from '../../trace/text/columns.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { nearest } from '../language/nearest.ts';
import { isFlaw, readCondition, type Condition } from './condition.ts';

/** A guided exercise. */
export interface Lesson {
  readonly name: string;
  readonly title: string;
  /** How long it takes, at most 10. */
  readonly minutes: number;
  readonly steps: readonly LessonStep[];
}

/** One task of a lesson. Texts are as in the file: make them printable. */
export interface LessonStep {
  readonly title: string;
  /** Shown as they are, because they may hold a ladder. */
  readonly text: readonly string[];
  readonly setUp: readonly string[];
  readonly task: string;
  readonly check: readonly Condition[];
  /** What the trace has shown, and the section of the RFC. */
  readonly passed: string;
  readonly hints: readonly string[];
  /** Commands that pass the check. */
  readonly solution: readonly string[];
  readonly wrongTurns: readonly WrongTurn[];
}

/** A mistake that students make: what the trace shows then, and why it is one. */
export interface WrongTurn {
  readonly why: string;
  readonly when: readonly Condition[];
  /** Commands that make the mistake. */
  readonly play: readonly string[];
}

export interface LessonFlaw {
  readonly message: Printable;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export function isLessonFlaw(value: Lesson | LessonFlaw): value is LessonFlaw {
  return 'message' in value;
}

/** Lines of text in a step, and their width. */
const mostLines = 20;
const widest = 76;
const mostMinutes = 10;

const keywords = [
  ...['lesson', 'title', 'minutes', 'step', 'text', 'set-up', 'task', 'check'],
  ...['passed', 'hint', 'solution', 'wrong', 'when', 'play'],
] as const;
type Keyword = (typeof keywords)[number];

interface SourceLine {
  readonly text: string;
  readonly line: number;
  /** Where the text begins in the line of the file, from 1. */
  readonly column: number;
}

interface Section {
  readonly keyword: string;
  readonly line: number;
  readonly body: SourceLine[];
}

/** Reads the text of a lesson. */
export function readLesson(text: string): Lesson | LessonFlaw {
  const sections: Section[] = [];
  for (const [index, whole] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const flaw = addLine(sections, whole.trimEnd(), index + 1);
    if (flaw !== undefined) return flaw;
  }
  return new LessonReader(sections).lesson();
}

function addLine(sections: Section[], whole: string, line: number): LessonFlaw | undefined {
  if (whole.startsWith('#')) return undefined;
  const begun = /^([^\s:]+):\s*(.*)$/.exec(whole);
  if (begun !== null) {
    const [, keyword = '', rest = ''] = begun;
    const body = rest === '' ? [] : [{ text: rest, line, column: whole.length - rest.length + 1 }];
    sections.push({ keyword, line, body });
    return undefined;
  }
  if (whole !== '' && !/^\s/.test(whole))
    return {
      message: say`a section such as "task:" begins at the left; indent what belongs to it`,
      line,
      column: 1,
    };
  const column = whole.length - whole.trimStart().length + 1;
  sections.at(-1)?.body.push({ text: whole, line, column });
  return undefined;
}

/** Takes sections from the first to the last. Its parts throw a {@link Fault}, which never leaves it. */
class LessonReader {
  readonly #sections: readonly Section[];
  #at = 0;

  constructor(sections: readonly Section[]) {
    this.#sections = sections;
  }

  lesson(): Lesson | LessonFlaw {
    try {
      const name = this.#word('lesson');
      if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name.text))
        throw fault(say`a name has letters a–z, digits and hyphens`, name);
      const title = this.#word('title').text;
      const minutes = this.#word('minutes');
      const number = /^[0-9]{1,2}$/.test(minutes.text) ? Number(minutes.text) : 0;
      if (number < 1 || number > mostMinutes)
        throw fault(say`a lesson takes 1 to ${mostMinutes} minutes`, minutes);
      const steps = [this.#step()];
      while (this.#next !== undefined) steps.push(this.#step());
      return { name: name.text, title, minutes: number, steps };
    } catch (error) {
      if (error instanceof Fault) return error.flaw;
      throw error;
    }
  }

  get #next(): Section | undefined {
    return this.#sections[this.#at];
  }

  #step(): LessonStep {
    const title = this.#word('step').text;
    const text = this.#optional('text');
    const setUp = this.#optional('set-up');
    const task = flowing(this.#needed('task'));
    const check = conditions(this.#needed('check'));
    const passed = flowing(this.#needed('passed'));
    const hints = this.#all('hint').map(flowing);
    const solution = commands(this.#needed('solution'));
    const wrongTurns = this.#wrongTurns();
    return {
      ...{ title, text: asItIs(text), setUp: commands(setUp), task, check, passed, hints, solution },
      wrongTurns,
    };
  }

  #wrongTurns(): readonly WrongTurn[] {
    const turns: WrongTurn[] = [];
    while (this.#next?.keyword === 'wrong')
      turns.push({
        why: flowing(this.#needed('wrong')),
        when: conditions(this.#needed('when')),
        play: commands(this.#needed('play')),
      });
    return turns;
  }

  #optional(keyword: Keyword): Section | undefined {
    if (this.#next?.keyword !== keyword) return undefined;
    return this.#sections[this.#at++];
  }

  /** All sections of that kind that follow each other. */
  #all(keyword: Keyword): readonly Section[] {
    const found: Section[] = [];
    for (let one = this.#optional(keyword); one !== undefined; one = this.#optional(keyword)) found.push(one);
    return found;
  }

  #needed(keyword: Keyword): Section {
    const found = this.#optional(keyword);
    if (found === undefined) throw this.#unexpected(keyword);
    if (found.body.every(({ text }) => text.trim() === ''))
      throw new Fault({ message: say`${printable(keyword)} is empty`, line: found.line, column: 1 });
    return found;
  }

  #word(keyword: Keyword): SourceLine {
    const [first] = this.#needed(keyword).body;
    return first ?? { text: '', line: 1, column: 1 };
  }

  #unexpected(wanted: Keyword): Fault {
    const next = this.#next;
    if (next === undefined) {
      const line = this.#sections.at(-1)?.line ?? 1;
      return new Fault({
        message: say`"${printable(wanted)}:" is missing after this section`,
        line,
        column: 1,
      });
    }
    const known: readonly string[] = keywords;
    const near = known.includes(next.keyword) ? undefined : nearest(next.keyword, keywords);
    const hint = near === undefined ? say`` : say`; did you mean "${printable(near)}:"?`;
    const message = say`"${printable(wanted)}:" belongs here, not "${printable(next.keyword)}:"${hint}`;
    return new Fault({ message, line: next.line, column: 1 });
  }
}

class Fault extends Error {
  readonly flaw: LessonFlaw;

  constructor(flaw: LessonFlaw) {
    super(flaw.message);
    this.flaw = flaw;
  }
}

function fault(message: Printable, { line, column }: Pick<SourceLine, 'line' | 'column'>): Fault {
  return new Fault({ message, line, column });
}

/** One paragraph. */
function flowing({ body }: Section): string {
  return body
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join(' ');
}

/** The lines without the blanks that all of them begin with. */
function asItIs(section: Section | undefined): readonly string[] {
  const body = [...(section?.body ?? [])];
  while (body.at(-1)?.text.trim() === '') body.pop();
  while (body[0]?.text.trim() === '') body.shift();
  const [tooMany] = body.slice(mostLines);
  if (tooMany !== undefined) throw fault(say`the text of a step has at most ${mostLines} lines`, tooMany);
  const margin = Math.min(...body.filter(({ text }) => text.trim() !== '').map(({ column }) => column - 1));
  return body.map((one) => {
    const text = one.text.slice(margin);
    if (columns(text) > widest)
      throw fault(say`a line of text has at most ${widest} columns`, { ...one, column: margin + widest + 1 });
    return text;
  });
}

function commands(section: Section | undefined): readonly string[] {
  return (section?.body ?? []).map(({ text }) => text.trim()).filter((text) => text !== '');
}

function conditions({ body }: Section): readonly Condition[] {
  return body
    .filter(({ text }) => text.trim() !== '')
    .map((one) => {
      const read = readCondition(one.text.trim());
      if (isFlaw(read)) throw fault(read.message, { line: one.line, column: one.column + read.at });
      return read;
    });
}
