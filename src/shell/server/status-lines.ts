// Our own server in words: how it goes, its limits, what rules make of a name. Pure but for reading the session.
import type { RewriteRules, RewriteStep } from '../../files/offerings/rewrite.ts';
import type { ServerSettings, ServerStatus } from '../../engine/server/server.ts';
import { join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { pageWidth } from '../help/help.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { counted, durationText, grouped, octetsText } from '../../trace/text/quantities.ts';
import { listeningText, type EmbeddedServer } from './embedded-server.ts';

/** What bare `serve` tells. */
export function statusLines(server: EmbeddedServer): readonly Printable[] {
  const status = server.status();
  const { serve } = server;
  if (status === undefined || serve === undefined)
    return [say`No server runs. "serve DIR" starts one, for reading, on 127.0.0.1:6969.`];
  return [
    say`Serving ${server.root ?? say``} (${server.mode}) for ${durationText(status.uptime)}`,
    ...folded(say`on ${listeningText(status.listening)}`),
    say`  active ${status.active.length}   done ${status.done}   failed ${status.failed}   probes ${status.probes}   ${octetsText(status.octets)} served`,
    say`  refused ${status.refused}   denied ${status.denied}   dropped ${status.dropped}`,
    ...limitLines(serve.settings, serve.rules),
    ...status.active.map(activeLine),
  ];
}

function activeLine({ kind, remote, peer, octets, block }: ServerStatus['active'][number]): Printable {
  const where = peer === undefined ? say`` : listeningText([peer]);
  return say`  ${where}  ${printable(kind)} ${printable(remote)}  ${octetsText(octets)}  block ${grouped(block)}`;
}

function limitLines(settings: ServerSettings, rules: RewriteRules | undefined): readonly Printable[] {
  const { maxTransfers = 512, rate = 200, allow = [], deny = [], singlePort, ports } = settings;
  const list = (blocks: readonly string[]): string => blocks.join(', ');
  const asked = allow.length === 0 ? 'anybody who can reach it may ask' : `${list(allow)} may ask`;
  const denied = deny.length === 0 ? '' : `, ${list(deny)} may not`;
  const from =
    singlePort === true
      ? ', all from the listening port'
      : ports === undefined
        ? ''
        : `, from ports ${ports.from}:${ports.to}`;
  return [
    ...folded(`at most ${maxTransfers} transfers at once${from}; ${rate} requests a second from one address`),
    ...folded(`${asked}${denied}`),
    ...(rules === undefined
      ? []
      : folded(`names go through ${counted(rules.rules.length, 'rule')}: "serve rewrite NAME" shows how`)),
  ];
}

function folded(text: string): readonly Printable[] {
  return wrapped(text, pageWidth, { first: '  ', indent: 4 }).map((line) => printable(line, 400));
}

/** Why `host` will not get through to us; undefined where it will, as far as we know. */
export function unreachableHint(
  server: Pick<EmbeddedServer, 'status'>,
  address: string,
  host: string,
): Printable | undefined {
  const listening = server.status()?.listening ?? [];
  const heard = listening.some((one) => [address, '0.0.0.0', '::'].includes(one.address));
  if (heard) return undefined;
  return say`  But it listens on ${listeningText(listening)} only: ${printable(host)} cannot reach it. "serve" with --lan or --host.`;
}

/** What rules make of a name, step by step. */
export async function rewriteLines(
  rules: RewriteRules,
  name: string,
  asked: { readonly op: 'RRQ' | 'WRQ'; readonly address: string },
): Promise<readonly Printable[]> {
  const { rewrite } = await import('../../files/offerings/rewrite.ts');
  const { steps, result } = rewrite(rules, name, asked);
  const end =
    result.type === 'name'
      ? say`${printable(asked.op)} ${printable(name)} means ${printable(result.name)}`
      : say`${printable(asked.op)} ${printable(name)} is refused${byRule(result.line)}`;
  const unchanged = steps.length === 0 && result.type === 'name' ? [say`  no rule matches`] : [];
  return [...steps.map(stepLine), ...unchanged, end];
}

function byRule(line: number | undefined): Printable {
  return line === undefined ? say`: too long, or in circles` : say` by line ${line}`;
}

function stepLine({ line, before, after }: RewriteStep): Printable {
  return join([say`  line ${line}:`, printable(before), say`→`, printable(after)], say` `);
}
