// The state of the interface, outside React: the shell's state, the line editor, the size. Keys come in, effects go out.
// The rule: one immutable state, replaced as a whole; components read it and decide nothing.
import { toAscii } from '../trace/text/ascii.ts';
import { emptyEditor } from '../shell/editor/state.ts';
import type { Action, EditorState, Effect } from '../shell/editor/state.ts';
import { shown } from '../shell/editor/text.ts';
import { edit } from '../shell/editor/editor.ts';
import type { Shell } from '../shell/session/shell.ts';
import type { Completions, Line } from '../shell/session/state.ts';
import type { Intent } from '../shell/editor/keys.ts';
import { keyOf } from '../shell/session/questions.ts';
import { LineQueue } from '../shell/session/line-queue.ts';
import type { RegionInput } from './text/screen.ts';
import { paintLine } from './theme.ts';

/** Effects that the model asks others for. */
export interface ModelPorts {
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly color: boolean;
  readonly ascii: () => boolean;
  /** Writes above the live region. */
  readonly write: (text: string) => void;
  readonly ring: () => void;
  readonly suspend: () => void;
  /** At once, whatever runs. */
  readonly quit: () => void;
}

const clearScreen = '\u001b[H\u001b[2J';

export class Model {
  readonly #shell: Shell;
  readonly #ports: ModelPorts;
  readonly #listeners = new Set<() => void>();
  #line: EditorState;
  /** The answer to the open question, and the number of the question. */
  #answer: { readonly id: number; readonly editor: EditorState } | undefined;
  /** Keys that wait for a completion; undefined where no completion runs. */
  #held: Intent[] | undefined;
  /** The open question takes a key: what is typed meanwhile is the next line. */
  #typedAhead = false;
  /** The key before this one answered a question: hands that are used to Enter press it too. */
  #justAnswered = false;
  /** The count of `clear` commands that was handled last. */
  #cleared: number | undefined;
  #scene: RegionInput;
  readonly #queue: LineQueue;

