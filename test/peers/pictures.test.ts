// Pictures that `export` makes, as a browser shows them: they keep to themselves, nothing is cut or covered, and they
// are legible in light and dark. The transfers are real ones, with a loss, a repetition and a hostile name.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ladderSvg } from '../../src/trace/export/svg.ts';
import { ladder } from '../../src/trace/ladder/ladder.ts';
import { printable, say } from '../../src/wire/text.ts';
import { tid } from '../../src/wire/tid.ts';
import { lookingRig } from '../shell/packets/rig.ts';
import { Browser, findBrowser, type Look, type Page } from '../support/browser.ts';
import { pattern } from '../support/script.ts';
import { recordPair } from '../trace/recorded.ts';

const found = findBrowser();
const hostile = `<b>a"'<img src=x onerror=alert(1)>&amp;é.bin`;
const looks: readonly Look[] = [400, 1400].flatMap((width) => [
  { width, scheme: 'light' },
  { width, scheme: 'dark' },
]);

/** Everything that is said in a picture, with the box that it takes. */
const textsOf = `[...document.querySelectorAll('svg.l text')].map((text) => {
  const { x, y, width, height } = text.getBoundingClientRect();
  return { said: text.textContent, x, y, width, height };
})`;

/** Pairs of texts that cover each other, and texts that leave the picture; a pixel is nothing. */
const misplaced = `(() => {
  const all = [...document.querySelectorAll('svg.l text')];
  const boxes = all.map((text) => text.getBoundingClientRect());
  const frame = document.querySelector('svg.l').getBoundingClientRect();
  const told = [];
  boxes.forEach((a, at) => {
    const said = all[at].textContent;
    if (a.left < frame.left || a.top < frame.top || a.right > frame.right || a.bottom > frame.bottom) told.push([said]);
    boxes.slice(at + 1).forEach((b, more) => {
      const [wide, high] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
      if (wide > 1 && high > 1) told.push([said, all[at + 1 + more].textContent]);
    });
  });
  return told;
})()`;

/** The weakest contrast (WCAG 2) between a text and the paper. */
const contrast = `(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/\\d+/g).slice(0, 3).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(document.querySelector('svg.l')).backgroundColor);
  return Math.min(...[...document.querySelectorAll('text, h1, b, span, li, small, th, td, summary')].map((text) => {
    const look = getComputedStyle(text);
    const ink = light(text.localName === 'text' ? look.fill : look.color);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  }));
})()`;

/** Elements of the page, the scrolled ones aside, whose content is wider than they are. */
const cut = `[document.documentElement, ...document.querySelectorAll('h1, p, section, li, td, th, summary')]
  .filter((element) => element.scrollWidth > element.clientWidth && getComputedStyle(element).display !== 'inline')
  .map((element) => element.localName)`;

