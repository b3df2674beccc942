// Completion: what may stand at the cursor, asked of real disks, a real offering and the registry.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { LatestQuery } from '../../../src/shell/completion/latest-query.ts';
import { parse } from '../../../src/shell/language/parse.ts';
import { registry } from '../../../src/shell/commands/registry.ts';
import { settingsTable } from '../../../src/shell/settings/table.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { rig as rigOf } from '../fake-engine.ts';
import type { Rig } from '../fake-engine.ts';
import { lookingRig } from '../packets/rig.ts';

const directory = temporaryDirectories({ isServed: true });
const linux = process.platform === 'linux';

function disk(...names: readonly string[]): string {
  const root = directory();
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    if (name.endsWith('/')) mkdirSync(join(root, name), { recursive: true });
    else writeFileSync(join(root, name), '');
  }
  return root;
}

function rig(more: Parameters<typeof rigOf>[0] = {}): Rig {
  const stage = rigOf(more);
  onTestFinished(() => stage.session.close());
  return stage;
}

const at = ({ session }: Pick<Rig, 'session'>, line: string) => session.complete(line, line.length);
const labels = async (stage: Pick<Rig, 'session'>, line: string): Promise<readonly string[]> =>
  (await at(stage, line)).items.map(({ label }) => label);
/** The lines that the choices make. */
const lines = async (stage: Pick<Rig, 'session'>, line: string): Promise<readonly string[]> => {
  const { from, items } = await at(stage, line);
  return items.map(({ value }) => line.slice(0, from) + value);
};
const notes = async (stage: Pick<Rig, 'session'>, line: string): Promise<readonly string[]> =>
  (await at(stage, line)).items.map(({ label, note }) => `${label}: ${note ?? ''}`);

describe('words', () => {
  it('commands, by their names and by other names that were begun', async () => {
    const stage = rig();
    expect(await labels(stage, '')).toEqual(registry.map(({ name }) => name));
    expect(await notes(stage, 'conn')).toEqual([
      'connect: choose the server; nothing is sent, because TFTP has no connections',
    ]);
    expect(await labels(stage, 'ex')).toEqual(['explain', 'export', 'extract', 'exit']);
    expect(await labels(stage, 'nothing ')).toEqual([]);
    for (const line of ['!ls', 'get x # ', '# ', 'get x &', 'get "x" "'])
      expect(await labels(stage, line), line).toEqual([]);
  });

  it('flags with what they mean, but none twice, and none behind --', async () => {
    const stage = rig();
    expect(await notes(stage, 'get -')).toEqual([
      '-f: overwrite a local file; write binary to a terminal',
      '-o DIR: directory, or NAME-{}, for all files of the line',
      '--mkdir: make the directory of -o or LOCAL if it does not exist',
      '-j N: N files in parallel',
      '--sha256 HEX: save the file only if this is its SHA-256',
      '--multicast: share one transfer with other clients; needs extensions on',
    ]);
    expect(await labels(stage, 'get -f -')).toEqual([
      '-o DIR',
      '--mkdir',
      '-j N',
      '--sha256 HEX',
      '--multicast',
    ]);
    expect(await labels(stage, 'export -t 2 -')).toEqual([
      '-f, --force',
      '--theme SCHEME',
      '--packets A..B',
      '--filter F',
      '--side SIDE',
    ]);
    expect(await lines(stage, 'export -f')).toEqual(['export -f ']);
    expect(await labels(stage, 'get -- -')).toEqual([]);
    expect(await labels(stage, 'serve stop -')).toEqual([]);
    expect(await labels(stage, 'serve rewrite x --')).toEqual(['--write', '--rewrite FILE']);
  });

  it('values of flags, also behind =; where only the user can know, what is wanted', async () => {
    const stage = rig({ directory: disk('rules') });
    expect(await labels(stage, 'ladder --side ')).toEqual(['client', 'server']);
    expect(await lines(stage, 'ladder --side=s')).toEqual(['ladder --side=server ']);
    expect(await lines(stage, 'serve . --rewrite r')).toEqual(['serve . --rewrite rules ']);
    expect(await lines(stage, 'serve . --rewrite=r')).toEqual(['serve . --rewrite=rules ']);
    expect((await at(stage, 'serve . --port ')).notice).toBe(
      '--port N: UDP port; default 6969; 0: any free port',
    );
  });

  it.each(settingsTable.map((row) => [row.name, row] as const))(
    'set %s: values, or what it takes',
    async (name, row) => {
      const stage = rig();
      expect(await labels(stage, `set ${name}`)).toContain(name);
      const { items, notice } = await at(stage, `set ${name} `);
      for (const { value } of items) expect((await stage.run(`set ${name} ${value}`)).status).toBe(0);
      if (items.length === 0) expect(notice).toContain(`${row.name} takes `);
      if (row.values.type === 'switch') expect(items.map(({ label }) => label)).toEqual(['on', 'off']);
    },
  );

  it('settings, those that were changed first asked for by unset', async () => {
    const stage = rig();
    expect(await labels(stage, 'unset ')).toHaveLength(settingsTable.length);
    await stage.run('set blksize 512');
    expect(await notes(stage, 'unset ')).toEqual(['blksize: now 512, by default auto']);
    expect(await notes(stage, 'set win')).toEqual([
      `windowsize: ${settingsTable.find(({ name }) => name === 'windowsize')!.meaning}`,
    ]);
    expect(await labels(stage, 'set blks ')).toEqual(['auto', 'off']);
    expect(await labels(stage, 'mode ')).toEqual(['octet', 'netascii']);
    expect((await stage.session.complete('  set bl', 8)).from).toBe(6);
  });

  it('topics of help, the forms of serve, the words of capture', async () => {
    const stage = rig({ directory: disk('stop', 'lab.pcapng', 'open.txt') });
    expect(await labels(stage, 'help un')).toEqual(['unset']);
    expect(await notes(stage, 'help firew')).toEqual([
      'firewalls: topic: why requests arrive and answers do not',
    ]);
    expect(await lines(stage, 'serve s')).toEqual(['serve stop ']);
    expect(await lines(stage, 'serve ./s')).toEqual(['serve ./stop ']);
    expect(await labels(stage, 'serve add lab.pcapng ')).toEqual(['as']);
    expect(await labels(stage, 'capture o')).toEqual(['off', 'open.txt']);
    expect(await labels(stage, 'show ')).toEqual(['command']);
  });

  it('every command, form and flag is completed by what it takes', async () => {
    const stage = rig({ directory: disk('file', 'dir/') });
    for (const { name, flags = [], forms = [] } of registry) {
      expect(await lines(stage, name)).toContain(`${name} `);
      for (const flag of flags)
        expect(await lines(stage, `${name} ${flag.name}`)).toContain(`${name} ${flag.name} `);
      for (const { word } of forms)
        expect(await lines(stage, `${name} ${word}`)).toContain(`${name} ${word} `);
      await at(stage, `${name} `);
    }
  });
});

