// lesson and hint: what they do and what they print.
import { readText } from '../../files/local/small-files.ts';
import { counted, octetsText } from '../../trace/text/quantities.ts';
import { printable, say } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { nearest } from '../language/nearest.ts';
import type { Word } from '../language/parse.ts';
import { lessonNames } from '../commands/lessons.ts';
import { writeLocal } from '../packets/pages.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import type { Line } from '../session/state.ts';
import { handout } from './handout.ts';
import { isLessonFlaw, readLesson, type Lesson } from './lesson-file.ts';
import { flow, listLines, stepLines, type LessonStyle } from './lines.ts';
import { LessonPlayer, type Place } from './player.ts';
import { selfTest } from './self-test.ts';

const longestFile = 256 * 1024;

export async function runLesson(call: Call, shell: ShellContext): Promise<number> {
  const player = playerOf(shell);
  const [word, extra] = call.words;
  if (extra !== undefined) return shell.output.misuse(call, extra, say`lesson takes one word.`);
  const from = call.flags.get('--from');
  const given = from === undefined ? undefined : await readFrom(player, from, shell);
  if (typeof given === 'number') return given;
  if (call.flags.has('--self-test'))
    return runSelfTest(given === undefined ? player.lessons : [given], shell);
  const file = call.flags.get('--export');
  if (file !== undefined) return runExport({ call, file, word }, shell, player);
  if (given !== undefined) return start(await player.resume(given), shell, player);
  switch (word?.text) {
    case undefined:
      return list(shell, player);
    case 'next':
      return next(shell, player);
    case 'back':
      return back(call, shell, player);
    case 'check':
      return check(call, shell, player);
    case 'show':
      return player.place === undefined ? none(call, shell) : show(player.place, shell, player);
    case 'again':
      return player.place === undefined ? none(call, shell) : start(player.place, shell, player);
    case 'solution':
      return solution(call, shell, player);
    case 'stop':
    case 'off':
      return stop(call, shell, player);
    default: {
      const lesson = find(call, word, shell, player);
      return typeof lesson === 'number' ? lesson : start(await player.resume(lesson), shell, player);
    }
  }
}

/** The lesson that a word names, or the exit status of a refusal. */
function find(
  call: Call,
  word: Word | undefined,
  { output }: ShellContext,
  player: LessonPlayer,
): Lesson | number {
  const text = word?.text ?? '';
  const found = player.find(text);
  const [lesson] = found;
  if (lesson !== undefined && found.length === 1) return lesson;
  const near =
    lesson === undefined
      ? [nearest(text, lessonNames)].filter((one) => one !== undefined)
      : found.map(({ name }) => name);
  const help =
    near.length === 0 ? say`"lesson" lists them` : say`did you mean ${printable(near.join(', '))}?`;
  return output.misuse(call, word, say`There is no such lesson: ${help}.`);
}

/** The player of the session, made when it is first asked for. */
function playerOf(shell: ShellContext): LessonPlayer {
  const { lessons } = shell;
  if (lessons.player instanceof LessonPlayer) return lessons.player;
  const player = new LessonPlayer(shell, lessons.path);
  lessons.player = player;
  return player;
}

export function runHint(call: Call, shell: ShellContext): number {
  const player = playerOf(shell);
  if (player.place === undefined) return none(call, shell);
  const hint = player.hint();
  const columns = shell.output.pageWidth;
  if (hint === undefined) {
    shell.output.print([say`There are no more hints: "lesson solution" shows a way.`]);
    return exitStatus.done;
  }
  const left = hint.left === 0 ? '' : ` (${hint.left} more)`;
  shell.output.print(flow(`${hint.text}${left}`, columns, 2).map(({ text }) => text));
  return exitStatus.done;
}

function none(call: Call, shell: ShellContext): number {
  return shell.output.misuse(call, call.words[0], say`No lesson is under way: "lesson" lists them.`);
}

function styleOf({ output }: ShellContext): LessonStyle {
  return { columns: output.pageWidth, mark: output.glyph('✔', 'ok') };
}

