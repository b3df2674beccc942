// The progress in each lesson, kept across runs in a private file: one line for each lesson.
// Rule: the file may have been edited, so it is not trusted; a line that means nothing is dropped.
import { readPrivateTail, writePrivate } from '../../files/local/small-files.ts';

const mostOctets = 16 * 1024;
const mostLessons = 200;
const mostSteps = 99;

/** The indexes of the steps that are done. */
export type DoneSteps = ReadonlySet<number>;

export class Progress {
  readonly #path: string | undefined;
  #done: Promise<Map<string, DoneSteps>> | undefined;

  /** @param path is of the file; undefined: nothing is kept. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** The steps of the lesson that are done. Never rejects. */
  async of(lesson: string): Promise<DoneSteps> {
    return (await this.#known()).get(lesson) ?? new Set();
  }

  /** This step of the lesson is done. What another shell has written meanwhile stays. @returns whether it could be kept. */
  async reached(lesson: string, step: number): Promise<boolean> {
    const done = await this.#known();
    add(done, lesson, new Set([step]));
    if (this.#path === undefined) return true;
    for (const [name, steps] of await read(this.#path)) add(done, name, steps);
    const lines = [...done].slice(-mostLessons).map(([name, steps]) => `${name} ${marksOf(steps)}\n`);
    return writePrivate(this.#path, lines.join('')).then(
      () => true,
      () => false,
    );
  }

  #known(): Promise<Map<string, DoneSteps>> {
    return (this.#done ??=
      this.#path === undefined ? Promise.resolve(new Map<string, DoneSteps>()) : read(this.#path));
  }
}

function add(done: Map<string, DoneSteps>, lesson: string, steps: DoneSteps): void {
  done.set(lesson, new Set([...(done.get(lesson) ?? []), ...steps]));
}

/** One character a step: `+-+` if the second of three is not done. */
function marksOf(steps: DoneSteps): string {
  return Array.from({ length: Math.max(...steps) + 1 }, (_, at) => (steps.has(at) ? '+' : '-')).join('');
}

/** Empty where the file does not exist, or cannot be read or trusted. */
async function read(path: string): Promise<Map<string, DoneSteps>> {
  const done = new Map<string, DoneSteps>();
  const tail = await readPrivateTail(path, mostOctets).catch(() => undefined);
  for (const line of tail?.text.split('\n') ?? []) {
    const [, name, marks] = /^([a-z0-9-]{1,31}) ([+-]+)$/.exec(line) ?? [];
    if (name === undefined || marks === undefined || marks.length > mostSteps) continue;
    const steps = Array.from(marks, (mark, at) => (mark === '+' ? [at] : [])).flat();
    if (steps.length > 0 && done.size < mostLessons) done.set(name, new Set(steps));
  }
  return done;
}
