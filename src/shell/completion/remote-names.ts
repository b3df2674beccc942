// Names at a server: those that our own one offers, asked of it each time, and those seen in this session.
// Rule: what our server offers is told where it would be found, which is not at somebody else's.
import { parseTarget } from '../../wire/uri.ts';
import { say } from '../../wire/text.ts';
import type { Candidate, Candidates } from './candidates.ts';
import type { CompletionContext, Search } from './cursor.ts';

/** Files that are asked for at once where there are no directories to look into. */
const mostListed = 5000;

/** Adds what the word may become as a file on the chosen server, or as HOST:FILE. */
export async function remoteNames(choices: Candidates, search: Search): Promise<void> {
  const { shell, word, place } = search;
  const { remote } = shell.usedNames;
  const literal = shell.settings.get('literal');
  for (const { host, port, file } of remote) {
    const isPlain = (literal || isFile(file)) && (place.plain || !file.startsWith('-'));
    if (isPlain) choices.add({ text: file });
    if (word.text.includes(':') && !literal && port === 69)
      choices.add({ text: `${host.includes(':') ? `[${host}]` : host}:${file}` });
  }
  if (isOurs(shell)) await tellOwn(choices, search, literal);
}

/** Whether the word means this very file on the chosen server. */
function isFile(text: string): boolean {
  const target = parseTarget(text);
  return target.ok && target.host === undefined && target.file === text;
}

/** Whether a name alone is asked of our own server; where none was chosen, it may be. */
function isOurs({ peer: { current: peer }, server, system }: CompletionContext): boolean {
  if (peer === undefined) return server.running;
  const listening = server.status()?.listening ?? [];
  const here = [
    ...listening.map(({ address }) => address),
    ...(system.tower.localAddresses?.() ?? []),
    '::1',
  ];
  const ours = here.includes(peer.address) || peer.address.startsWith('127.');
  return ours && listening.some(({ port }) => port === peer.port);
}

async function tellOwn(
  choices: Candidates,
  { shell, word, place, stopped }: Search,
  literal: boolean,
): Promise<void> {
  const { offering, serve } = shell.server;
  // Leading slashes mean the root there.
  const root = /^\/*/.exec(word.text)?.[0] ?? '';
  const typed = word.text.slice(root.length);
  const add = (name: string, more: Partial<Candidate> = {}): void => {
    const text = `${root}${name}`;
    const isPlain = (literal || isFile(text)) && (place.plain || !text.startsWith('-'));
    // A colon would make a host of what is before it, a dash a flag; our server passes over a dot.
    choices.add({ text: isPlain ? text : `./${text}`, label: name, ...more });
  };
  if (offering?.visitDirectory === undefined) {
    const names = serve?.files?.names ?? (await offering?.list(mostListed))?.map(({ name }) => name) ?? [];
    for (const name of names) add(name);
    if (names.length === mostListed) choices.cut();
    return;
  }
  const head = typed.slice(0, typed.lastIndexOf('/') + 1);
  const leaf = typed.slice(head.length);
  const see = (name: string, open: boolean): boolean => {
    const shown = open ? `${name}/` : name;
    if (name.startsWith(leaf) && (leaf !== '' || !name.startsWith('.')))
      add(head + shown, { label: shown, open });
    return !stopped();
  };
  const by = { address: shell.peer.current?.address ?? '127.0.0.1' };
  await offering.visitDirectory(head.slice(0, -1), see, by).catch(() => undefined);
}

/** Adds the names that `serve drop` takes. */
export function offeredNames(choices: Candidates, { server }: CompletionContext): void {
  const { files } = server.serve ?? {};
  for (const name of files?.names ?? []) choices.add({ text: name });
  choices.hint =
    files === undefined ? say`Our server offers no single files.` : say`No such name is offered.`;
}
