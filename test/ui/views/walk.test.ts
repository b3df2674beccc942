// Walking through a transfer that is longer than a screen's part of it: keys lead into the other parts, and a search and
// a filter look through all of them.
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { CaptureFile } from '../../../src/shell/captures/capture-file.ts';
import { rowText } from '../../../src/ui/text/layout.ts';
import { OpenView } from '../../../src/ui/views/open-view.ts';
import { say } from '../../../src/wire/text.ts';
import { longCapture } from '../../trace/capture/long-capture.ts';

const long = longCapture(200_000);
const bounds = { transfers: 10, marks: 1000, stride: 200 };
let screen: OpenView;
let capture: CaptureFile;
let changed: () => void;

beforeAll(async () => {
  const open = (): Promise<ReturnType<typeof long.open>> => Promise.resolve(long.open());
  capture = new CaptureFile('/long.pcap', say`long.pcap`, { most: 6000, near: 400, bounds, open });
  await capture.read(long.open(), {});
}, 60_000);

beforeEach(() => show('ladder'));

async function show(kind: 'ladder' | 'packet', packet?: number): Promise<void> {
  const transfer = (await capture.find(1, { packet: packet ?? 1 }))!;
  screen = new OpenView(
    {
      ...{ kind, transfer, packet, filter: undefined, close: () => undefined },
      exportTo: () => Promise.resolve(say`written`),
    },
    {
      ...{ size: () => ({ columns: 80, rows: 24 }), color: true, ascii: () => false, now: () => 0 },
      ...{ after: () => ({ cancel: () => undefined }), redraw: () => undefined, suspend: () => undefined },
    },
  );
  changed = () => undefined;
  screen.subscribe(() => changed());
}

const rows = (): readonly string[] => screen.state().rows.map(rowText);
const selected = (): string => rows().find((row) => row.startsWith('›')) ?? '';
const foot = (): string => rows().at(-1) ?? '';

function press(...keys: readonly string[]): void {
  for (const key of keys) screen.press(key.length === 1 ? key : undefined, { name: key.toLowerCase() });
}

/** Resolves when nothing is waited for any more. */
function arrived(): Promise<void> {
  return new Promise((resolve) => {
    changed = () => {
      if (!foot().includes('Esc stops waiting')) resolve();
    };
    changed();
  });
}

async function typed(text: string): Promise<void> {
  press(...text.split(''), 'return');
  await arrived();
}

it('End, Home and the steps over the edges of a part show any packet, with its number of all', async () => {
  expect(foot()).toContain('1 of 400,003');
  press('end');
  expect(foot()).toContain('reading the capture … Esc stops waiting');
  await arrived();
  expect(selected()).toMatch(/done: 1,599,992 octets/);
  expect(foot()).toContain('400,003 of 400,003');
  // The first packet of this part, and the one before it in another part.
  for (let at = 0; at < 400; at += 1) press('up');
  expect(selected()).toMatch(/399604 /);
  press('up');
  await arrived();
  expect(selected()).toMatch(/399603 /);
  press('home');
  await arrived();
  expect(selected()).toMatch(/1 .*RRQ/);
});

it('keys that are pressed while a part comes are done in it', async () => {
  press('end', 'up', 'up', 'return');
  await arrived();
  expect(rows()[0]).toMatch(/packet 400002 of 400003/);
});

it('a search reads what may have the text, and nothing else', async () => {
  const searched = async (...keys: readonly string[]): Promise<string> => {
    const before = long.read;
    await typed(keys.join(''));
    expect(long.read - before).toBeLessThan(long.size / 4);
    return selected();
  };
  // A block number comes again every 65,536 blocks.
  expect(await searched('/DATA 45678 ')).toMatch(/91358 .*DATA 45678 /);
  for (const packet of [222430, 353502, 91358]) {
    press('n');
    await arrived();
    expect(selected()).toMatch(new RegExp(`${packet} .*DATA 45678 `));
  }
  await searched('/wrong port');
  expect(foot()).toContain('"wrong port" is not found.');
  await searched('/');
  press('n');
  await arrived();
  expect(foot()).toContain('No packet is unusual.');
});

it('a filter shows the packets that pass in any part', async () => {
  await typed('fblock=50000');
  expect(selected()).toMatch(/100002 .*DATA 50000 /);
  press('down');
  expect(selected()).toMatch(/100003 .*ACK 50000 /);
  press('f');
  screen.press(undefined, { name: 'u', ctrl: true });
  await typed('op=OACK');
  expect(selected()).toMatch(/2 .*OACK/);
});

it('Esc stops a search', async () => {
  press(...'/nothing has this'.split(''), 'return');
  expect(foot()).toContain('searching');
  press('escape');
  expect(foot()).toContain('1 of 400,003');
});

it('the packet screen steps over the edge of its part', async () => {
  await show('packet', 60_001);
  for (let at = 0; at < 250; at += 1) {
    press('right');
    await arrived();
  }
  expect(rows()[0]).toMatch(/packet 60251/);
  await typed('/RRQ');
  expect(rows()[0]).toMatch(/packet 1 /);
});
