// serve: starts, changes, shows and stops our own server. The code that offers files is loaded when a server starts.
import { basename } from 'node:path';
import { printable, say } from '../../wire/text.ts';
import type { Call, Form } from '../language/command.ts';
import { isMisuse } from '../language/misuse.ts';
import type { ServeRequest } from '../server/offering.ts';
import { wishes as confineWishes } from '../server/confinement.ts';
import { reportMisuse, startServer } from '../server/start-server.ts';
import { serveFlags, serveSettings } from '../server/serve-flags.ts';
import { rewriteLines, statusLines, unreachableHint } from '../server/status-lines.ts';
import { listeningText } from '../server/embedded-server.ts';
import { showServer, stopServer } from './server.ts';
import type { Command, ShellContext } from '../session/context.ts';
import type { Chosen } from '../settings/table.ts';
import { counted } from '../../trace/text/quantities.ts';

/** One form of the command, chosen by its first word. */
interface ServeForm extends Form {
  readonly run: (call: Call, shell: ShellContext) => Promise<number> | number;
}

const forms: readonly ServeForm[] = [
  {
    word: 'stop',
    summary: 'stop our server; running transfers get a short time to finish',
    args: [],
    run: stop,
  },
  {
    word: 'log',
    summary: 'show its log; FILE: write it to that file too; none: to no file',
    args: [{ name: 'FILE', kind: 'local', optional: true, words: ['none'] }],
    run: showLog,
  },
  {
    word: 'address',
    summary: 'show our address as HOST would reach it',
    args: [{ name: 'HOST', kind: 'host', optional: true }],
    run: showAddress,
  },
  {
    word: 'add',
    summary: 'offer one more file',
    args: [
      { name: 'FILE', kind: 'local' },
      { name: 'as', kind: 'word', optional: true, words: ['as'] },
      { name: 'NAME', kind: 'text', optional: true },
    ],
    flags: serveFlags.map(({ name }) => name),
    run: add,
  },
  {
    word: 'drop',
    summary: 'stop offering a file',
    args: [{ name: 'NAME', kind: 'offered' }],
    run: drop,
  },
  {
    word: 'rewrite',
    summary: 'show how the rules rewrite a name',
    args: [{ name: 'NAME', kind: 'text' }],
    flags: ['--rewrite', '--write'],
    run: showRewrite,
  },
];

async function serve(call: Call, shell: ShellContext): Promise<number> {
  const [first] = call.words;
  const form = forms.find(({ word }) => word === first?.text);
  if (first === undefined || form !== undefined) {
    const unfit = [...call.flags.keys()].find((name) => form?.flags?.includes(name) !== true);
    if (unfit === undefined) return form === undefined ? showStatus(call, shell) : form.run(call, shell);
    const what =
      first === undefined ? 'serve without DIR or FILE shows the status; it' : `serve ${first.text}`;
    return shell.output.misuse(call, call.flags.get(unfit), printable(`${what} takes no ${unfit}.`));
  }
  if (shell.server.running)
    return shell.output.misuse(
      call,
      first,
      printable(
        'Our server is already running. "serve stop" ends it; "serve add FILE" offers one more file.',
      ),
    );
  const status = await startServer(call, shell, async (settings) => {
    const { openOffering } = await import('../server/offering.ts');
    return openOffering(await requestOf(shell, call, settings));
  });
  // One command at a terminal: the screen is all there is to see.
  const isOneShot = !shell.system.interactive && shell.views.canShow;
  return status === 0 && isOneShot ? showServer(shell, true) : status;
}

async function requestOf(shell: ShellContext, call: Call, settings: Chosen): Promise<ServeRequest> {
  const { directory, system, runProgram: run } = shell;
  const { neighbours } = await import('../server/neighbours.ts');
  return {
    call,
    settings,
    directory,
    tower: system.tower,
    atPrompt: system.interactive,
    macOf: neighbours({ clock: system.tower.clock, run }),
  };
}

/** `add FILE [as NAME]`; starts a server if none is running. */
async function add(call: Call, shell: ShellContext): Promise<number> {
  const [, file, as, name, extra] = call.words;
  if (file === undefined) return shell.output.misuse(call, undefined, say`serve add needs a file.`);
  if (extra !== undefined || (as !== undefined && (as.text !== 'as' || name === undefined)))
    return shell.output.misuse(call, extra ?? as, say`Give one file and its name: serve add FILE as NAME.`);
  const { addFile, filesOffering } = await import('../server/offering.ts');
  const entry = { word: file, name: name?.text ?? basename(file.text), ...(name && { named: name }) };
  const { server: serving } = shell;
  if (!serving.running)
    return startServer(call, shell, async (settings) =>
      filesOffering(await requestOf(shell, call, settings), [entry]),
    );
  const flag = [...call.flags.values()][0];
  if (flag !== undefined)
    return shell.output.misuse(
      call,
      flag,
      say`Our server is already running; flags work only when it starts.`,
    );
  const files = serving.serve?.files;
  if (files === undefined) return notSingle(call, shell);
  const wrong = await addFile(files, entry, {
    directory: shell.directory,
    atPrompt: shell.system.interactive,
  });
  if (wrong !== undefined) return shell.output.misuse(call, wrong.word, wrong.message);
  reportOffered(shell, entry.name, true);
  return 0;
}

function notSingle(call: Call, shell: ShellContext): number {
  const root = shell.server.root ?? say``;
  return shell.output.misuse(call, call.words[0], say`Our server offers ${root}, not single files.`);
}

