// history, show, clear, help, quit: the session itself. Help is rendered from the registry.
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { commandGroups } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { exitStatusTable } from '../exit-status.ts';
import type { Session } from '../session.ts';

function history(_call: Call, session: Session): number {
  const all = session.lines.entries;
  const from = Math.max(0, all.length - 100);
  session.print(
    all
      .slice(from)
      .map((line, i) => say`${printable(String(from + i + 1).padStart(5))}  ${printable(line, 4096)}`),
  );
  return 0;
}

function show(call: Call, session: Session): number {
  const [word] = call.words;
  if (word?.text !== 'command') return session.misuse(call, word, say`There is "show command".`);
  if (session.equivalent === undefined)
    return session.misuse(call, undefined, say`No get or put has been done yet.`);
  session.print([session.equivalent]);
  return 0;
}

function clear(_call: Call, session: Session): number {
  session.store.update({ cleared: (session.state.cleared ?? 0) + 1 });
  return 0;
}

function quit(_call: Call, session: Session): number {
  session.leave(0);
  return 0;
}

function help(call: Call, session: Session): number {
  const [word] = call.words;
  if (word === undefined) session.print(overview(session.commands));
  else if (word.text === 'status-codes') session.print(statusLines());
  else {
    const found = session.lookUp(word.text);
    if (found.type === 'unknown') return session.misuse(call, word, found.message);
    session.print(helpOn(found.command));
  }
  return 0;
}

function overview(commands: readonly Command[]): readonly Printable[] {
  const lines: Printable[] = [
    say`Commands may be abbreviated. "help COMMAND" tells more; !CMD runs one here.`,
  ];
  for (const group of commandGroups) {
    lines.push(say``, printable(group));
    for (const { name, summary } of commands.filter((one) => one.group === group))
      lines.push(printable(`  ${name.padEnd(11)} ${cut(summary, 66)}`));
  }
  lines.push(
    say``,
    say`"help status-codes": exit statuses. A last & runs a line beside the prompt.`,
  );
  return lines;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Everything that the registry knows about a command. */
export function helpOn({
  name,
  aliases,
  usage,
  summary,
  details,
  flags,
  examples,
}: Command): readonly Printable[] {
  const lines = [`${name}: ${summary}`];
  usage.forEach((form, i) => lines.push(`${i === 0 ? 'Usage: ' : '       '}${name} ${form}`.trimEnd()));
  if (aliases.length > 0) lines.push(`Also:  ${aliases.join(', ')}`);
  for (const detail of details ?? []) lines.push(`  ${detail}`);
  for (const flag of flags ?? []) {
    const form = flag.value === undefined ? flag.name : `${flag.name} ${flag.value}`;
    lines.push(`  ${form.padEnd(15)} ${flag.summary}`);
  }
  lines.push(`For example: ${examples.join(' · ')}`);
  return lines.map((line) => printable(line, 400));
}

function statusLines(): readonly Printable[] {
  return exitStatusTable.map(([status, meaning]) => printable(`${String(status).padStart(4)}  ${meaning}`));
}

export const sessionCommands: readonly Command[] = [
  {
    name: 'history',
    aliases: [],
    group: 'session',
    usage: [''],
    summary: 'the last hundred lines',
    args: [],
    examples: ['history'],
    run: history,
  },
  {
    name: 'show',
    aliases: [],
    group: 'session',
    usage: ['command'],
    summary: 'the last get or put as one line for a script',
    args: [{ name: 'command', kind: 'word', words: ['command'] }],
    examples: ['show command'],
    run: show,
  },
  {
    name: 'clear',
    aliases: [],
    group: 'session',
    usage: [''],
    summary: 'empty the screen',
    args: [],
    examples: ['clear'],
    run: clear,
  },
  {
    name: 'help',
    aliases: ['?', 'h'],
    group: 'session',
    usage: ['[COMMAND]', 'status-codes'],
    summary: 'all commands, or one of them',
    args: [{ name: 'COMMAND', kind: 'command', optional: true }],
    examples: ['help', 'help get', '?'],
    run: help,
  },
  {
    name: 'quit',
    aliases: ['q', 'exit', 'bye'],
    group: 'session',
    usage: [''],
    summary: 'leave; Ctrl-D does too',
    args: [],
    examples: ['quit'],
    run: quit,
  },
];