  constructor(shell: Shell, ports: ModelPorts) {
    this.#shell = shell;
    this.#ports = ports;
    this.#queue = new LineQueue(shell, {
      changed: () => {
        this.#remember();
        this.changed();
      },
      stopped: (left) => this.#stopped(left),
    });
    this.#line = edit(emptyEditor(), { type: 'history', lines: shell.history() }).state;
    this.#cleared = shell.state.cleared;
    this.#follow();
    this.#scene = this.#look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly scene = (): RegionInput => this.#scene;

  /** The shell's state or the size changed. */
  readonly changed = (): void => {
    const { cleared } = this.#shell.state;
    if (cleared !== this.#cleared) this.#obey({ type: 'clear' });
    this.#cleared = cleared;
    this.#queue.startNext();
    this.#follow();
    this.#scene = this.#look();
    for (const listener of this.#listeners) listener();
  };

  /** Lines for the transcript. */
  readonly print = (lines: readonly Line[]): void => {
    const { columns } = this.#ports.size();
    const isAscii = this.#ports.ascii();
    const text = lines
      .map((line) => (isAscii ? { ...line, text: toAscii(line.text) } : line))
      .map((line) => paintLine(line, columns, this.#ports.color))
      .join('');
    if (text !== '') this.#ports.write(text);
  };

  /** A key, a paste, or an equivalent of one. */
  readonly press = (intent: Intent): void => {
    if (intent.type === 'quit') return this.#ports.quit();
    if (intent.type !== 'interrupt') this.#shell.typed();
    const isHabit = this.#justAnswered && intent.type === 'enter';
    this.#justAnswered = false;
    if (isHabit) return;
    // Ctrl-C never waits; where it drops the line, it also drops the keys that wait.
    if (this.#held !== undefined && intent.type !== 'interrupt') return void this.#held.push(intent);
    if (!this.#shell.state.foreground) this.#held = undefined;
    if (intent.type === 'command') this.#submit([intent.line]);
    else if (this.#answer !== undefined) this.#reply(this.#answer, intent);
    else this.#edit(intent);
    this.changed();
  };

  // A new question is answered on an empty line; the unfinished line waits.
  #follow(): void {
    const { question } = this.#shell.state;
    if (question?.id === this.#answer?.id) return;
    const typed = this.#answer?.editor.text ?? '';
    if (this.#typedAhead && this.#line.text === '')
      this.#line = { ...this.#line, text: typed, cursor: typed.length };
    this.#typedAhead = question?.keys !== undefined;
    this.#answer = question === undefined ? undefined : { id: question.id, editor: emptyEditor() };
  }

  #edit(action: Action): void {
    const { foreground } = this.#shell.state;
    const busy = action.type === 'interrupt' && (action.busy || foreground || this.#queue.isRunning);
    const { state, effects } = edit(this.#line, busy ? { type: 'interrupt', busy } : action);
    this.#line = state;
    for (const effect of effects) this.#obey(effect);
  }

  #obey(effect: Effect): void {
    switch (effect.type) {
      case 'submit':
        return this.#submit(effect.lines);
      case 'complete':
        return this.#complete(effect);
      case 'discard':
        return this.print([{ kind: 'hint', text: shown(`${this.#shell.state.prompt}${effect.text}^C`) }]);
      case 'interrupt':
        this.#queue.drop();
        return this.#shell.interrupt();
      case 'eof':
        return this.#submit(['quit']);
      case 'clear':
        return this.#ports.write(clearScreen);
      case 'suspend':
        return this.#ports.suspend();
      case 'bell':
        this.#ports.ring();
        return;
    }
  }

  // The answer may take a while: keys that come before it apply to the completed line.
  #complete({ text, cursor }: Extract<Effect, { type: 'complete' }>): void {
    const held: Intent[] = [];
    this.#held = held;
    const settle = (completions: Completions): void => {
      if (this.#held !== held) return;
      this.#held = undefined;
      this.#edit({ type: 'completions', completions });
      for (const intent of held) this.press(intent);
      this.changed();
    };
    const nothing = { from: cursor, items: [] };
    this.#shell.complete(text, cursor).then(settle, () => settle(nothing));
  }

  #submit(lines: readonly string[]): void {
    this.#queue.add(lines);
    this.#remember();
  }

  #remember(): void {
    this.#edit({ type: 'history', lines: this.#shell.history() });
  }

  #stopped(left: number): void {
    const which = left === 1 ? 'The last pasted line was' : `The other ${left} pasted lines were`;
    this.print([{ kind: 'hint', text: shown(`${which} not run.`) }]);
  }

  #reply({ id, editor }: { readonly id: number; readonly editor: EditorState }, action: Action): void {
    if (action.type === 'suspend' || action.type === 'clear') return this.#obey({ type: action.type });
    const keys = this.#shell.state.question?.keys;
    if (keys !== undefined && this.#isTyping(editor, keys, action))
      return this.#typeAhead(id, editor, action);
    const gone = action.type === 'interrupt' || action.type === 'escape';
    if (gone || (action.type === 'eof' && editor.text === '')) return this.#shell.answer(id, undefined);
    // An answer is one line without history and completion.
    if (action.type === 'complete' || action.type === 'search' || action.type === 'recall') return;
    if (keys !== undefined)
      return action.type === 'insert' ? this.#answered(id, action.text.toLowerCase()) : this.#ports.ring();
    const { state, effects } = edit(editor, action.type === 'paste' ? oneLine(action) : action);
    this.#answer = { id, editor: state };
    for (const effect of effects)
      if (effect.type === 'submit') this.#answered(id, effect.lines[0] ?? '');
      else if (effect.type === 'bell') this.#obey(effect);
  }

  /** Whether it belongs to the next line and not to the question, which one key answers while nothing else is typed. */
  #isTyping(editor: EditorState, keys: readonly string[], action: Action): boolean {
    if (editor.text !== '' || editor.pasted !== undefined) return true;
    if (action.type === 'insert') return keyOf(action.text, keys) === undefined;
    return action.type === 'paste';
  }

  /** The next line, typed while a question is open: it waits, and the question stays. */
  #typeAhead(id: number, editor: EditorState, action: Action): void {
    const { state, effects } = edit(editor, action);
    this.#answer = { id, editor: state };
    for (const effect of effects)
      if (effect.type !== 'complete' && effect.type !== 'interrupt') this.#obey(effect);
  }

  #answered(id: number, value: string): void {
    this.#justAnswered = this.#shell.state.question?.keys !== undefined;
    const question = this.#shell.state.question?.text ?? '';
    this.print([{ kind: 'echo', text: shown(`${question.trimEnd()} ${value}`) }]);
    this.#shell.answer(id, value);
  }

  #look(): RegionInput {
    const { prompt, transfers, server, foreground, question, longWork } = this.#shell.state;
    return {
      prompt,
      editor: this.#answer?.editor ?? this.#line,
      question: question?.text,
      transfers,
      server,
      foreground,
      longWork,
      waiting: this.#queue.waiting,
      ...this.#ports.size(),
      ascii: this.#ports.ascii(),
      color: this.#ports.color,
    };
  }
}

function oneLine(paste: Extract<Action, { type: 'paste' }>): Action {
  return { type: 'paste', text: paste.text.replace(/[\r\n]+$/, '').replace(/[\r\n]+/g, ' ') };
}
