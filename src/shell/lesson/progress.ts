// The progress in each lesson, kept across runs in a private file: one line for each lesson.
// Rule: the file may have been edited, so it is not trusted; a line that means nothing is dropped.
import { readPrivateTail, writePrivate } from '../../files/local/small-files.ts';

const mostOctets = 16 * 1024;
const mostLessons = 200;

export class Progress {
  readonly #path: string | undefined;
  #done: Promise<Map<string, number>> | undefined;

  /** @param path is of the file; undefined: nothing is kept. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** How many steps of the lesson are done. Never rejects. */
  async of(lesson: string): Promise<number> {
    return (await this.#known()).get(lesson) ?? 0;
  }

  /** So many steps of the lesson are done. What another shell has written meanwhile stays. @returns whether it could be kept. */
  async reached(lesson: string, steps: number): Promise<boolean> {
    const done = await this.#known();
    done.set(lesson, Math.max(steps, done.get(lesson) ?? 0));
    if (this.#path === undefined) return true;
    for (const [name, count] of await read(this.#path)) done.set(name, Math.max(count, done.get(name) ?? 0));
    const lines = [...done].slice(-mostLessons).map(([name, count]) => `${name} ${count}\n`);
    return writePrivate(this.#path, lines.join('')).then(
      () => true,
      () => false,
    );
  }

  #known(): Promise<Map<string, number>> {
    return (this.#done ??=
      this.#path === undefined ? Promise.resolve(new Map<string, number>()) : read(this.#path));
  }
}

/** Empty where the file does not exist, or cannot be read or trusted. */
async function read(path: string): Promise<Map<string, number>> {
  const done = new Map<string, number>();
  const tail = await readPrivateTail(path, mostOctets).catch(() => undefined);
  for (const line of tail?.text.split('\n') ?? []) {
    const match = /^([a-z0-9-]{1,31}) ([0-9]{1,2})$/.exec(line);
    if (match?.[1] !== undefined && done.size < mostLessons) done.set(match[1], Number(match[2]));
  }
  return done;
}