describe.skipIf(found === undefined)('pictures in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tftpsh-pictures-'));
    if (found !== undefined) browser = await Browser.start(found);
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** A get of 5,000 octets in which DATA 3 is lost and DATA 6 comes twice, as a file. */
  async function exported(
    name: string,
    settings = ['blksize 512', 'windowsize 4'],
    size = 5000,
  ): Promise<string> {
    const { run, impaired, folder: home } = await lookingRig();
    await writeFile(join(home, hostile), pattern(size));
    for (const line of ['serve . --port 0', 'connect self', ...settings]) await run(line);
    const lost = { direction: 'outgoing', matches: ({ op }: { op: string }) => op === 'DATA' } as const;
    impaired.set({
      scripted: [
        { ...lost, fate: 'lost', skip: 2 },
        { ...lost, fate: 'duplicated', skip: 6 },
      ],
    });
    expect(await run(`get "${hostile.replace('"', '\\"')}" out.bin`)).toMatchObject({ status: 0 });
    const path = join(folder, name);
    expect(await run(`export -f "${path}"`)).toMatchObject({ status: 0 });
    return path;
  }

  async function opened(path: string, look: Look): Promise<Page> {
    const page = await browser.page();
    await page.look(look);
    await page.open(path);
    return page;
  }

  test.each(['html', 'svg'])(
    '%s asks for nothing, complains of nothing, and a name stays a name',
    async (format) => {
      const path = await exported(`quiet.${format}`);
      const page = await opened(path, { width: 1400 });
      expect(page.requests).toEqual([pathToFileURL(path).href]);
      expect(page.complaints).toEqual([]);
      const tags = await page.evaluate<string[]>(
        `[...document.querySelectorAll('*')].map(({ localName }) => localName)`,
      );
      expect(tags.filter((tag) => /^(script|img|image|iframe|link|a|use|foreignObject)$/.test(tag))).toEqual(
        [],
      );
      expect(await page.evaluate('document.title')).toContain(hostile.replace('"', '\\"'));
    },
  );

  test.each(['html', 'svg'])(
    '%s says every arrow inside the picture, and nothing covers anything',
    async (format) => {
      const path = await exported(`whole.${format}`);
      for (const look of looks) {
        const page = await opened(path, look);
        const texts = await page.evaluate<{ said: string; width: number }[]>(textsOf);
        const said = texts.map((text) => text.said).join('\n');
        for (const words of [
          'OACK tsize=5000',
          'DATA 3  512 B  lost by impairment',
          'DATA 6  512 B (copy)',
          'window of 4',
          'resend from 3',
        ])
          expect(said).toContain(words);
        // The name and all options: long labels take another line.
        expect(said.replaceAll('\n', ' ')).toMatch(
          /onerror=alert\(1\)>&amp;é\.bin" octet tsize=0 blksize=512 windowsize=4/,
        );
        expect(texts.filter(({ width }) => width < 3)).toEqual([]);
        expect(await page.evaluate(misplaced)).toEqual([]);
        expect(await page.evaluate(cut)).toEqual([]);
      }
    },
  );

  test('the longest names, notes and addresses find their place', async () => {
    const drawn = ladder(
      recordPair({ kind: 'get', file: pattern(3000), offer: { windowsize: 65_535 } }).client,
    );
    const link = 'fe80::1234:5678:9abc:def0%enp0s31f6';
    const long = { label: printable('RRQ "x" '.concat('y'.repeat(300), ' 漢字'.repeat(40)), 512) };
    const side = ['expected 65,535', 'without windowsize, blksize', 'not answered'].map((note) =>
      printable(note),
    );
    const rows = drawn.rows.map((row) => ({ ...row, ...long, side }));
    const path = join(folder, 'long.svg');
    const title = say`get ${printable('z'.repeat(200))}`;
    await writeFile(
      path,
      ladderSvg({ ...drawn, title, rows, client: tid(link, 65_535), server: tid(link, 65_535) }),
    );
    const page = await opened(path, { width: 1400 });
    expect(await page.evaluate(misplaced)).toEqual([]);
    expect((await page.evaluate<{ said: string }[]>(textsOf)).length).toBeGreaterThan(5 * rows.length);
  });

  test.each(['html', 'svg'])('%s follows the scheme of colours, legible in both', async (format) => {
    const path = await exported(`colours.${format}`);
    const paper = new Set<string>();
    for (const scheme of ['light', 'dark'] as const) {
      const page = await opened(path, { width: 1400, scheme });
      // What the whole window stands on, page or picture.
      paper.add(
        await page.evaluate(`getComputedStyle(document.body ?? document.documentElement).backgroundColor`),
      );
      expect(await page.evaluate(contrast)).toBeGreaterThan(4.5);
    }
    expect([...paper]).toEqual(['rgb(255, 255, 255)', 'rgb(13, 17, 23)']);
  });

  test('the keyboard scrolls a narrow ladder and opens the text', async () => {
    const page = await opened(await exported('keys.html'), { width: 400 });
    const focused = 'document.activeElement.className || document.activeElement.localName';
    await page.press('Tab', 'Tab', 9);
    expect(await page.evaluate(focused)).toBe('wide');
    await page.press('Tab', 'Tab', 9);
    expect(await page.evaluate(focused)).toBe('summary');
    const shown = `document.querySelector('pre').checkVisibility()`;
    expect(await page.evaluate(shown)).toBe(false);
    await page.press('Enter', 'Enter', 13);
    expect(await page.evaluate(shown)).toBe(true);
    expect(await page.evaluate(`document.querySelector('pre').textContent`)).toMatch(
      /^ 0\.\d+ │─ ACK 2 ─+▶│ gap at 3$/m,
    );
  });

  test('a ladder of 5,000 packets is folded, and drawn to its end', async () => {
    const path = await exported('long.html', ['blksize 8', 'windowsize off'], 20_000);
    expect((await readFile(path)).length).toBeLessThan(5_000_000);
    const page = await opened(path, { width: 1400 });
    const last = await page.evaluate<{ rows: number; bottom: number; height: number }>(`(() => {
      const rows = document.querySelectorAll('svg.l g');
      const { bottom } = rows[rows.length - 1].getBoundingClientRect();
      return { rows: rows.length, bottom, height: document.documentElement.scrollHeight };
    })()`);
    expect(await page.evaluate(`document.querySelector('svg.l').textContent`)).toMatch(
      /⋮ 2,4\d\d blocks, nothing unusual/,
    );
    expect(last.rows).toBeLessThan(100);
    expect(last.bottom).toBeLessThan(last.height);
  });
});
