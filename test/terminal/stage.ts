// The product on a terminal with files to move: lines are typed, and what each one has written is read off the screen.
// The rule of program.ts holds here too. What a line has written is what stands between its echo and the next prompt.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { bundle, Program } from './program.ts';
import type { OpenOptions } from './program.ts';

export class Stage {
  readonly program: Program;
  /** With `share`, which the server offers, and `here`, where the program was told to be. */
  readonly folder: string;
  prompt = 'tftp> ';

  private constructor(program: Program, folder: string) {
    this.program = program;
    this.folder = folder;
  }

  /** A program at its first prompt. `large.bin` takes minutes in small blocks. */
  static async open(path: string, options: OpenOptions = {}): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'tftpsh-stage-'));
    for (const name of ['share', 'here']) await mkdir(join(folder, name));
    for (const name of ['boot.cfg', 'a.cfg', 'b.cfg'])
      await writeFile(join(folder, 'share', name), 'x'.repeat(4102));
    await writeFile(join(folder, 'share', 'large.bin'), new Uint8Array(60_000_000));
    await writeFile(join(folder, 'here', 'up.txt'), 'up\n');
    const env = { HOME: folder, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder };
    const program = new Program(process.execPath, [path], { ...options, env, cwd: folder });
    await program.until('tftp>');
    return new Stage(program, folder);
  }

  /** Its own server runs, and is the one that is asked. */
  async serve(): Promise<void> {
    await this.run(`lcd ${this.folder}/here`, 'Local directory now');
    await this.run('serve ../share --port 0 --write', 'listening on');
    this.prompt = this.ownPrompt();
    await this.run('connect self', 'Nothing has been sent', 'tftp> ');
  }

  /** The prompt once the server that runs here is chosen. */
  ownPrompt(): string {
    const [, port] =
      [
        ...this.program
          .all()
          .join('\n')
          .matchAll(/listening on 127\.0\.0\.1:(\d+)/g),
      ].at(-1) ?? [];
    return `tftp 127.0.0.1:${port}> `;
  }

  /** Types a line and Enter, and waits until it has said what it should and the prompt is there again. */
  async run(line: string, says: string | RegExp, prompt = this.prompt): Promise<readonly string[]> {
    this.program.write(`${line}\r`);
    return this.said(line, says, prompt);
  }

  /** What the line that was typed last has written, once that is what it should be. */
  async said(line: string, says: string | RegExp, prompt = this.prompt): Promise<readonly string[]> {
    let rows: readonly string[] = [];
    await this.program.until((): boolean => {
      if (this.program.cursorRow() !== `${this.prompt}|`) return false;
      const { transcript } = this.parts();
      const echo = transcript.findLastIndex((row) => row.startsWith(prompt));
      if (transcript[echo] !== `${prompt}${line}`.trimEnd()) return false;
      const all = transcript.slice(echo + 1);
      // The log of the server may come between.
      rows = all.filter((row) => !row.startsWith('server: '));
      const texts = [rows.join('\n'), all.join('\n')];
      return texts.some((text) => (typeof says === 'string' ? text.includes(says) : says.test(text)));
    });
    return rows;
  }

  /** The rows above the live region, and those of the region. */
  parts(): { readonly transcript: readonly string[]; readonly region: readonly string[] } {
    const all = this.program.all();
    const at = all.findLastIndex((row) => row.startsWith(this.prompt.trimEnd()));
    return { transcript: all.slice(0, at), region: all.slice(at).filter((row) => row !== '') };
  }

  async close(): Promise<void> {
    this.program.close();
    await rm(this.folder, { recursive: true });
  }
}

/** A function that opens stages with the program of this folder. Each is closed after its test. */
export function stages(): (options?: OpenOptions) => Promise<Stage> {
  let product: Awaited<ReturnType<typeof bundle>> | undefined;
  const open: Stage[] = [];
  beforeAll(async () => {
    product = await bundle('src/cli.ts');
  });
  afterAll(() => product?.remove());
  afterEach(() => Promise.all(open.splice(0).map((stage) => stage.close())));
  return async (options) => {
    const stage = await Stage.open(product?.path ?? '', options);
    open.push(stage);
    return stage;
  };
}

/** A function that gives the stage of all tests around it: opened before the first one and closed after the last one. */
export function sharedStage(options: OpenOptions): () => Stage {
  let product: Awaited<ReturnType<typeof bundle>> | undefined;
  let stage: Stage | undefined;
  beforeAll(async () => {
    product = await bundle('src/cli.ts');
    stage = await Stage.open(product.path, options);
  });
  afterAll(async () => {
    await stage?.close();
    await product?.remove();
  });
  return () => {
    if (stage === undefined) throw new Error('the stage is open only in tests');
    return stage;
  };
}
