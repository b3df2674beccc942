// The completion scripts: each is sourced by its own shell, and asked as Tab asks it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { completionScripts } from '../../../src/shell/program/completions/scripts.ts';
import { programFlags } from '../../../src/shell/program/flags.ts';
import { registry } from '../../../src/shell/commands/registry.ts';
import { settingsTable } from '../../../src/shell/settings/table.ts';
import { topics } from '../../../src/shell/help/topics.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { findProgram } from '../../support/debs.ts';
import { Program } from '../../terminal/program.ts';

const directory = temporaryDirectories({ isServed: true });
const script = completionScripts.bash();
const hasBash = ((): boolean => {
  try {
    execFileSync('bash', ['--version']);
    return true;
  } catch {
    console.warn('bash is not here: its completions are not tried');
    return false;
  }
})();

/** What Tab behind each of `lines` offers; a word that is begun is the last one. */
function offered(lines: readonly (readonly string[])[], cwd = '/'): readonly (readonly string[])[] {
  const calls = lines.map((words) => {
    const all = ['tftpsh', ...words].map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${all}); COMP_CWORD=${words.length}; _tftpsh; printf '%s\\n' "\${COMPREPLY[@]}"; echo --`;
  });
  const out = execFileSync('bash', ['--norc', '-u'], {
    cwd,
    input: [script, ...calls].join('\n'),
  }).toString();
  return out
    .split('--\n')
    .slice(0, -1)
    .map((part) => part.split('\n').filter((line) => line !== ''));
}

describe.skipIf(!hasBash)('in bash', () => {
  it('parses', () => {
    execFileSync('bash', ['-n'], { input: script });
  });

  it('commands, at the start, behind flags, a host and -c', () => {
    const names = registry.map(({ name }) => name);
    const lines = [
      [''],
      ['-m', 'octet', ''],
      ['--mode', '=', 'octet', ''],
      ['10.0.0.1', '-c', ''],
      ['10.0.0.1', ''],
    ];
    expect(offered(lines)).toEqual([names, names, names, names, []]);
    expect(offered([['lad'], ['-t', 'lcd', '-']])[0]).toEqual(['ladder']);
  });

  it('flags of the program, and of every command', () => {
    const ours = programFlags.map(({ name }) => `--${name}`);
    const all = offered([['-'], ...registry.map(({ name }) => [name, '-'])]);
    for (const [i, { flags = [] }] of registry.entries())
      for (const flag of [...flags.map(({ name }) => name), ...ours]) expect(all[i + 1]).toContain(flag);
    for (const flag of [...ours, '-m', '-c']) expect(all[0]).toContain(flag);
  });

  it('settings and their values, topics, forms, and values of flags', () => {
    const settings = settingsTable.map(({ name }) => name);
    const lines = [
      ['set', ''],
      ['set', 'hash', ''],
      ['set', 'mode', 'n'],
      ['help', 'firew'],
      ['serve', 'st'],
      ['ladder', '--side', ''],
      ['get', 'x', '--mode', 'n'],
      ['--completions', ''],
      ['serve', 'stop', ''],
      ['unset', 'blk'],
    ];
    expect(offered(lines, directory())).toEqual([
      settings,
      ['on', 'off'],
      ['netascii'],
      ['firewalls'],
      ['stop'],
      ['client', 'server'],
      ['netascii'],
      ['bash', 'zsh', 'fish'],
      [],
      ['blksize'],
    ]);
    expect(topics.map(({ name }) => name)).toContain('firewalls');
  });

  it('files and directories, blanks in them and all', () => {
    const root = directory();
    writeFileSync(join(root, 'my file'), '');
    mkdirSync(join(root, 'my dir'));
    const [files, directories, flag, remote, second] = offered(
      [
        ['put', 'my'],
        ['lcd', 'm'],
        ['serve', '--rewrite', 'my f'],
        ['get', 'm'],
        ['serve', 'add', 'my f'],
      ],
      root,
    );
    expect([...files!].sort()).toEqual(['my dir', 'my file']);
    expect([directories, flag, remote, second]).toEqual([['my dir'], ['my file'], [], ['my file']]);
  });
});

const fish = findProgram('fish', 'fish');
if (fish === undefined) console.warn('fish is not here: its completions are not tried');

describe.skipIf(fish === undefined)('in fish', () => {
  /** What Tab offers after each line: the words, and what they mean. */
  function offered(lines: readonly string[], cwd = '/'): readonly (readonly string[])[] {
    const functions = fish?.folder === undefined ? '' : `${fish.folder}/usr/share/fish/functions`;
    const input = [
      `set -p fish_function_path '${functions}'`,
      completionScripts.fish(),
      ...lines.map((line) => `complete -C 'tftpsh ${line}'; echo ==`),
    ].join('\n');
    const env = { ...process.env, ...fish?.env, HOME: cwd, XDG_DATA_HOME: cwd };
    const path = join(directory(), 'ask.fish');
    writeFileSync(path, input);
    const out = execFileSync(fish?.command ?? '', ['--no-config', path], { cwd, env }).toString();
    const parts = out.split('==\n').slice(0, -1);
    return parts.map((part) => part.split('\n').filter((line) => line !== ''));
  }

  it('commands with what they mean, flags, settings, values, forms and files', () => {
    const root = directory();
    writeFileSync(join(root, 'my file'), '');
    mkdirSync(join(root, 'my dir'));
    const lines = [
      'lad',
      '-t 10.0.0.1 -c lad',
      'get --mkd',
      'set mode ',
      'serve st',
      'put my',
      'lcd m',
      '--mode=n',
    ];
    const ladder = registry.find(({ name }) => name === 'ladder')?.summary;
    const [command, after, flag, values, form, file, folder, attached] = offered(lines, root);
    expect([command, after]).toEqual([[`ladder\t${ladder}`], [`ladder\t${ladder}`]]);
    expect(flag).toEqual(['--mkdir\tmake the directory of -o or LOCAL if it does not exist']);
    expect(values).toEqual(['netascii', 'octet']);
    expect(form?.map((one) => one.split('\t')[0])).toEqual(['stop']);
    expect(file?.map((one) => one.split('\t')[0])).toEqual(['my dir/', 'my file']);
    expect(folder?.map((one) => one.split('\t')[0])).toEqual(['my dir/']);
    expect(attached).toEqual(['--mode=netascii']);
  });
});

const zsh = findProgram('zsh', 'zsh');
if (zsh === undefined) console.warn('zsh is not here: its completions are not tried');

describe.skipIf(zsh === undefined)('in zsh', () => {
  let opened: Program | undefined;
  afterEach(() => opened?.close());

  /** A zsh at its prompt that has sourced the script. */
  async function open(cwd: string): Promise<Program> {
    const folder = zsh?.folder;
    const path = join(cwd, 'tftpsh.zsh');
    writeFileSync(path, completionScripts.zsh());
    const own = [
      `module_path=(${folder}/usr/lib/x86_64-linux-gnu/zsh/5.9)`,
      `fpath=(${folder}/usr/share/zsh/functions/{Completion,Completion/*,Zle,Misc})`,
    ];
    const setup = [
      ...(folder === undefined ? [] : own),
      'autoload -Uz compinit; compinit -u -D',
      `source ${path}`,
      "PS1='zsh> '; clear",
    ];
    writeFileSync(join(cwd, '.zshrc'), setup.join('\n'));
    const env = { ...zsh?.env, ZDOTDIR: cwd, HOME: cwd };
    opened = new Program(zsh?.command ?? '', ['-i', '-d'], { columns: 160, rows: 60, cwd, env });
    await opened.until('zsh>');
    return opened;
  }

  it.each([
    ['lad', 'ladder '],
    ['-t 10.0.0.1 -c lad', '-t 10.0.0.1 -c ladder '],
    ['get --mk', 'get --mkdir '],
    ['set mode n', 'set mode netascii '],
    ['serve st', 'serve stop '],
    ['put my', 'put my\\ file '],
    ['lcd o', 'lcd other/'],
    ['--mode=n', '--mode=netascii '],
  ])('tftpsh %s, Tab', async (typed, becomes) => {
    const root = directory();
    writeFileSync(join(root, 'my file'), '');
    mkdirSync(join(root, 'other'));
    const program = await open(root);
    program.write(`tftpsh ${typed}\t`);
    await program.until(() => program.cursorRow().startsWith(`zsh> tftpsh ${becomes}|`));
  });

  it('lists what the words mean', async () => {
    const program = await open(directory());
    program.write('tftpsh get -\u0004');
    await program.until(/--mkdir +-- make the directory of -o or LOCAL if it does not exist/);
  });
});
