// One registry: what is in it is complete, and every word finds its command.
import { describe, expect, it } from 'vitest';
import { commandGroups } from '../../../src/shell/language/command.ts';
import { distance, nearest } from '../../../src/shell/language/nearest.ts';
import { parse } from '../../../src/shell/language/parse.ts';
import { registry } from '../../../src/shell/commands/registry.ts';
import { findExact, lookUp } from '../../../src/shell/language/lookup.ts';
import { readCall } from '../../../src/shell/language/command.ts';

function meaning(word: string): string {
  const found = lookUp(word, registry);
  return found.type === 'found' ? found.command.name : found.message;
}

describe('finding a command', () => {
  it.each([
    ['get', 'get'],
    ['g', 'get'],
    ['p', 'put'],
    ['s', 'status'],
    ['q', 'quit'],
    ['c', 'connect'],
    ['m', 'mode'],
    ['b', 'binary'],
    ['a', 'ascii'],
    ['v', 'verbose'],
    ['t', 'trace'],
    ['?', 'help'],
    ['ver', 'verbose'],
    ['stat', 'stat'],
    ['statu', 'status'],
    ['conn', 'connect'],
    ['exit', 'quit'],
    ['by', 'quit'],
    ['blk', 'blksize'],
    ['set', 'set'],
    ['l', '?Ambiguous command "l": ladder, literal, ls, lab, lesson, lcd, lpwd, lls'],
    ['st', '?Ambiguous command "st": stat, status, stats, step'],
    ['ti', 'timeout'],
    ['gt', '?Invalid command "gt". Did you mean "get"?'],
    ['pt', '?Invalid command "pt". Did you mean "put"?'],
    ['conect', '?Invalid command "conect". Did you mean "connect"?'],
    ['xyzzy', '?Invalid command "xyzzy". Try "help".'],
    ['', '?Invalid command "". Try "help".'],
    ['\u001b[2J', '?Invalid command "\\x1b[2J". Try "help".'],
  ])('%j is %s', (word, name) => {
    expect(meaning(word)).toBe(name);
  });

  it('takes only exact names on the command line', () => {
    expect(findExact('get', registry)?.name).toBe('get');
    expect(findExact('ge', registry)).toBeUndefined();
  });
});

describe('nearness', () => {
  it('counts edits, swaps of neighbours as one', () => {
    expect(distance('get', 'get')).toBe(0);
    expect(distance('teg', 'get')).toBe(2);
    expect(distance('gte', 'get')).toBe(1);
    expect(distance('', 'get')).toBe(3);
    expect(nearest('blcksize', ['blksize', 'windowsize'])).toBe('blksize');
    expect(nearest('zzz', ['blksize'])).toBeUndefined();
  });
});

describe('the registry', () => {
  const names = registry.flatMap(({ name, aliases }) => [name, ...aliases]);

  it('has every name once, and every group', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(registry.map(({ group }) => group))).toEqual(new Set(commandGroups));
  });

  it.each(registry.map((command) => [command.name, command] as const))(
    '%s: its examples are calls of it',
    (_, command) => {
      expect(command.summary).not.toMatch(/\.$/);
      expect(command.usage.length).toBeGreaterThan(0);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) {
        const parsed = parse(example);
        if (parsed.type !== 'command') throw new Error(`no command: ${example}`);
        expect(meaning(parsed.words[0]!.text)).toBe(command.name);
        expect(readCall(command, parsed.words)).not.toHaveProperty('ok');
      }
    },
  );
});
