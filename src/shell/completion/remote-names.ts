// Remote files that the word at the cursor can become: those used in this session, and those that our own server
// or the lab offers. Rule: files of our own server are candidates only while it is the chosen server, or none is chosen.
import { parseTarget } from '../../wire/uri.ts';
import { say } from '../../wire/text.ts';
import type { Candidate, Candidates } from './candidates.ts';
import type { CompletionContext, Search } from './cursor.ts';

/** Files that are read at most from an offering without directories. */
const mostListed = 5000;

/** Adds files of the chosen server, and HOST:FILE, that begin with the word. */
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
  // While the lab is on, every host is its server.
  const { lab } = shell.lab;
  if (lab !== undefined) addNames(choices, search, lab.files.keys());
  else if (isOwnServer(shell)) await addOwnNames(choices, search);
}

/** Adds names as the parser reads them as files of the chosen server. */
function addNames(choices: Candidates, search: Search, names: Iterable<string>): void {
  for (const name of names) addName(choices, search, name);
}

function addName(
  choices: Candidates,
  { shell, word, place }: Search,
  name: string,
  more: Partial<Candidate> = {},
): void {
  // Our server takes leading slashes as its root.
  const root = /^\/*/.exec(word.text)?.[0] ?? '';
  const text = `${root}${name}`;
  const isPlain = (shell.settings.get('literal') || isFile(text)) && (place.plain || !text.startsWith('-'));
  // A name with a colon would be read as HOST:FILE, one with a dash as a flag; our server ignores the ./ in front.
  choices.add({ text: isPlain ? text : `./${text}`, label: name, ...more });
}

/** Whether the parser reads the word as this file of the chosen server. */
function isFile(text: string): boolean {
  const target = parseTarget(text);
  return target.ok && target.host === undefined && target.file === text;
}

/** Whether a name without a host means our own server: it is chosen, or it runs and none is chosen. */
function isOwnServer({ peer: { current: peer }, server, system }: CompletionContext): boolean {
  if (peer === undefined) return server.running;
  const listening = server.status()?.listening ?? [];
  const local = [
    ...listening.map(({ address }) => address),
    ...(system.tower.localAddresses?.() ?? []),
    '::1',
  ];
  const isLocal = local.includes(peer.address) || peer.address.startsWith('127.');
  return isLocal && listening.some(({ port }) => port === peer.port);
}

async function addOwnNames(choices: Candidates, search: Search): Promise<void> {
  const { shell, word, stopped } = search;
  const { offering, serve } = shell.server;
  const typed = word.text.replace(/^\/+/, '');
  if (offering?.visitDirectory === undefined) {
    const names = serve?.files?.names ?? (await offering?.list(mostListed))?.map(({ name }) => name) ?? [];
    addNames(choices, search, names);
    if (names.length === mostListed) choices.markIncomplete();
    return;
  }
  const head = typed.slice(0, typed.lastIndexOf('/') + 1);
  const leaf = typed.slice(head.length);
  const visit = (name: string, open: boolean): boolean => {
    const shown = open ? `${name}/` : name;
    if (name.startsWith(leaf) && (leaf !== '' || !name.startsWith('.')))
      addName(choices, search, head + shown, { label: shown, open });
    return !stopped();
  };
  const client = { address: shell.peer.current?.address ?? '127.0.0.1' };
  await offering.visitDirectory(head.slice(0, -1), visit, client).catch(() => undefined);
}

/** Adds the names that `serve drop` takes. */
export function offeredNames(choices: Candidates, { server }: CompletionContext): void {
  const { files } = server.serve ?? {};
  for (const name of files?.names ?? []) choices.add({ text: name });
  choices.hint =
    files === undefined ? say`Our server offers no single files.` : say`No offered file has such a name.`;
}
