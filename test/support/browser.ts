// A headless Chromium, spoken to in the DevTools protocol over a pipe: what a page looks like, and whether it keeps
// to itself. The browser is one that .ci/peers unpacked, or in PATH. Knows nothing of TFTP.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { findProgram, peersRequired, type Found } from './debs.ts';

const names = ['chromium-headless-shell', 'chromium', 'google-chrome'];

/** The browser that is here; without one it says so on stderr, and with REQUIRE_PEERS=1 that is an error. */
export function findBrowser(): Found | undefined {
  for (const name of names) {
    const found = findProgram('chromium-headless-shell', name);
    if (found !== undefined) return found;
  }
  const why = `none of ${names.join(', ')} is here (run .ci/peers)`;
  if (peersRequired) throw new Error(`REQUIRE_PEERS=1, but ${why}`);
  console.warn(`skipped: a browser: ${why}`);
  return undefined;
}

type Values = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Values;
  readonly sessionId?: string;
  readonly result?: Values;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly resolve: (result: Values) => void;
  readonly reject: (error: Error) => void;
}

type Listener = (method: string, params: Values) => void;

export class Browser {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Listener>();
  readonly #ended: Promise<void>;
  #stderr = '';
  #id = 0;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    process.once('exit', this.#kill);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    // Descriptor 3 is what the browser reads, 4 what it writes: JSON that ends in NUL.
    this.#toBrowser.on('error', () => undefined);
    let rest = '';
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#hear(JSON.parse(part) as Message);
    });
    this.#ended = new Promise((resolve) => {
      const finish = (): void => {
        for (const { reject } of this.#waiting.values())
          reject(new Error(`the browser ended: ${this.#stderr}`));
        resolve();
      };
      child.once('error', finish);
      child.once('close', finish);
    });
  }

  /** Starts it with a profile and a font list of its own. */
  static async start(found: Found): Promise<Browser> {
    const folder = await mkdtemp(join(tmpdir(), 'tftpsh-browser-'));
    const fonts = [...(found.folder === undefined ? [] : [found.folder]), ''];
    const dirs = fonts.map((root) => `<dir>${root}/usr/share/fonts</dir>`).join('');
    const fixed =
      '<alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>';
    const config = join(folder, 'fonts.conf');
    await writeFile(config, `<fontconfig>${dirs}<cachedir>${folder}/fonts</cachedir>${fixed}</fontconfig>\n`);
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run'];
    const child = spawn(
      found.command,
      [...flags, '--remote-debugging-pipe', `--user-data-dir=${join(folder, 'profile')}`],
      {
        env: { ...process.env, ...found.env, HOME: folder, FONTCONFIG_FILE: config },
        stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
        detached: true,
      },
    );
    return new Browser(child, folder);
  }

  /** A page of its own with nothing in it yet. */
  async page(): Promise<Page> {
    const { targetId } = await this.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId as string);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log'])
      await this.call(`${domain}.enable`, {}, page.session);
    return page;
  }

  call(method: string, params: Values = {}, sessionId?: string): Promise<Values> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#toBrowser.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** What the browser tells of a page from now on. */
  listen(session: string, listener: Listener): void {
    this.#listeners.set(session, listener);
  }

  async close(): Promise<void> {
    process.off('exit', this.#kill);
    this.#kill();
    await this.#ended;
    // Its children may still write for a moment.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  get #toBrowser(): Writable {
    return this.#child.stdio[3] as Writable;
  }

  #hear({ id, method, params = {}, sessionId, result = {}, error }: Message): void {
    if (id === undefined) {
      if (method !== undefined) this.#listeners.get(sessionId ?? '')?.(method, params);
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error.message));
  }

  readonly #kill = (): void => {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  };
}

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
}

export class Page {
  readonly session: string;
  /** Addresses that were asked for, the page's own among them. */
  readonly requests: string[] = [];
  /** Whatever a console would show: messages, errors of scripts, violations of the page's own policy. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  #loaded: () => void = () => undefined;

  constructor(browser: Browser, session: string) {
    this.#browser = browser;
    this.session = session;
    browser.listen(session, (method, params) => this.#told(method, params));
  }

  /** Opens a file and waits until it is there. */
  async open(path: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => (this.#loaded = resolve));
    const { errorText } = await this.call('Page.navigate', { url: pathToFileURL(path).href });
    if (typeof errorText === 'string') throw new Error(`${path}: ${errorText}`);
    await loaded;
  }

  /** Size of the window and the scheme of colours from now on. */
  async look({ width, height = 800, scheme = 'light' }: Look): Promise<void> {
    await this.call('Emulation.setDeviceMetricsOverride', {
      ...{ width, height, deviceScaleFactor: 1, mobile: false },
    });
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.call('Emulation.setEmulatedMedia', { features });
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const told = await this.call('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    const { result, exceptionDetails } = told as {
      result: { value: T };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description);
    return result.value;
  }

  async press(key: string, code: string, keyCode: number): Promise<void> {
    const base = { key, code, windowsVirtualKeyCode: keyCode, text: key === 'Enter' ? '\r' : undefined };
    await this.call('Input.dispatchKeyEvent', { type: 'keyDown', ...base });
    await this.call('Input.dispatchKeyEvent', { type: 'keyUp', ...base });
  }

  /** All of the page as a picture. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.call('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(data as string, 'base64');
  }

  call(method: string, params: Values = {}): Promise<Values> {
    return this.#browser.call(method, params, this.session);
  }

  #told(method: string, params: Values): void {
    if (method === 'Page.loadEventFired') this.#loaded();
    if (method === 'Network.requestWillBeSent')
      this.requests.push((params['request'] as { url: string }).url);
    const complains = ['Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded'];
    if (complains.includes(method)) this.complaints.push(JSON.stringify(params));
  }
}
