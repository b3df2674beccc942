// Help, topics and the man page: complete, and nothing wider than a terminal.
import { describe, expect, it } from 'vitest';
import { wrapped } from '../../../src/trace/text/wrap.ts';
import { flagForm, groupLines, helpOn, overview, topicLines } from '../../../src/shell/help/help.ts';
import { pageWidth } from '../../../src/shell/help/page-width.ts';
import { renderManual } from '../../../src/shell/program/man-page.ts';
import { programFlags } from '../../../src/shell/program/flags.ts';
import { commandGroups } from '../../../src/shell/language/command.ts';
import { registry } from '../../../src/shell/commands/registry.ts';
import { settingsTable } from '../../../src/shell/settings/table.ts';
import { findTopic, topics } from '../../../src/shell/help/topics.ts';
import { rig } from '../fake-engine.ts';

describe('wrapping', () => {
  it('breaks between words, indents what follows, and never loses one', () => {
    const lines = wrapped('word '.repeat(40).trim(), pageWidth, { first: '  name  ', indent: 8 });
    expect(lines.every((line) => line.length <= 79)).toBe(true);
    expect(lines.slice(1).every((line) => line.startsWith('        word'))).toBe(true);
    expect(lines.join(' ').match(/word/g)).toHaveLength(40);
    expect(wrapped('x'.repeat(100), pageWidth)).toEqual(['x'.repeat(100)]);
  });
});

describe('help', () => {
  it('is an index of every command and topic that fits 24 rows of 80 columns', () => {
    const lines = overview(registry, topics);
    const words = lines.join(' ').split(/\s+/);
    for (const { name } of [...registry, ...topics]) expect(words).toContain(name);
    for (const line of lines) expect(line.length, line).toBeLessThan(80);
    expect(lines.length).toBeLessThanOrEqual(20);
  });

  it('a group tells what each of its commands does; wide windows are used', () => {
    for (const width of [79, 119]) {
      const lines = commandGroups.flatMap((group) => groupLines(group, registry, topics, width) ?? []);
      for (const { name, summary } of registry) {
        expect(lines.some((line) => line.startsWith(`  ${name} `))).toBe(true);
        expect(lines.join(' ').replace(/ +/g, ' ')).toContain(summary);
      }
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
    expect(groupLines('topics', registry, topics)?.[0]).toBe('topics:');
    expect(groupLines('nothing', registry, topics)).toBeUndefined();
  });

  it.each(registry.map((command) => [command.name, command] as const))(
    '%s: every form, flag and example is told, within 79 columns',
    (_, command) => {
      const lines = helpOn(command);
      const text = lines.join('\n').replace(/\s+/g, ' ');
      for (const form of command.usage) expect(text).toContain(`${command.name} ${form}`.trim());
      for (const flag of command.flags ?? []) {
        expect(text).toContain(flagForm(flag));
        expect(text).toContain(flag.summary);
        expect(flag.summary).not.toMatch(/\.$/);
      }
      for (const example of command.examples) expect(lines).toContain(`  ${example}`);
      for (const alias of command.aliases)
        expect(text).toMatch(new RegExp(`^${command.name}[a-z, ?]*, ${alias.replace('?', '\\?')}[,:]`));
      for (const line of lines) expect(line.length, line).toBeLessThan(80);
    },
  );

  it.each(topics.map((topic) => [topic.name, topic] as const))('topic %s fits', (_, topic) => {
    const lines = topicLines(topic);
    expect(lines[0]).toBe(`${topic.name}: ${topic.summary}`);
    for (const line of lines) expect(line.length, line).toBeLessThan(80);
    expect(lines.join('\n')).not.toMatch(/\n\n\n/);
  });

  it('has the topics that were promised', () => {
    const names = topics.map(({ name }) => name);
    for (const name of ['options', 'status-codes', 'netascii', 'keys', 'firewalls', 'scripts'])
      expect(names).toContain(name);
    expect(findTopic('firew')?.name).toBe('firewalls');
    expect(findTopic('s')).toBeUndefined();
    expect(findTopic('nothing')).toBeUndefined();
  });

  it('shows a rule with backslashes exactly as it is typed', () => {
    expect(topicLines(findTopic('serving')!).join('\n')).toContain('\n  rg \\\\ /  ');
  });

  it('tells a command, a topic, or both', async () => {
    const { run } = rig();
    expect((await run('help firew')).lines[0]).toMatch(/^firewalls: /);
    expect((await run('help pu')).lines[0]).toBe('put, p: send files');
    const both = (await run('help options')).lines;
    expect(both[0]).toMatch(/^options: offer/);
    expect(both).toContain('options: what client and server agree on before the first block');
    expect((await run('help netascii')).lines[0]).toMatch(/^netascii: /);
    expect((await run('help gte')).lines[0]).toBe('?Invalid command "gte". Did you mean "get"?');
  });

  it('names only commands and settings that exist', () => {
    const names = new Set([
      ...registry.flatMap(({ name, aliases }) => [name, ...aliases]),
      'tftpsh',
      'fg',
      ...['tcpdump', 'nobody'],
    ]);
    const quoted = topics
      .filter(({ name }) => name !== 'library')
      .flatMap(({ blocks }) => blocks.flatMap((block) => ('text' in block ? [block.text] : [])))
      .flatMap((text) => [...text.matchAll(/`([a-z]+)[^`:]*`/g)].map((match) => match[1]!));
    expect(quoted.length).toBeGreaterThan(10);
    expect(quoted.filter((word) => !names.has(word))).toEqual([]);
  });

  it('the list of settings fits too', async () => {
    const { run } = rig();
    const { lines } = await run('set');
    for (const line of lines) expect(line.length, line).toBeLessThan(80);
    expect(lines.filter((line) => line.includes('next "serve"'))).toHaveLength(1);
  });
});

describe('the man page', () => {
  const page = renderManual('1.2.3');

  it('has every command, flag, setting and topic', () => {
    const dashed = (text: string): string =>
      text
        .replaceAll('-', '\\-')
        .replace(/[^ -~]/g, (c) => `\\[u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);
    for (const { name, usage } of registry)
      for (const form of usage) expect(page).toContain(`\\fB${dashed(`${name} ${form}`.trim())}\\fR`);
    for (const { name } of programFlags) expect(page).toContain(dashed(`--${name}`));
    for (const { name } of settingsTable) expect(page).toContain(`.TP\n\\fB${dashed(name)}\\fR`);
    expect(page).toContain('.TH TFTPSH 1 "" "tftpsh 1.2.3"');
  });

  it('is plain ASCII, and no line of text is a request', () => {
    expect(page).toMatch(/^[\n -~]*$/);
    const requests = new Set(
      page
        .split('\n')
        .filter((line) => /^[.']/.test(line))
        .map((line) => line.split(' ')[0]),
    );
    for (const request of requests)
      expect([
        '.TH',
        '.SH',
        '.SS',
        '.TP',
        '.TQ',
        '.IP',
        '.PP',
        '.RS',
        '.RE',
        '.B',
        '.br',
        '.nf',
        '.fi',
      ]).toContain(request);
  });
});