async function list(shell: ShellContext, player: LessonPlayer): Promise<number> {
  const current = player.place?.lesson;
  const rows = await Promise.all(
    player.lessons.map(async (lesson, at) => ({
      ...{ lesson, number: at + 1, isCurrent: lesson === current },
      done: (await player.progress.of(lesson.name)).size,
    })),
  );
  const lessons = rows.map(({ lesson, done }) => ({
    ...{ name: lesson.name, title: lesson.title, steps: lesson.steps.length, done },
  }));
  shell.output.emit(
    { event: 'lessons', lessons },
    listLines(rows, styleOf(shell)).map((text) => ({ kind: 'received', text })),
  );
  return exitStatus.done;
}

/** Begins a step. A transfer of the step before it ends. */
async function start(place: Place, shell: ShellContext, player: LessonPlayer): Promise<number> {
  if (!(await hasRoom(shell, player))) return exitStatus.usage;
  const failed = await player.begin(place);
  show(place, shell, player);
  if (failed === undefined) return exitStatus.done;
  shell.output.print([say`The set-up of this step failed: ${failed.text}`], 'bad');
  return failed.status;
}

/** Ends the transfers of the lesson. False: a transfer runs that does not belong to a lesson, and the user decides. */
async function hasRoom({ transfers, output }: ShellContext, player: LessonPlayer): Promise<boolean> {
  if (!transfers.busy) return true;
  if (player.place === undefined) {
    output.print([say`A transfer is running: wait for its end, or "abort" it.`], 'bad');
    return false;
  }
  transfers.abort('all');
  await transfers.idle();
  return true;
}

function show(place: Place, shell: ShellContext, player: LessonPlayer): number {
  const { lesson, at } = place;
  const step = lesson.steps[at];
  const lines = stepLines(place, player.numberOf(lesson), styleOf(shell));
  shell.output.emit(
    {
      event: 'lesson',
      name: lesson.name,
      step: at + 1,
      steps: lesson.steps.length,
      text: step?.text.map((line) => printable(line)) ?? [],
      task: printable(step?.task ?? '', 2000),
    },
    lines,
  );
  return exitStatus.done;
}

async function next(shell: ShellContext, player: LessonPlayer): Promise<number> {
  const place = await player.next();
  if (place === undefined) {
    shell.output.print([say`All lessons are done. "lesson NAME" plays one again.`], 'good');
    return exitStatus.done;
  }
  const { place: before } = player;
  if (before !== undefined && !(await player.isDone())) {
    const way = place.lesson === before.lesson ? 'back' : printable(before.lesson.name);
    shell.output.print(
      [say`Step ${before.at + 1} is not done yet: "lesson ${printable(way)}" returns to it.`],
      'hint',
    );
  }
  return start(place, shell, player);
}

async function back(call: Call, shell: ShellContext, player: LessonPlayer): Promise<number> {
  if (player.place === undefined) return none(call, shell);
  const place = player.previous;
  if (place !== undefined) return start(place, shell, player);
  return shell.output.misuse(
    call,
    call.words[0],
    say`This is the first step: "lesson again" starts it anew.`,
  );
}

/** Waits for the running transfers, which may still show what is asked. It does not wait if a packet is held. */
async function settled({ transfers, step, work }: ShellContext): Promise<void> {
  if (!transfers.busy) return;
  const over = new AbortController();
  const end = (): void => over.abort();
  await work.inForeground(async (signal) => {
    signal.addEventListener('abort', end);
    const ended = new Promise((resolve) => over.signal.addEventListener('abort', resolve, { once: true }));
    void transfers.idle().then(end);
    const stepper = step.current;
    if (stepper?.rule !== undefined) void stepper.whenHeld(over.signal).then(end);
    await ended;
    signal.removeEventListener('abort', end);
  });
}

async function check(call: Call, shell: ShellContext, player: LessonPlayer): Promise<number> {
  const { place, step } = player;
  if (place !== undefined) await settled(shell);
  const judged = await player.check();
  if (place === undefined || step === undefined || judged === undefined) return none(call, shell);
  const isRight = judged.passed !== undefined;
  const { columns, mark } = styleOf(shell);
  const [first = say``, ...others] = judged.missing;
  const lines: readonly Line[] = isRight
    ? [
        ...flow(`${mark} Right. ${step.passed}`, columns, 2, 'good'),
        ...(judged.isKept ? [] : flow('The progress could not be saved.', columns, 2)),
        ...flow(nextWords(place), columns, 2),
      ]
    : [
        ...flow(`${shell.output.glyph('✗', 'x')} Not yet. ${first}`, columns, 2, 'unusual'),
        // A mistake that is known needs no list.
        ...(judged.turn === undefined ? others : []).flatMap((text) => flow(`- ${text}`, columns, 2)),
        ...(shell.transfers.busy ? flow(stillRuns, columns, 2) : []),
      ];
  shell.output.emit(
    {
      ...{ event: 'lesson-check', name: place.lesson.name, step: place.at + 1, passed: isRight },
      missing: judged.missing,
      ...(judged.passed !== undefined && { transfer: judged.passed.number }),
    },
    lines,
  );
  return isRight ? exitStatus.done : exitStatus.integrity;
}