describe('files here', () => {
  it('of any directory at the first Tab', async () => {
    const root = disk('sub/dir/a.bin', 'sub/dir/b/', 'home/c.bin');
    const stage = rig({ directory: root, home: join(root, 'home') });
    expect(await lines(stage, 'put sub/dir/')).toEqual(['put sub/dir/a.bin ', 'put sub/dir/b/']);
    expect(await labels(stage, 'put sub/dir/')).toEqual(['a.bin', 'b/']);
    expect(await lines(stage, `put ${root}/sub/d`)).toEqual([`put ${root}/sub/dir/`]);
    expect(await lines(stage, 'put ~')).toEqual(['put ~/']);
    expect(await lines(stage, 'put ~/')).toEqual(['put ~/c.bin ']);
    expect(await lines(stage, 'put sub/..')).toEqual(['put sub/../']);
    expect(await lines(stage, 'put sub/dir/../../home/')).toEqual(['put sub/dir/../../home/c.bin ']);
    expect(await labels(stage, 'put none/')).toEqual([]);
    writeFileSync(join(root, 'sub/dir/new.bin'), '');
    expect(await labels(stage, 'put sub/dir/n')).toEqual(['new.bin']);
  });

  it('hidden ones after a dot, directories alone where one is wanted, links as what they lead to', async () => {
    const root = disk('.hidden', 'sub/', 'f');
    symlinkSync('sub', join(root, 'link'));
    symlinkSync('nowhere', join(root, 'broken'));
    const stage = rig({ directory: root });
    expect(await labels(stage, 'put ')).toEqual(['broken', 'f', 'link/', 'sub/']);
    expect(await labels(stage, 'put .')).toEqual(['.hidden']);
    expect(await labels(stage, 'lcd ')).toEqual(['link/', 'sub/']);
    expect(await labels(stage, 'get -o ')).toEqual(['link/', 'sub/']);
  });

  it('captures where a capture is wanted, and any file where there is none', async () => {
    const stage = rig({ directory: disk('a.pcap', 'b.PCAPNG', 'c.txt', 'd/', 'only/x.txt', 'only/y/') });
    expect(await labels(stage, 'open ')).toEqual(['off', 'a.pcap', 'b.PCAPNG', 'd/', 'only/']);
    expect(await labels(stage, 'open c')).toEqual(['c.txt']);
    expect(await labels(stage, 'open only/')).toEqual(['x.txt', 'y/']);
    expect(await labels(stage, 'extract --from ')).toEqual(['a.pcap', 'b.PCAPNG', 'd/', 'only/']);
    expect(await labels(stage, 'source c')).toEqual(['c.txt']);
  });

  it('quoted as they are read back, whatever was typed of them', async () => {
    const stage = rig({ directory: disk('my file', 'my dir/it’s', "it's", '-f', '#1', 'a&b') });
    expect(await lines(stage, 'put my')).toEqual([`put 'my dir/'`, `put 'my file' `]);
    expect((await at(stage, 'put m')).grown).toBe(`'my '`);
    expect((await at(stage, 'put "my')).grown).toBe(`'my '`);
    for (const typed of ['my\\ f', "'my f", '"my f', "'my 'f", 'm"y "f'])
      expect(await lines(stage, `put ${typed}`), typed).toEqual([`put 'my file' `]);
    expect(await lines(stage, "put 'my dir/'")).toEqual([`put 'my dir/it’s' `]);
    expect(await lines(stage, 'put it')).toEqual([`put "it's" `]);
    expect(await lines(stage, 'put ./-')).toEqual(['put ./-f ']);
    expect(await lines(stage, 'put ')).toContain('put ./-f ');
    expect(await lines(stage, "put '#")).toEqual([`put '#1' `]);
  });

  it.skipIf(!linux)('any name is inserted so that it is read back', async () => {
    const name = fc
      .string({
        unit: fc.oneof(
          fc.constantFrom(...Array.from(' \'"\\#&!~-.:\t\u001b\u202e\u00a0\ufeffé')),
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
        ),
        minLength: 1,
        maxLength: 8,
      })
      .filter((text) => !/[/\0]|^\.|\p{Cs}/u.test(text));
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const root = disk(text);
        const { items } = await at(rigOf({ directory: root }), 'put ');
        rmSync(root, { recursive: true });
        const parsed = items.map(({ value }) => parse(`put ${value}`));
        expect(parsed).toMatchObject([{ words: [{}, { text: /^(-|~$)/.test(text) ? `./${text}` : text }] }]);
        for (const { value, label } of items) expect(value + label).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 150 },
    );
  });

  it.skipIf(!linux)(
    'names with controls, with octets that are not UTF-8 and with typographic quotes',
    async () => {
      const root = disk('a\u0007b', 'a\u001b[2Jc', 'ad', 'x“1”');
      writeFileSync(Buffer.concat([Buffer.from(join(root, 'caf')), Buffer.from([0xe9])]), '');
      const stage = rig({ directory: root });
      expect(await lines(stage, 'put a')).toEqual([
        String.raw`put $'a\x07b' `,
        String.raw`put $'a\x1b[2Jc' `,
        'put ad ',
      ]);
      expect(await lines(stage, 'put c')).toEqual([String.raw`put $'caf\xe9' `]);
      expect(await labels(stage, 'put c')).toEqual([String.raw`caf\xe9`]);
      expect(await lines(stage, String.raw`put $'caf\xe9`)).toEqual([String.raw`put $'caf\xe9' `]);
      expect(await lines(stage, 'put x')).toEqual([`put 'x“1”' `]);
    },
  );

  it('of very many the first, and what all of them begin with', async () => {
    const root = disk(
      ...Array.from({ length: 3000 }, (_, i) => `file-${String(i).padStart(4, '0')}`),
      'figure',
    );
    const { items, beyond, grown } = await at(rig({ directory: root }), 'put f');
    expect(items.map(({ label }) => label)).toEqual([
      'figure',
      ...Array.from({ length: 199 }, (_, i) => `file-${String(i).padStart(4, '0')}`),
    ]);
    expect([beyond, grown]).toEqual([2801, 'fi']);
  });
});

