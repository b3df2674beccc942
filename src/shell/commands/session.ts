// history, show, clear, help and quit: commands about the session. Help is rendered from the registry.
import { printable, say, typed, type Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { groupLines, helpOn, overview, topicLines } from '../help/help.ts';
import { yesNo } from '../session/questions.ts';
import { quitQuestion } from '../session/state.ts';
import type { Command, ShellContext } from '../session/context.ts';
import { lookUp } from '../language/lookup.ts';

function history(_call: Call, shell: ShellContext): number {
  const all = shell.history();
  const from = Math.max(0, all.length - 100);
  shell.output.print(
    all
      .slice(from)
      .map((line, i) => say`${printable(String(from + i + 1).padStart(5))}  ${typed(line, 4096)}`),
  );
  return 0;
}

function show(call: Call, shell: ShellContext): number {
  const [word] = call.words;
  if (word?.text !== 'command') return shell.output.misuse(call, word, say`show knows only "command".`);
  if (shell.transfers.scriptLine === undefined)
    return shell.output.misuse(call, undefined, say`No get or put yet.`);
  // The kind `echo` keeps it on one line, so that the user can copy it.
  shell.output.print([shell.transfers.scriptLine], 'echo');
  return 0;
}

function clear(_call: Call, shell: ShellContext): number {
  shell.output.clear();
  return 0;
}

async function quit(call: Call, shell: ShellContext): Promise<number> {
  const { transfers } = shell;
  if (transfers.busy && shell.questions.canAsk && !call.flags.has('-f')) {
    const running = transfers.rows().length;
    if ((await shell.questions.choose(quitQuestion(running), yesNo)) !== 'y') return 0;
  }
  shell.leave(0);
  return 0;
}

async function help(call: Call, shell: ShellContext): Promise<number> {
  const { findTopic, topics } = await import('../help/topics.ts');
  const [word] = call.words;
  if (word === undefined) {
    shell.output.print(overview(shell.commands, topics, shell.output.pageWidth));
    return 0;
  }
  const found = lookUp(word.text, shell.commands);
  // A word such as options names a command and a topic. A topic's prefix must not hide a command.
  const topic = found.type === 'found' ? topics.find(({ name }) => name === word.text) : findTopic(word.text);
  const partsIn = (width: number): readonly (readonly Printable[])[] =>
    [
      found.type === 'found' ? helpOn(found.command, width) : undefined,
      topic === undefined ? undefined : topicLines(topic, width),
      groupLines(word.text, shell.commands, topics, width),
    ].filter((part) => part !== undefined);
  if (found.type === 'unknown' && partsIn(shell.output.pageWidth).length === 0)
    return shell.output.misuse(call, word, found.message);
  const lines = (width: number): readonly Printable[] =>
    partsIn(width).flatMap((part, at) => (at === 0 ? part : [say``, ...part]));
  return shell.views.showLines(say`help ${printable(word.text)}`, lines);
}

export const sessionCommands: readonly Command[] = [
  {
    name: 'history',
    aliases: [],
    group: 'session',
    usage: [''],
    summary: 'show the last hundred lines',
    args: [],
    examples: ['history'],
    run: history,
  },
  {
    name: 'show',
    aliases: [],
    group: 'session',
    usage: ['command'],
    summary: 'show the last get or put as one line for a script',
    args: [{ name: 'command', kind: 'word', words: ['command'] }],
    examples: ['show command'],
    run: show,
  },
  {
    name: 'clear',
    aliases: [],
    group: 'session',
    usage: [''],
    summary: 'clear the screen',
    args: [],
    examples: ['clear'],
    run: clear,
  },
  {
    name: 'help',
    aliases: ['?', 'h'],
    group: 'session',
    usage: ['[COMMAND|GROUP|TOPIC]'],
    summary: 'list all commands, or explain a command, a group or a topic',
    args: [{ name: 'COMMAND', kind: 'command', optional: true }],
    examples: ['help', 'help get', 'help packets', 'help firewalls', '?'],
    run: help,
  },
  {
    name: 'quit',
    aliases: ['q', 'exit', 'bye'],
    group: 'session',
    usage: [''],
    summary: 'quit (also Ctrl-D); asks first if a transfer is running',
    args: [],
    flags: [{ name: '-f', summary: 'do not ask' }],
    examples: ['quit', 'quit -f'],
    run: quit,
  },
];
