// The completion script for bash: sourced by bash itself, and asked as Tab asks it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderBash } from '../../../src/shell/program/bash-completion.ts';
import { programFlags } from '../../../src/shell/program/flags.ts';
import { registry } from '../../../src/shell/commands/registry.ts';
import { settingsTable } from '../../../src/shell/settings/table.ts';
import { topics } from '../../../src/shell/help/topics.ts';
import { temporaryDirectories } from '../../files/disk.ts';

const directory = temporaryDirectories();
const script = renderBash();
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
      ['bash'],
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
