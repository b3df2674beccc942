// Makes the code cache of dist/. The program writes one when it ends and found none; here it transfers a small file, so
// that what such a run compiles is in the cache.
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export async function makeCodeCache() {
  const { TftpServer } = await import('../dist/index.js');
  const folder = await mkdtemp(resolve('dist', 'cache-'));
  const server = new TftpServer({ read: () => new Uint8Array(1024) });
  try {
    const { port } = await server.listen({ port: 0 });
    const words = ['get', `tftp://127.0.0.1:${port}/k.bin`, join(folder, 'copy')];
    const env = { PATH: process.env.PATH, XDG_CACHE_HOME: folder };
    await promisify(execFile)(process.execPath, ['dist/cli.cjs', ...words], { env });
    const [name] = await readdir(join(folder, 'tftpsh'));
    await chmod(join(folder, 'tftpsh', name), 0o644);
    await rename(join(folder, 'tftpsh', name), 'dist/program.js.cache');
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
