// Runs a program over a text: all ways to match advance together, one character at a time (Pike's method). Pure.
// Rule: the work is at most instructions × characters, whatever the pattern and the text are. It is counted.
import type { Instruction, Program } from './program.ts';
import type { Place } from './syntax.ts';

/** Counts instructions. A search ends without a match when none is left. */
export interface Work {
  left: number;
}

/** A text as characters, with the place of each in it. */
export interface Characters {
  readonly text: string;
  readonly list: readonly string[];
  /** The offset of each character, and the length of the text. */
  readonly offsets: readonly number[];
}

export function charactersOf(text: string): Characters {
  const list = Array.from(text);
  const offsets = [0];
  for (const character of list) offsets.push((offsets.at(-1) ?? 0) + character.length);
  return { text, list, offsets };
}

/** Positions of a match, counted in characters: slots 0 and 1 are its begin and end, 2n and 2n + 1 those of group n. */
export type Slots = readonly (number | undefined)[];

/** A way to match: where it is in the program, and what it has saved. */
interface Way {
  readonly at: number;
  readonly slots: Slots;
}

/** The first match that begins at character `from` or later, as JavaScript would find it; undefined if there is none. */
export function search(
  program: Program,
  characters: Characters,
  from: number,
  work: Work,
): Slots | undefined {
  const { code } = program;
  const walk = new Walk(program, characters, work);
  let ways: Way[] = [];
  let found: Slots | undefined;
  for (let position = from; position <= characters.list.length && work.left > 0; position++) {
    const character = characters.list[position];
    // An earlier begin is preferred, so a new one comes last.
    if (found === undefined) walk.enter(ways, { at: 0, slots: [position] }, position);
    else if (ways.length === 0) break;
    const next: Way[] = [];
    walk.begin();
    for (const { at, slots } of ways) {
      const instruction = code[at];
      work.left -= 1;
      if (instruction?.do === 'found') {
        found = slots.with(1, position);
        break; // The ways after this one are less preferred.
      }
      if (instruction?.do === 'take' && character !== undefined && instruction.is(character))
        walk.enter(next, { at: at + 1, slots }, position + 1);
    }
    ways = next;
  }
  return work.left > 0 ? found : undefined;
}

/** Follows the instructions that take no character. Each is visited once for one position. */
class Walk {
  readonly #program: Program;
  readonly #characters: Characters;
  readonly #work: Work;
  readonly #visited: Uint32Array;
  #round = 1;

  constructor(program: Program, characters: Characters, work: Work) {
    this.#program = program;
    this.#characters = characters;
    this.#work = work;
    this.#visited = new Uint32Array(program.code.length);
  }

  /** The next position begins. */
  begin(): void {
    this.#round += 1;
  }

  /** Adds to `ways` where `way` leads without a character, the most preferred first. */
  enter(ways: Way[], way: Way, position: number): void {
    const waiting: Way[] = [{ ...way, slots: padded(way.slots, this.#program.slots) }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { at, slots } = next;
      const instruction = this.#program.code[at];
      if (instruction === undefined || this.#visited[at] === this.#round) continue;
      this.#visited[at] = this.#round;
      this.#work.left -= 1;
      if (instruction.do === 'take' || instruction.do === 'found') ways.push(next);
      else waiting.push(...this.#after(instruction, at, slots, position));
    }
  }

  /** Where an instruction leads; the most preferred last. */
  #after(instruction: Instruction, at: number, slots: Slots, position: number): readonly Way[] {
    switch (instruction.do) {
      case 'jump':
        return [{ at: instruction.to, slots }];
      case 'fork':
        return [
          { at: instruction.second, slots },
          { at: instruction.first, slots },
        ];
      case 'save':
        return [{ at: at + 1, slots: slots.with(instruction.slot, position) }];
      case 'forget':
        return [{ at: at + 1, slots: forgotten(slots, instruction.from, instruction.to) }];
      case 'check':
        return this.#isAt(instruction.place, position) ? [{ at: at + 1, slots }] : [];
      case 'take':
      case 'found':
        return [];
    }
  }

  #isAt(place: Place, position: number): boolean {
    const { list } = this.#characters;
    if (place === 'start') return position === 0;
    if (place === 'end') return position === list.length;
    const isWord = (at: number): boolean => {
      const character = list[at];
      return character !== undefined && this.#program.isWord(character);
    };
    return (isWord(position - 1) !== isWord(position)) === (place === 'boundary');
  }
}

function padded(slots: Slots, length: number): Slots {
  return slots.length === length ? slots : Array.from({ length }, (_, at) => slots[at]);
}

function forgotten(slots: Slots, from: number, to: number): Slots {
  return slots.map((slot, at) => (at >= from && at < to ? undefined : slot));
}
