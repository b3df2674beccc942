// lab: both ends in this process. Switches it on and off, and shows and changes its speed and its files.
import { answering, labServer, type Lab } from '../../engine/lab/lab.ts';
import { octetsText } from '../../trace/text/quantities.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import type { Word } from '../language/parse.ts';
import { readCount } from '../language/units.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import { patternOf } from './built-in-files.ts';
import { runScenario } from './scenario.ts';

const largestFile = 64 * 1024 * 1024;

export async function runLab(call: Call, shell: ShellContext): Promise<number> {
  const [first, second, third] = call.words;
  switch (first?.text) {
    case undefined:
      return show(shell);
    case 'on':
      return second === undefined ? start(call, shell) : tooMuch(call, shell, second);
    case 'off':
      return second === undefined ? stop(call, shell) : tooMuch(call, shell, second);
    case 'speed':
      return third === undefined ? speed(call, shell, second) : tooMuch(call, shell, third);
    case 'server':
      return third === undefined ? serverOf(call, shell, second) : tooMuch(call, shell, third);
    case 'run':
      return play(call, shell);
    case 'file':
      return addFile(call, shell);
    default:
      return shell.output.misuse(call, first, say`lab takes on, off, speed, server, file or run.`);
  }
}

function tooMuch(call: Call, shell: ShellContext, word: Word): number {
  return shell.output.misuse(call, word, say`That is one word too many.`);
}

/** Plays a scenario in a new lab. The lab stays on, so that the ladder can be looked at. */
async function play(call: Call, shell: ShellContext): Promise<number> {
  const [, file, extra] = call.words;
  if (file === undefined || extra !== undefined)
    return shell.output.misuse(call, extra, say`Say the file of one scenario.`);
  if (shell.transfers.busy) return shell.output.misuse(call, call.words[0], say`A transfer is running.`);
  await beginLab(shell);
  return runScenario(file.text, shell);
}

async function start(call: Call, shell: ShellContext): Promise<number> {
  if (shell.transfers.busy) return shell.output.misuse(call, call.words[0], say`A transfer is running.`);
  await beginLab(shell);
  return show(shell);
}

/** Starts a lab from the beginning, and makes it the chosen server. */
export async function beginLab(shell: ShellContext): Promise<void> {
  const impairments = await shell.impairments.load();
  if (shell.lab.lab === undefined) shell.lab.before = shell.peer.current;
  await shell.lab.start(impairments.seed);
  impairments.renew();
  shell.step.current?.renew();
  shell.peer.choose({ host: 'lab', ...labServer });
}

async function stop(call: Call, shell: ShellContext): Promise<number> {
  if (shell.transfers.busy) return shell.output.misuse(call, call.words[0], say`A transfer is running.`);
  await endLab(shell);
  return show(shell);
}

/** Stops the lab; the server that was chosen before it is the chosen one again. */
export async function endLab(shell: ShellContext): Promise<void> {
  await shell.lab.stop();
  (await shell.impairments.load()).renew();
  shell.step.current?.renew();
  const { before } = shell.lab;
  if (before === undefined) shell.peer.leave();
  else shell.peer.choose(before);
}

/** Prints all of the lab, or only what has changed. */
function show(shell: ShellContext, changed?: readonly Printable[]): number {
  const { lab } = shell.lab;
  const all = lab === undefined ? [say`The lab is off.`] : labLines(lab, shell.output.pageWidth);
  const event = {
    event: 'lab',
    on: lab !== undefined,
    speed: speedText(lab),
    server: lab?.answers ?? 'usual',
    files: lab === undefined ? [] : [...lab.files.keys()],
  } as const;
  shell.output.emit(
    event,
    (changed ?? all).map((text) => ({ kind: 'plain', text })),
  );
  return exitStatus.done;
}

function fileLine(name: string, octets: number): Printable {
  return say`  ${printable(name.padEnd(12))} ${octetsText(octets)}`;
}

function labLines(lab: Lab, columns: number): readonly Printable[] {
  const files = [...lab.files].map(([name, { length }]) => fileLine(name, length));
  return [
    ...wrapped(
      say`The lab is on: client and server are in this process, on a network and a clock of their own.`,
      columns,
    ),
    say`Time stands still while no transfer runs. speed ${printable(speedText(lab))}, server ${printable(lab.answers)}`,
    ...files,
  ];
}

function speedText(lab: Lab | undefined): string {
  return lab?.speed === undefined ? 'max' : `${lab.speed}x`;
}

function speed(call: Call, shell: ShellContext, word: Word | undefined): number {
  const { lab } = shell.lab;
  if (lab === undefined) return shell.output.misuse(call, call.words[0], say`The lab is off: "lab on".`);
  const match = /^([0-9]{1,4}(?:\.[0-9]{1,3})?)x$/.exec(word?.text ?? '');
  const factor = Number(match?.[1] ?? 0);
  if (word?.text !== 'max' && factor <= 0)
    return shell.output.misuse(call, word, say`speed takes 1x, 10x, 0.1x or max.`);
  lab.speed = word?.text === 'max' ? undefined : factor;
  return show(shell, [say`speed ${printable(speedText(lab))}`]);
}

/** How the server answers from now on. */
async function serverOf(call: Call, shell: ShellContext, word: Word | undefined): Promise<number> {
  const { lab } = shell.lab;
  if (lab === undefined) return shell.output.misuse(call, call.words[0], say`The lab is off: "lab on".`);
  if (shell.transfers.busy) return shell.output.misuse(call, call.words[0], say`A transfer is running.`);
  const answers = answering.find((one) => one === word?.text);
  if (answers === undefined)
    return shell.output.misuse(call, word, say`server takes ${printable(answering.join(', '))}.`);
  await lab.answerAs(answers);
  return show(shell, [say`server ${printable(answers)}`]);
}

function addFile(call: Call, shell: ShellContext): number {
  const { lab } = shell.lab;
  const [, name, size, extra] = call.words;
  if (lab === undefined) return shell.output.misuse(call, call.words[0], say`The lab is off: "lab on".`);
  if (name === undefined || size === undefined || extra !== undefined)
    return shell.output.misuse(call, extra, say`Say the name and the size of one file.`);
  const octets = readCount(size.text);
  if (octets === undefined || octets > largestFile)
    return shell.output.misuse(call, size, say`The size is a number of octets up to 64M.`);
  lab.files.set(name.text, patternOf(octets));
  return show(shell, [fileLine(name.text, octets)]);
}
