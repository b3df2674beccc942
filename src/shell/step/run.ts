// step, next, drop, twice, wait, edit, inject, release and predict: what they do and what they answer.
// Rule: a command about a packet waits until one is held, so that scripts need no pauses.
import type { Gate, Held } from '../../network/gate/gate.ts';
import type { GateRule, Until } from '../../network/gate/gate-rule.ts';
import { counted } from '../../trace/text/quantities.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { decode } from '../../wire/decode.ts';
import { summaryWords } from '../../wire/summary.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { isMisuse, misuse, type Misuse } from '../language/misuse.ts';
import type { Word } from '../language/parse.ts';
import { readCount, readDuration } from '../language/units.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import type { Line } from '../session/state.ts';
import { edited } from './edit.ts';
import { readPacket } from './packet-words.ts';
import { readPrediction } from './prediction.ts';
import { predictionEvent, sceneLines, verdictLines } from './report.ts';
import { headOf } from './scene.ts';
import type { Stepper } from './stepper.ts';

const longestWait = 600_000;
const mostSteps = 1_000_000;

export async function runStep(call: Call, shell: ShellContext): Promise<number> {
  const stepper = await shell.step.load();
  if (stepper.gate === undefined)
    return shell.output.misuse(call, undefined, say`There is no network to hold.`);
  if (call.words.length === 0) return showHeld(call, shell, stepper);
  const rule = readRule(call.words, stepper.rule);
  if (rule !== undefined && isMisuse(rule)) return shell.output.misuse(call, rule.word, rule.message);
  if (rule === undefined) stepper.off();
  else stepper.on(rule);
  return show(shell, stepper, false);
}

/** As a command about a packet it waits for one, where one must come. */
async function showHeld(call: Call, shell: ShellContext, stepper: Stepper): Promise<number> {
  if (stepper.rule !== undefined && shell.transfers.busy) {
    const status = await untilHeld(call, shell, stepper);
    if (status !== exitStatus.done) return status;
  }
  return show(shell, stepper, true);
}

/** Undefined: off. */
function readRule(words: readonly Word[], before: GateRule | undefined): GateRule | undefined | Misuse {
  let ends: GateRule['ends'] = before?.ends ?? 'both';
  let until: Until | undefined;
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    switch (word.text) {
      case 'off':
        return words.length === 1 ? undefined : misuse('off takes no other words.', word);
      case 'on':
        break;
      case 'client':
      case 'server':
      case 'both':
        ends = word.text;
        break;
      case 'until': {
        const read = readUntil(rest.shift(), rest);
        if (isMisuse(read)) return { ...read, word: read.word ?? word };
        until = read;
        break;
      }
      default:
        return misuse('step takes on, off, client, server, both or until.', word);
    }
  }
  return { ends, until };
}

/** Takes the number of a block from `rest`. */
function readUntil(what: Word | undefined, rest: Word[]): Until | Misuse {
  switch (what?.text ?? '') {
    case 'error':
      return { type: 'error' };
    case 'retransmit':
      return { type: 'retransmit' };
    case 'last':
      return { type: 'last' };
    case 'block': {
      const number = rest.shift();
      const index = /^[0-9]{1,9}$/.test(number?.text ?? '') ? Number(number?.text) : undefined;
      return index === undefined
        ? misuse('until block needs a number.', number ?? what)
        : { type: 'block', index };
    }
    default:
      return misuse('until takes block N, error, retransmit or last.', what);
  }
}

function show(shell: ShellContext, stepper: Stepper, whole: boolean): number {
  const { rule, held } = stepper;
  const scene = whole ? stepper.scene() : undefined;
  const isShown = scene !== undefined && shell.views.canShow && stepper.openPanel();
  const lines = scene === undefined || isShown ? [] : sceneLines(scene, shell.output.pageWidth);
  const text = rule === undefined ? say`Step mode is off.` : ruleText(rule);
  const until = rule?.until === undefined ? {} : { until: untilText(rule.until) };
  shell.output.emit(
    { event: 'step', on: rule !== undefined, ends: rule?.ends ?? 'both', ...until, held: held.length },
    [...wrapped(text, shell.output.pageWidth).map((row): Line => ({ kind: 'plain', text: row })), ...lines],
  );
  return exitStatus.done;
}

function ruleText({ ends, until }: GateRule): Printable {
  const which = until === undefined ? say`every packet is held` : say`packets pass until ${untilText(until)}`;
  const where =
    ends === 'both' ? say`before it is sent and after it is received` : say`at the ${printable(ends)}`;
  return until === undefined
    ? say`Step mode is on: ${which}, ${where}.`
    : say`Step mode is on: ${which}; from there on each is held, ${where}.`;
}

function untilText(until: Until): Printable {
  switch (until.type) {
    case 'block':
      return say`block ${until.index}`;
    case 'error':
      return say`an ERROR`;
    case 'retransmit':
      return say`a packet that is sent again`;
    case 'last':
      return say`the last DATA`;
  }
}

/** What a command did with the held packet: its name, and the result in words. */
interface Deed {
  readonly deed: string;
  readonly what: Printable;
}

export function runNext(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  const times = word === undefined ? 1 : readCount(word.text);
  if (times === undefined || times < 1 || times > mostSteps)
    return Promise.resolve(shell.output.misuse(call, word, say`next takes a number from 1 on.`));
  const step = (gate: Gate): Deed => {
    gate.next();
    return { deed: 'next', what: say`passed` };
  };
  return repeated(call, shell, { times, step });
}

