// What `npm pack` ships is the built program and its papers, and works where it is unpacked, with nothing beside it.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const home = join(import.meta.dirname, '..');

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

describe('X03: the package', () => {
  let folder: string;
  let packed: Packed;
  let manifest: Manifest;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tftpsh-pack-'));
    // What a build left in dist/ is packed: building again belongs to who releases.
    const { stdout } = await run(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
      {
        cwd: home,
      },
    );
    [packed] = JSON.parse(stdout) as [Packed];
    await run('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
    manifest = JSON.parse(await readFile(join(folder, 'package/package.json'), 'utf8')) as Manifest;
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('ships the program, the library, the manual and the papers, and no code, test or dotfile', () => {
    const paths = packed.files.map(({ path }) => path);
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json'];
    expect(paths).toEqual(
      expect.arrayContaining([
        ...papers,
        'dist/cli.cjs',
        'dist/program.js.cache',
        'dist/index.js',
        'dist/tftpsh.1',
      ]),
    );
    const others = paths.filter((path) => !papers.includes(path) && !path.startsWith('dist/'));
    expect(
      others.filter((path) => !/^src\/manual\/(?:lessons\/[a-z-]+\.lesson|[a-z-]+\.md)$/.test(path)),
    ).toEqual([]);
    expect(others).toContain('src/manual/serving.md');
    expect(paths.filter((path) => path.startsWith('dist/bench'))).toEqual([]);
    expect(packed.files.find(({ path }) => path === 'dist/cli.cjs')?.mode).toBe(0o755);
  });

  test('runs nothing when it is installed', () => {
    expect(Object.keys(manifest.scripts).filter((name) => name.includes('install'))).toEqual([]);
  });

  test('names each package that it is built with in the README, with its reason', async () => {
    const readme = await readFile(join(home, 'README.md'), 'utf8');
    for (const name of Object.keys(manifest.dependencies))
      expect(readme).toMatch(new RegExp(`\\| .*\`${name}\`.* \\|`));
  });

  test('works without any other package: the program serves and fetches, the library loads', async () => {
    const program = join(folder, 'package/dist/cli.cjs');
    const at = { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } };
    const { stdout } = await run(process.execPath, [program, '--version'], at);
    expect(stdout).toBe(`tftpsh ${manifest.version}\n`);
    const demo = await run(process.execPath, [program, '--demo', '--plain'], at);
    expect(demo.stdout).toMatch(/✔/);
    const code = "import('./package/dist/index.js').then((all) => console.log(typeof all.TftpClient))";
    expect((await run(process.execPath, ['-e', code], at)).stdout).toBe('function\n');
  });
});
