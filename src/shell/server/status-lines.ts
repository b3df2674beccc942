// Our own server as text: its state, its limits, and how rules rewrite a name.
import type { RewriteRules, RewriteStep } from '../../files/offerings/rewrite.ts';
import type { ServerSettings, ServerStatus } from '../../engine/server/server.ts';
import { join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { counted, durationText, grouped, octetsText } from '../../trace/text/quantities.ts';
import type { ServerFact } from '../session/view.ts';
import { listeningText, type EmbeddedServer } from './embedded-server.ts';

/** What `serve` without arguments prints, in lines of at most `width` columns. */
export function statusLines(server: EmbeddedServer, width: number): readonly Printable[] {
  const status = server.status();
  const { serve } = server;
  if (status === undefined || serve === undefined)
    return [say`No server is running. "serve DIR" starts a read-only one on 127.0.0.1:6969.`];
  return [
    say`Serving ${server.root ?? say``} (${server.mode}) for ${durationText(status.uptime)}`,
    ...folded(say`on ${listeningText(status.listening)}`, width),
    say`  active ${status.active.length}   done ${status.done}   failed ${status.failed}   probes ${status.probes}   ${octetsText(status.octets)} served`,
    say`  refused ${status.refused}   denied ${status.denied}   dropped ${status.dropped}`,
    ...limitLines(serve.settings, serve.rules).flatMap((text) => folded(text, width)),
    ...status.active.map(activeLine),
  ];
}

function activeLine({ kind, remote, peer, octets, block }: ServerStatus['active'][number]): Printable {
  const where = peer === undefined ? say`` : listeningText([peer]);
  return say`  ${where}  ${printable(kind)} ${printable(remote)}  ${octetsText(octets)}  block ${grouped(block)}`;
}

function limitLines(settings: ServerSettings, rules: RewriteRules | undefined): readonly string[] {
  return [limitText(settings), accessText(settings), ...(rules === undefined ? [] : [rulesText(rules)])];
}

function limitText({ maxTransfers = 512, rate = 200, singlePort, ports }: ServerSettings): string {
  const from =
    singlePort === true
      ? ', all on the listening port'
      : ports === undefined
        ? ''
        : `, on ports ${ports.from}:${ports.to}`;
  return `at most ${maxTransfers} transfers at the same time${from}; ${rate} requests per second from one address`;
}

function accessText({ allow = [], deny = [] }: ServerSettings): string {
  const list = (blocks: readonly string[]): string => blocks.join(', ');
  const allowed =
    allow.length === 0 ? 'open to any client that can reach it' : `open to clients in ${list(allow)}`;
  return allowed + (deny.length === 0 ? '' : `, closed to ${list(deny)}`);
}

function rulesText({ rules }: RewriteRules): string {
  return `${counted(rules.length, 'rewrite rule')} for names: "serve rewrite NAME" shows the result`;
}

/** What holds for our server, as names and texts. The most important ones are the last. */
export function serverFacts(server: EmbeddedServer): readonly ServerFact[] {
  const { serve } = server;
  if (serve === undefined) return [];
  const { settings, rules, onUpload, onDownload } = serve;
  const command = (name: string, words: readonly string[] | undefined): readonly ServerFact[] =>
    words === undefined ? [] : [{ name: printable(name), text: printable(words.join(' ')) }];
  return [
    { name: say`listening`, text: listeningText(server.status()?.listening ?? []) },
    { name: say`root`, text: say`${server.root ?? say``} (${server.mode})` },
    ...command('on download', onDownload),
    ...command('on upload', onUpload),
    { name: say`limits`, text: printable(limitText(settings), 400) },
    { name: say`access`, text: printable(accessText(settings), 400) },
    { name: say`rules`, text: rules === undefined ? say`none for names` : printable(rulesText(rules)) },
  ];
}

function folded(text: string, width: number): readonly Printable[] {
  return wrapped(text, width, { first: '  ', indent: 4 }).map((line) => printable(line, 400));
}

/** Why `host` cannot reach our server; undefined where it probably can. */
export function unreachableHint(
  server: Pick<EmbeddedServer, 'status'>,
  address: string,
  host: string,
): Printable | undefined {
  const listening = server.status()?.listening ?? [];
  const isReachable = listening.some((one) => [address, '0.0.0.0', '::'].includes(one.address));
  if (isReachable) return undefined;
  return say`  Our server listens on ${listeningText(listening)} only: ${printable(host)} cannot reach it. Use serve with --lan or --host.`;
}

/** How rules rewrite a name, step by step. */
export async function rewriteLines(
  rules: RewriteRules,
  name: string,
  request: { readonly op: 'RRQ' | 'WRQ'; readonly address: string },
): Promise<readonly Printable[]> {
  const { rewrite } = await import('../../files/offerings/rewrite.ts');
  const { steps, result } = rewrite(rules, name, request);
  const end =
    result.type === 'name'
      ? say`${printable(request.op)} ${printable(name)} becomes ${printable(result.name)}`
      : say`${printable(request.op)} ${printable(name)} is refused${refusalReason(result.line)}`;
  const unchanged = steps.length === 0 && result.type === 'name' ? [say`  no rule matches`] : [];
  return [...steps.map(stepLine), ...unchanged, end];
}

function refusalReason(line: number | undefined): Printable {
  return line === undefined ? say`: the name is too long, or the rules take too long` : say` by line ${line}`;
}

function stepLine({ line, before, after }: RewriteStep): Printable {
  return join([say`  line ${line}:`, printable(before), say`→`, printable(after)], say` `);
}