/** Stops at the first that fails. */
async function repeated(
  call: Call,
  shell: ShellContext,
  { times, step }: { readonly times: number; readonly step: (gate: Gate) => Deed },
): Promise<number> {
  for (let done = 0; done < times; done++) {
    const status = await withHeld(call, shell, step);
    if (status !== exitStatus.done) return status;
  }
  return exitStatus.done;
}

export function runDrop(call: Call, shell: ShellContext): Promise<number> {
  return withHeld(call, shell, (gate) => {
    gate.drop();
    return { deed: 'drop', what: say`dropped` };
  });
}

export function runTwice(call: Call, shell: ShellContext): Promise<number> {
  return withHeld(call, shell, (gate) => {
    gate.twice();
    return { deed: 'twice', what: say`passed twice` };
  });
}

export function runWait(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  const delay = word === undefined ? undefined : readDuration(word.text);
  if (delay === undefined || delay <= 0 || delay > longestWait)
    return Promise.resolve(
      shell.output.misuse(call, word, say`wait takes a time up to 10m, such as 2s or 500ms.`),
    );
  return withHeld(call, shell, (gate) => {
    gate.wait(delay);
    return { deed: 'wait', what: say`passes in ${printable(word?.text ?? '')}; time runs until then` };
  });
}

export function runEdit(call: Call, shell: ShellContext): Promise<number> {
  const [field, ...values] = call.words;
  if (field === undefined)
    return Promise.resolve(
      shell.output.misuse(call, undefined, say`Say the field and its new value: edit block 1.`),
    );
  return withHeld(call, shell, (gate, { octets }) => {
    const change = edited(octets, field, values);
    if (isMisuse(change)) return change;
    gate.edit(change.octets, change.what);
    return { deed: 'edit', what: say`edited: ${printable(change.what, 400)}` };
  });
}

export function runInject(call: Call, shell: ShellContext): Promise<number> {
  const [first, ...rest] = call.words;
  const side = first?.text === 'client' || first?.text === 'server' ? first.text : undefined;
  const octets = readPacket(side === undefined ? call.words : rest);
  if (isMisuse(octets)) return Promise.resolve(shell.output.misuse(call, octets.word, octets.message));
  return withHeld(call, shell, (gate, held, stepper) => {
    const sender = side ?? stepper.naturalSender(octets, held);
    gate.inject({ octets, sender });
    const words = summaryWords(decode(octets));
    return {
      deed: 'inject',
      what: say`before it, ${words} is injected as if the ${printable(sender)} had sent it`,
    };
  });
}

export async function runRelease(call: Call, shell: ShellContext): Promise<number> {
  const stepper = await shell.step.load();
  if (stepper.rule === undefined) return isOff(call, shell);
  const { length } = stepper.held;
  stepper.gate?.release();
  const what = say`${counted(length, 'packet')} released; running transfers go on to their end. Step mode holds the next transfer.`;
  shell.output.emit({ event: 'stepped', number: 0, deed: 'release', packet: '', what }, [
    { kind: 'plain', text: what },
  ]);
  return exitStatus.done;
}

export async function runPredict(call: Call, shell: ShellContext): Promise<number> {
  const prediction = readPrediction(call.words);
  if (isMisuse(prediction)) return shell.output.misuse(call, prediction.word, prediction.message);
  const stepper = await shell.step.load();
  const status = await untilHeld(call, shell, stepper);
  if (status !== exitStatus.done) return status;
  const verdict = stepper.predict(prediction);
  if (verdict === undefined) shell.output.print([say`Noted: the judgement comes with that packet.`], 'hint');
  else shell.output.emit(predictionEvent(verdict), verdictLines(verdict, shell.output.pageWidth));
  return exitStatus.done;
}

function isOff(call: Call, shell: ShellContext): number {
  return shell.output.misuse(call, undefined, say`Step mode is off: "step on".`);
}

/** Waits until a packet is held, and lets `act` decide about it. */
async function withHeld(
  call: Call,
  shell: ShellContext,
  act: (gate: Gate, held: Held, stepper: Stepper) => Deed | Misuse,
): Promise<number> {
  const stepper = await shell.step.load();
  const status = await untilHeld(call, shell, stepper);
  const [held] = stepper.held;
  const { gate } = stepper;
  if (status !== exitStatus.done || held === undefined || gate === undefined) return status;
  const { number } = held;
  const packet = headOf(held);
  const deed = act(gate, held, stepper);
  if (isMisuse(deed)) return shell.output.misuse(call, deed.word, deed.message);
  const text = say`step ${number}  ${packet}: ${deed.what}`;
  shell.output.emit({ event: 'stepped', number, packet, ...deed }, [{ kind: 'hint', isResult: true, text }]);
  return exitStatus.done;
}

async function untilHeld(call: Call, shell: ShellContext, stepper: Stepper): Promise<number> {
  if (stepper.held.length > 0) return exitStatus.done;
  if (stepper.rule === undefined) return isOff(call, shell);
  const ended = await shell.work.inForeground(async (signal) => {
    const isHeld = await stepper.whenHeld(signal);
    return isHeld ? 'held' : signal.aborted ? 'aborted' : 'nothing';
  });
  if (ended === 'held') return exitStatus.done;
  if (ended === 'aborted') return exitStatus.interrupted;
  return shell.output.misuse(call, undefined, say`No packet is held, and no transfer is running.`);
}