const stillRuns =
  'The transfer has not ended. If a packet is held: "next" lets it pass, "release" lets the rest run.';

function nextWords({ lesson, at }: Place): string {
  return at + 1 < lesson.steps.length
    ? `"lesson next" goes on with step ${at + 2} of ${lesson.steps.length}; "ladder" shows yours.`
    : 'This lesson is done. "lesson next" starts another, "lesson --export FILE.html" keeps your ladders, "lesson stop" ends.';
}

function solution(call: Call, shell: ShellContext, player: LessonPlayer): number {
  const { step } = player;
  if (step === undefined) return none(call, shell);
  shell.output.print(step.solution.map((line) => say`  ${printable(line)}`));
  return exitStatus.done;
}

async function stop(call: Call, shell: ShellContext, player: LessonPlayer): Promise<number> {
  if (player.place === undefined) return none(call, shell);
  await hasRoom(shell, player);
  await player.stop();
  shell.output.print([say`The lesson has ended; settings, impairment and directory are as before.`]);
  return exitStatus.done;
}

/** A lesson out of a file, or the exit status of a refusal that shows the line. */
async function readFrom(player: LessonPlayer, word: Word, shell: ShellContext): Promise<Lesson | number> {
  const text = await readText(player.resolve(word.text), longestFile);
  const lesson = readLesson(text);
  if (!isLessonFlaw(lesson)) return lesson;
  const { line, column, message } = lesson;
  const source = text.replace(/^\ufeff/, '').split(/\r?\n/)[line - 1] ?? '';
  return shell.output.refuse({
    line: source,
    word: { text: source.slice(column - 1), from: column - 1, to: Math.max(column, source.trimEnd().length) },
    message: say`${printable(word.text)}:${line}:${column}: ${message}.`,
  });
}

async function runSelfTest(lessons: readonly Lesson[], shell: ShellContext): Promise<number> {
  const { plays, faults } = await shell.work.inForeground((signal) => selfTest(lessons, shell, signal));
  const isGood = faults.length === 0;
  const summary = say`${counted(lessons.length, 'lesson')}, ${plays} plays: ${isGood ? say`all as they should be` : counted(faults.length, 'fault')}.`;
  shell.output.emit({ event: 'lesson-test', lessons: lessons.length, plays, faults }, [
    ...faults.map((text): Line => ({ kind: 'bad', isResult: true, text })),
    { kind: isGood ? 'good' : 'bad', isResult: true, text: summary },
  ]);
  return isGood ? exitStatus.done : exitStatus.integrity;
}

interface ExportCall {
  readonly call: Call;
  readonly file: Word;
  /** The lesson; undefined: all that were played. */
  readonly word: Word | undefined;
}

async function runExport(
  { call, file, word }: ExportCall,
  shell: ShellContext,
  player: LessonPlayer,
): Promise<number> {
  if (!/\.html?$/i.test(file.text))
    return shell.output.misuse(call, file, say`A handout is a page: its name ends in .html.`);
  const lesson = word === undefined ? undefined : find(call, word, shell, player);
  if (typeof lesson === 'number') return lesson;
  const own = player.played.filter((one) => lesson === undefined || one.lesson === lesson);
  const played = own.length === 0 && lesson !== undefined ? [{ lesson, ladders: new Map() }] : own;
  if (played.length === 0)
    return shell.output.misuse(call, file, say`No lesson was played yet: name one, or "lesson next".`);
  const octets = await writeLocal(player.resolve(file.text), handout(played), call.flags.has('--force'));
  const { glyph } = { glyph: shell.output.glyph('✔', 'ok') };
  shell.output.print([say`${glyph} ${printable(file.text)}   ${octetsText(octets)}`], 'good');
  return exitStatus.done;
}