describe('a look that takes long', () => {
  const slow = () => {
    let settle: (value: string) => void = () => undefined;
    const stops: (() => boolean)[] = [];
    const calls: string[] = [];
    const work = (name: string) => (stopped: () => boolean) => {
      calls.push(name);
      stops.push(stopped);
      return new Promise<string>((resolve) => (settle = resolve));
    };
    return { work, calls, stops, settle: (value: string) => settle(value) };
  };

  it('is answered for in time, and its answer waits for the same question', async () => {
    const clock = new VirtualClock();
    const glance = new LatestQuery<string>(clock);
    const { work, calls, settle } = slow();
    const first = glance.ask('a', work('one'));
    await clock.advance(400);
    expect(await first).toBeUndefined();
    settle('found');
    await Promise.resolve();
    expect(await glance.ask('a', work('two'))).toBe('found');
    expect(calls).toEqual(['one']);
    void glance.ask('a', work('three'));
    expect(calls).toEqual(['one', 'three']);
  });

  it('is given up for another one, and what is old is asked anew', async () => {
    const clock = new VirtualClock();
    const glance = new LatestQuery<string>(clock);
    const { work, calls, stops, settle } = slow();
    void glance.ask('a', work('one'));
    void glance.ask('b', work('two'));
    expect(stops.map((stopped) => stopped())).toEqual([true, false]);
    await clock.advance(400);
    settle('old');
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(20_000);
    void glance.ask('b', work('three'));
    expect(calls).toEqual(['one', 'two', 'three']);
  });

  it('a failure that nobody waits for harms nobody', async () => {
    const clock = new VirtualClock();
    const glance = new LatestQuery<string>(clock);
    let fail: (error: Error) => void = () => undefined;
    const late = glance.ask('a', () => new Promise((_, reject) => (fail = reject)));
    await clock.advance(400);
    expect(await late).toBeUndefined();
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('names at servers', () => {
  it('that were seen, of the chosen server and as HOST:FILE', async () => {
    const stage = rig();
    await stage.run('get h:fw.bin');
    await stage.run('get [fe80::1]:other');
    await stage.run('get tftp://h:70/moved');
    expect(await lines(stage, 'get f')).toEqual(['get fw.bin ']);
    expect(await lines(stage, 'stat h:')).toEqual(['stat h:fw.bin ']);
    expect(await lines(stage, 'get [fe80::1]:')).toEqual(['get [fe80::1]:other ']);
  });

  it('hosts of this session, with their ports, and our own server', async () => {
    const stage = rig({ directory: disk('f') });
    await stage.run('connect 10.0.0.1');
    await stage.run('connect boot.example 6969');
    expect(await notes(stage, 'connect ')).toEqual(['boot.example: port 6969', '10.0.0.1: ']);
    expect(await lines(stage, 'connect boot.example ')).toEqual(['connect boot.example 6969 ']);
    expect(await lines(stage, 'connect 10.0.0.1 ')).toEqual([]);
    await stage.run('serve .');
    expect((await notes(stage, 'connect '))[0]).toBe('self: our own server, 127.0.0.1:6969');
  });

  it('what our server offers, as the disk has it now', async () => {
    const root = disk('boot.cfg', 'images/fw.bin', 'images/.x', 'a:b', '-dash', '.hidden');
    const stage = rig({ directory: root });
    await stage.run('serve .');
    expect(await lines(stage, 'get ')).toEqual([
      'get ./-dash ',
      'get ./a:b ',
      'get boot.cfg ',
      'get images/',
    ]);
    expect(await labels(stage, 'get images/')).toEqual(['fw.bin']);
    expect(await lines(stage, 'get /images/f')).toEqual(['get /images/fw.bin ']);
    expect(await labels(stage, 'get ../')).toEqual([]);
    await stage.run('connect self');
    writeFileSync(join(root, 'images', 'new.bin'), '');
    rmSync(join(root, 'boot.cfg'));
    expect(await labels(stage, 'get images/')).toEqual(['fw.bin', 'new.bin']);
    expect(await labels(stage, 'get b')).toEqual([]);
    // Elsewhere nobody knows.
    await stage.run('connect 10.0.0.9 6969');
    expect(await labels(stage, 'get im')).toEqual([]);
    await stage.run('connect 127.0.0.1 70');
    expect(await labels(stage, 'get im')).toEqual([]);
  });

  it('single files: added, dropped, and to be dropped', async () => {
    const stage = rig({ directory: disk('fw-2.bin', 'boot file', 'x') });
    expect((await at(stage, 'serve drop ')).notice).toBe('Our server offers no single files.');
    await stage.run('serve fw-2.bin');
    await stage.run('connect self');
    expect(await labels(stage, 'get ')).toEqual(['fw-2.bin']);
    await stage.run("serve add 'boot file'");
    await stage.run('serve add fw-2.bin as fw.bin');
    expect(await lines(stage, 'serve drop ')).toEqual([
      `serve drop 'boot file' `,
      'serve drop fw-2.bin ',
      'serve drop fw.bin ',
    ]);
    await stage.run('serve drop fw-2.bin');
    expect(await labels(stage, 'serve drop f')).toEqual(['fw.bin']);
    expect(await labels(stage, 'get ')).toEqual(['boot file', 'fw.bin']);
  });

  it('a second word of get and put may be here or there', async () => {
    const stage = rig({ directory: disk('here') });
    await stage.run('get h:there');
    expect(await labels(stage, 'get x ')).toEqual(['here', 'there']);
    expect(await labels(stage, 'get -f ')).toEqual(['there']);
    expect(await labels(stage, 'put ')).toEqual(['here']);
    expect(await labels(stage, 'put here ')).toEqual(['here', 'there']);
  });
});

describe('numbers', () => {
  it('of transfers that run, for abort', async () => {
    const stage = rig();
    stage.engine.fates = ['waits', { ok: true }];
    await stage.run('get h:a c &');
    await stage.run('get h:b &');
    await stage.session.context.transfers.inTurn(async () => undefined);
    expect(await notes(stage, 'abort ')).toEqual(['1: get a → c, moving']);
    stage.engine.transfers[0]?.finish();
    await stage.session.context.work.idle();
    expect(await notes(stage, 'abort ')).toEqual([]);
  });

  it('of transfers and their packets, with what they are, and what is looked at stays the same', async () => {
    const stage = await lookingRig();
    writeFileSync(join(stage.folder, 'a.bin'), 'x'.repeat(1000));
    await stage.run('serve . --port 0');
    await stage.run('connect self');
    await stage.run('options off');
    await stage.run('get a.bin b.bin');
    await stage.run('get a.bin c.bin');
    const { session } = stage;
    const newest = session.context.inspector.current();
    expect((await notes(stage, 'ladder ')).filter((note) => note.includes(': get '))).toEqual([
      `${String(newest)}: get a.bin → c.bin, done`,
      '1: get a.bin → b.bin, done',
    ]);
    expect((await labels(stage, 'diff 1 ')).length).toBe(session.context.inspector.numbers().length);
    expect(await notes(stage, 'packet --transfer 1 ')).toEqual([
      '1: sent RRQ "a.bin" octet',
      '2: received DATA 1 512 B',
      '3: sent ACK 1',
      '4: received DATA 2 488 B',
      '5: sent ACK 2',
    ]);
    expect(await notes(stage, 'explain -t 2 --side server 1')).toEqual(['1: received RRQ "a.bin" octet']);
    expect(session.context.inspector.current()).toBe(newest);
    expect(await labels(stage, 'packet -t 99 ')).toEqual([]);
  });
});

describe('names of earlier sessions', () => {
  /** A session whose history file has these lines of an earlier one. */
  async function after(...earlier: readonly string[]): Promise<Rig> {
    const folder = mkdtempSync(join(tmpdir(), 'tftpsh-test-'));
    const file = join(folder, 'history');
    writeFileSync(file, `${earlier.join('\n')}\n`, { mode: 0o600 });
    const stage = rig({ interactive: true, historyFile: file });
    onTestFinished(async () => {
      await stage.session.close();
      rmSync(folder, { recursive: true });
    });
    await stage.session.prepare(undefined);
    return stage;
  }

  it('hosts that were connected to or asked, newest first; those of this session before them', async () => {
    const stage = await after(
      'connect 10.0.0.1',
      'c boot.example 6969',
      'get 10.0.0.9:a.cfg',
      'connect self',
      '# connect 9.9.9.9',
      'conect 8.8.8.8',
    );
    await stage.run('connect 10.0.0.7');
    expect(await notes(stage, 'connect ')).toEqual([
      '10.0.0.7: ',
      '10.0.0.9: from history',
      'boot.example: from history',
      '10.0.0.1: from history',
    ]);
    expect(await lines(stage, 'connect b')).toEqual(['connect boot.example ']);
  });

  it('files that were asked for, as they were typed', async () => {
    const stage = await after(
      'get r1.cfg',
      'get -f images/fw.bin copy.bin',
      'stat "with blank.bin"',
      'get 10.0.0.9:a.cfg',
      'put local.cfg',
      'get -- -dash',
      'lls r2.cfg',
    );
    expect(await lines(stage, 'get r')).toEqual(['get r1.cfg ']);
    expect(await lines(stage, 'stat ')).toEqual([
      'stat 10.0.0.9:a.cfg ',
      'stat images/fw.bin ',
      'stat r1.cfg ',
      "stat 'with blank.bin' ",
    ]);
    expect(await lines(stage, 'get -- -')).toEqual(['get -- -dash ']);
  });

  it('a name that this session used is offered once', async () => {
    const stage = await after('get a.cfg', 'get b.cfg');
    await stage.run('connect 10.0.0.1');
    await stage.run('get a.cfg');
    expect(await notes(stage, 'get ')).toEqual(['a.cfg: ', 'b.cfg: from history']);
  });
});
