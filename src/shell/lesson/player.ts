// The lesson that is under way: its step, the hints that were given, and the ladders that passed.
// Rule: it decides what is next; commands decide what is printed.
import { foldLadder } from '../../trace/ladder/fold.ts';
import { ladder, type Ladder } from '../../trace/ladder/ladder.ts';
import type { ShellContext } from '../session/context.ts';
import { Classroom, type FailedLine } from './classroom.ts';
import { builtInLessons } from './lessons.ts';
import type { Lesson, LessonStep } from './lesson-file.ts';
import { Progress, type DoneSteps } from './progress.ts';
import type { Judgement } from './verdict.ts';

/** A step of a lesson. */
export interface Place {
  readonly lesson: Lesson;
  /** The index of the step. */
  readonly at: number;
}

/** What a student did in a lesson: the ladders that passed, by the index of the step. */
export interface Played {
  readonly lesson: Lesson;
  readonly ladders: ReadonlyMap<number, Ladder>;
}

export class LessonPlayer {
  readonly lessons: readonly Lesson[] = builtInLessons();
  readonly progress: Progress;
  readonly #room: Classroom;
  readonly #played = new Map<string, { lesson: Lesson; ladders: Map<number, Ladder> }>();
  #place: Place | undefined;
  #hints = 0;

  /** @param path is of the file that keeps the progress. */
  constructor(shell: ShellContext, path: string | undefined) {
    this.#room = new Classroom(shell);
    this.progress = new Progress(path);
  }

  get place(): Place | undefined {
    return this.#place;
  }

  get step(): LessonStep | undefined {
    const place = this.#place;
    return place?.lesson.steps[place.at];
  }

  get played(): readonly Played[] {
    return [...this.#played.values()];
  }

  /** From 1; undefined: a teacher wrote it. */
  numberOf(lesson: Lesson): number | undefined {
    const at = this.lessons.indexOf(lesson);
    return at < 0 ? undefined : at + 1;
  }

  /** By number, or by the beginning of the name. Several: the word is not clear. */
  find(word: string): readonly Lesson[] {
    const byNumber = /^[0-9]{1,3}$/.test(word) ? this.lessons[Number(word) - 1] : undefined;
    const fitting = this.lessons.filter(({ name }) => name.startsWith(word));
    const exact = byNumber ?? fitting.find(({ name }) => name === word);
    return exact === undefined ? fitting : [exact];
  }

  /** The first step that is not done yet; of a lesson that is done, the first. */
  async resume(lesson: Lesson): Promise<Place> {
    const done = await this.progress.of(this.#keyOf(lesson));
    return { lesson, at: Math.max(0, firstOpen(lesson, done)) };
  }

  /** Where `lesson next` leads. Undefined: everything is done. */
  async next(): Promise<Place | undefined> {
    const place = this.#place;
    if (place !== undefined && place.at + 1 < place.lesson.steps.length)
      return { ...place, at: place.at + 1 };
    const from = place === undefined ? 0 : this.lessons.indexOf(place.lesson) + 1;
    const order = [...this.lessons.slice(from), ...this.lessons.slice(0, from)];
    for (const lesson of order)
      if (lesson !== place?.lesson && firstOpen(lesson, await this.progress.of(lesson.name)) >= 0)
        return this.resume(lesson);
    return undefined;
  }

  /** The step before this one. Undefined: this is the first. */
  get previous(): Place | undefined {
    const place = this.#place;
    return place === undefined || place.at === 0 ? undefined : { ...place, at: place.at - 1 };
  }

  /** Starts a step. @returns the line of its set-up that failed, if one did. */
  async begin(place: Place): Promise<FailedLine | undefined> {
    this.#place = place;
    this.#hints = 0;
    const { lesson } = place;
    if (!this.#played.has(lesson.name)) this.#played.set(lesson.name, { lesson, ladders: new Map() });
    const step = this.step;
    return step === undefined ? undefined : this.#room.begin(step);
  }

  /** Judges the step at hand, and keeps what passes. Undefined: no lesson is under way. */
  async check(): Promise<(Judgement & { readonly isKept: boolean }) | undefined> {
    const [place, step] = [this.#place, this.step];
    if (place === undefined || step === undefined) return undefined;
    const judgement = this.#room.judge(step);
    if (judgement.passed === undefined) return { ...judgement, isKept: true };
    const drawn = foldLadder(ladder(judgement.passed.log));
    this.#played.get(place.lesson.name)?.ladders.set(place.at, drawn);
    const isKept = await this.progress.reached(this.#keyOf(place.lesson), place.at);
    return { ...judgement, isKept };
  }

  /** The next hint, and how many follow it. Undefined: there is none left. */
  hint(): { readonly text: string; readonly left: number } | undefined {
    const hints = this.step?.hints ?? [];
    const text = hints[this.#hints];
    if (text === undefined) return undefined;
    this.#hints += 1;
    return { text, left: hints.length - this.#hints };
  }

  /** Whether the step at hand has passed, now or before. */
  async isDone(): Promise<boolean> {
    const place = this.#place;
    return place === undefined || (await this.progress.of(this.#keyOf(place.lesson))).has(place.at);
  }

  /** The path that a person means: files of the lesson itself are in a folder of their own. */
  resolve(text: string): string {
    return this.#room.resolve(text);
  }

  /** Ends the lesson: everything is as it was before. */
  async stop(): Promise<void> {
    this.#place = undefined;
    await this.#room.leave();
  }

  /** The session ends. */
  close(): Promise<void> {
    return this.#room.close();
  }

  /** A teacher's lesson may have the name of one of ours. */
  #keyOf(lesson: Lesson): string {
    return this.lessons.includes(lesson) ? lesson.name : `from-${lesson.name}`.slice(0, 31);
  }
}

/** The index of the first step that is not done; −1: all are. */
function firstOpen({ steps }: Lesson, done: DoneSteps): number {
  return steps.findIndex((_, at) => !done.has(at));
}
