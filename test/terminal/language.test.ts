// The whole language, typed at a terminal of two sizes: every command runs, says what it should, and leaves a transcript
// in which nothing is missing, broken or drawn twice.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../src/shell/commands/registry.ts';
import { lookUp } from '../../src/shell/language/lookup.ts';
import { language } from './language.ts';
import { bundle } from './program.ts';
import { Stage } from './stage.ts';

let product: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  product = await bundle('src/cli.ts');
});
afterAll(() => product.remove());

/** What the last lines do to the screen is looked at apart. */
const last = ['clear', 'quit'];

it('every command has its line', () => {
  const typed = [...language.map(({ line }) => line), ...last].map((line) =>
    lookUp(line.split(' ')[0] ?? '', registry),
  );
  const names = typed.flatMap((found) => (found.type === 'found' ? [found.command.name] : []));
  expect(registry.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
});

describe.each([
  [120, 40],
  [80, 24],
])('at %d × %d', (columns, rows) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open(product.path, { columns, rows });
  });
  afterAll(() => stage.close());
  afterEach(() => expect(Math.max(...stage.program.heights())).toBeLessThanOrEqual(rows - 2));

  it.each(language)('$line', async (step) => {
    const from = stage.prompt;
    if (step.connects === true) stage.prompt = stage.ownPrompt();
    stage.program.write(`${step.line}\r`);
    if (step.view !== undefined) await leave(step.view);
    const said = await stage.said(step.line, step.says, from);
    if (step.rows !== undefined) expect(said.filter((row) => step.rows?.test(row) === false)).toEqual([]);
  });

  async function leave(view: RegExp): Promise<void> {
    const { program } = stage;
    await program.until((): boolean => program.isOn(1049) && view.test(program.screen().join('\n')));
    expect(program.broken()).toEqual([]);
    program.write('\u001b');
    await program.until((): boolean => !program.isOn(1049));
  }

  it('has every line once and in order, each row whole, and the files are there', async () => {
    const { transcript, region } = stage.parts();
    const echoes = transcript.filter((row) => /^tftp(?: \S+)?> /.test(row));
    expect(echoes.map((row) => row.replace(/^tftp(?: \S+)?> /, ''))).toEqual(
      language.map(({ line }) => line),
    );
    expect(transcript.filter((row) => /^[↓↑] |\^[CD] /.test(row))).toEqual([]);
    expect(region).toHaveLength(2);
    // One line is there to be copied: it is broken by the terminal alone, which puts it together again.
    const broken = stage.program.broken().map((line) => line.slice(0, 7));
    expect(broken).toEqual(columns < 100 ? ['tftpsh '] : []);
    for (const file of ['here/boot.cfg', 'here/a.cfg', 'here/again.cfg', 'out/b.cfg'])
      expect(await readFile(join(stage.folder, file), 'utf8')).toBe('x'.repeat(4102));
    expect(await readFile(join(stage.folder, 'share/up.txt'), 'utf8')).toBe('up\n');
  });

  it(last.join(', '), async () => {
    const { program } = stage;
    program.write('clear\r');
    await program.until((): boolean => program.screen()[0] === stage.prompt.trimEnd());
    expect(program.cursorRow()).toBe(`${stage.prompt}|`);
    expect(program.screen().filter((row) => row !== '')).toHaveLength(2);
    program.write('quit\r');
    await program.until((): boolean => program.exit !== undefined);
    expect(program.exit).toBe(0);
    expect([1049, 2004].map((mode) => program.isOn(mode))).toEqual([false, false]);
  });
});