function drop(call: Call, shell: ShellContext): number {
  const [, name, extra] = call.words;
  if (name === undefined || extra !== undefined)
    return shell.output.misuse(call, extra, say`serve drop needs one name; "ls" lists the names.`);
  if (!shell.server.running) return noServer(call, shell);
  const files = shell.server.serve?.files;
  if (files === undefined) return notSingle(call, shell);
  if (!files.drop(name.text))
    return shell.output.misuse(call, name, say`No file with that name is offered. "ls" lists the names.`);
  reportOffered(shell, name.text, false);
  return 0;
}

function reportOffered(shell: ShellContext, name: string, offered: boolean): void {
  shell.server.changed();
  const shown = printable(name);
  const files = shell.server.serve?.files?.names.length ?? 0;
  const text = offered
    ? say`${shown} is offered; ${counted(files, 'file')} in all.`
    : say`${shown} withdrawn; ${counted(files, 'file')} left. Running transfers continue.`;
  shell.output.emit({ event: 'offered', name: shown, offered }, [{ kind: 'plain', text }]);
}

async function showLog(call: Call, shell: ShellContext): Promise<number> {
  return (await import('../server/log/records.ts')).serveLog(call, shell);
}

async function stop(_call: Call, shell: ShellContext): Promise<number> {
  if (!shell.server.running) {
    shell.output.print([say`Our server is not running.`]);
    return 0;
  }
  await stopServer(shell);
  return 0;
}

function showStatus(_call: Call, shell: ShellContext): number {
  shell.output.print(statusLines(shell.server, shell.output.pageWidth));
  return 0;
}

async function showAddress(call: Call, shell: ShellContext): Promise<number> {
  const [, host, extra] = call.words;
  if (extra !== undefined) return shell.output.misuse(call, extra, say`serve address takes one host.`);
  const { local } = shell.server;
  if (local === undefined) return noServer(call, shell);
  const address = host === undefined ? local.address : await shell.engine.addressFor(host.text);
  shell.output.print([listeningText([{ address, port: local.port }])]);
  const hint = host === undefined ? undefined : unreachableHint(shell.server, address, host.text);
  if (hint !== undefined) shell.output.print([hint], 'hint');
  return 0;
}

function noServer(call: Call, shell: ShellContext): number {
  return shell.output.misuse(call, undefined, say`Our server is not running. Try "serve DIR".`);
}

/** Shows how the rules of the running server, or those of a file, rewrite a name. */
async function showRewrite(call: Call, shell: ShellContext): Promise<number> {
  const [, name, extra] = call.words;
  if (name === undefined || extra !== undefined)
    return shell.output.misuse(call, extra, say`serve rewrite needs one name, as a client would request it.`);
  const settings = serveSettings(call, shell.settings.chosen);
  if (isMisuse(settings)) return shell.output.misuse(call, settings.word, settings.message);
  const { rulesOf } = await import('../server/offering.ts');
  const running = call.flags.has('--rewrite') ? undefined : shell.server.serve?.rules;
  const rules = running ?? (await rulesOf({ call, settings, directory: shell.directory }));
  if (rules === undefined)
    return shell.output.misuse(call, undefined, say`No rewrite rules loaded (use --rewrite FILE).`);
  if (isMisuse(rules)) return reportMisuse(call, shell, rules);
  const op = call.flags.has('--write') ? 'WRQ' : 'RRQ';
  shell.output.print(
    await rewriteLines(rules, name.text, { op, address: shell.peer.current?.address ?? '127.0.0.1' }),
  );
  return 0;
}

export const serveCommand: Command = {
  name: 'serve',
  aliases: [],
  group: 'server',
  usage: [
    'DIR [flags]',
    'FILE… [flags]',
    'https://HOST/PATH/ [flags]',
    'tftp://HOST[:PORT]/PATH [flags]',
    'add FILE [as NAME]',
    'drop NAME',
    'stop',
    'log [FILE]',
    'address [HOST]',
    'rewrite NAME',
    '',
  ],
  summary: 'run our own server: offer a directory, single files, or the files of another server',
  details: [
    'Without arguments it shows its status. By default it is read-only and listens on 127.0.0.1:6969.',
    'A FILE is offered under its own name, and nothing else can be reached. add and drop change the set.',
    'An address offers the files of that web server or TFTP server; each is fetched when a client requests it.',
    'address shows our address as HOST would reach it; rewrite shows how the rules rewrite a name. Write ./stop for a directory named stop.',
    'Each flag is also a setting: see "set".',
  ],
  args: [
    { name: 'DIR', kind: 'local' },
    { name: 'FILE', kind: 'local', many: true },
  ],
  flags: [
    ...serveFlags,
    {
      name: '--confine',
      value: 'WISH',
      kind: 'word',
      words: confineWishes,
      summary:
        'let the kernel refuse every other file to "tftpsh serve DIR": auto (default; where it can), off, or require',
    },
    { name: '--impair', value: 'FAULTS', summary: "misbehave on purpose: 'loss 5%; server wrong-tid 2'" },
  ],
  forms,
  examples: [
    'serve .',
    'serve /srv/tftp --lan --port 69 --user tftp',
    'serve uploads --write --allow 10.0.0.0/8',
    'serve fw.bin',
    'serve add build/fw-2.4.bin as fw.bin',
    'serve https://boot.example/images/',
    'serve stop',
  ],
  run: serve,
};
