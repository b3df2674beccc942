// Causes at the start of a transfer: nobody answers, another host answers, the request or its options are refused.
import { formatTid } from '../../wire/tid.ts';
import { printable, quoted, raw, say, type Printable, type Untrusted } from '../../wire/text.ts';
import { counted, durationText } from '../text/quantities.ts';
import { isConfirmedBy } from '../explain/packets.ts';
import { refusalOf } from './refusals.ts';
import { hasFailed, isStuck, listed, messageOf, named, times, type CauseRow } from './cause.ts';
import { optionOf, type Evidence } from './evidence.ts';

/** Nothing of the transfer came from the server. */
function isUnanswered({ server, errors, vantage, requests }: Evidence): boolean {
  return vantage !== 'server' && requests.length > 0 && server.packets === 0 && errors.length === 0;
}

function requestsSent({ requests, time }: Evidence): Printable {
  return say`${counted(requests.length, 'request')} in ${durationText(time.total)}`;
}

/** Milliseconds in which a server answers one request. */
const enough = 1000;

export const openingCauses: readonly CauseRow[] = [
  {
    name: 'unknown-host',
    level: 'failure',
    cause: 'the name of the host is unknown',
    evidence: 'no address was found, so no packet was sent',
    remedy: 'check the spelling, or use the address: {connect ADDRESS}',
    find: ({ local }) =>
      local?.by === 'name'
        ? { text: say`The name of the host has no address: nothing was sent.` }
        : undefined,
  },
  {
    name: 'nothing-listens',
    level: 'failure',
    cause: 'nothing listens on the port',
    evidence: 'the host answers the request with ICMP port unreachable',
    remedy: 'start the server, or try another port: {connect HOST PORT}',
    find: (evidence) => {
      const { outcome, request } = evidence;
      const isRefused = outcome?.ok === false && outcome.failure.by === 'network';
      if (!isRefused || outcome.failure.reason !== 'port-unreachable' || evidence.server.packets > 0)
        return undefined;
      const to = request === undefined ? say`its port` : printable(formatTid(request.rec.peer));
      return {
        text: say`The host is up, but nothing listens on ${to} (ICMP port unreachable).`,
        packets: numbersOf(request),
      };
    },
  },
  {
    name: 'other-address',
    level: 'failure',
    cause: 'the answers come from another address',
    evidence: 'nothing comes from the address that was asked, but TFTP packets come from another one',
    remedy: 'let the server answer from the address that was asked, or accept any: {set any-address on}',
    find: (evidence) => {
      const [first] = evidence.strangers.filter(({ packet }) => packet.op !== 'malformed');
      if (!isUnanswered(evidence) || first === undefined || evidence.request === undefined) return undefined;
      const asked = printable(evidence.request.rec.peer.address);
      const other = printable(formatTid(first.peer));
      const count = evidence.strangers.length;
      return {
        text: say`${asked} was asked, but only ${other} answers (${counted(count, 'packet')}): a server with several addresses, or NAT. The answers are ignored (RFC 1350 §4).`,
        packets: evidence.strangers.slice(0, 4).map(({ number }) => number),
      };
    },
  },
  {
    name: 'no-answer',
    level: 'failure',
    cause: 'no answer at all: the host is down, a firewall drops the request, or one drops the answer',
    evidence:
      'the request was sent several times, and nothing came: no packet, no ICMP, nothing from another address',
    remedy:
      'check that the host answers ping, that a server runs there, and that firewalls on both sides let the answer from its new port pass (help firewalls)',
    find: (evidence) => {
      if (!isUnanswered(evidence) || evidence.strangers.length > 0 || !isStuck(evidence)) return undefined;
      if (evidence.reports.length > 0) return undefined;
      if (evidence.outcome?.ok === false && evidence.outcome.failure.by !== 'silence') return undefined;
      // A capture that ends right after the request shows nothing.
      const isShort = evidence.requests.length === 1 && evidence.time.total < enough;
      if (evidence.vantage === 'outside' && isShort) return undefined;
      const plain = evidence.requests.filter(({ packet }) => packet.options.length === 0).length;
      const without = plain > 0 && plain < evidence.requests.length ? say`, also without options` : say``;
      return {
        text: say`No answer to ${requestsSent(evidence)}${without}. The host is down, or a firewall drops the request to port ${evidence.request?.rec.peer.port ?? 69} or the answer, which comes from a new port.`,
        packets: numbersOf(evidence.request),
      };
    },
  },
  {
    name: 'answer-not-taken',
    level: 'failure',
    cause: 'the answer of the server does not reach the client',
    evidence: 'the server answers, and the client repeats its request or stays silent',
    remedy:
      "let the server's new port pass the firewall of the client, or serve from one port: {set single-port on}",
    find: (evidence) => {
      const { vantage, server, client, requests, errors } = evidence;
      const answer = evidence.oack?.rec ?? evidence.data[0] ?? firstAck(evidence);
      const spoke = client.packets > requests.length;
      if (vantage === 'client' || answer === undefined || spoke || server.packets === 0) return undefined;
      if (errors.length > 0 || !isStuck(evidence) || evidence.hasEnd) return undefined;
      const port = vantage === 'server' ? answer.local.port : answer.peer.port;
      const asked =
        requests.length > 1 ? say`asked ${times(requests.length)} and took no answer` : say`never answered`;
      return {
        text: say`The client ${asked}: ${named(answer)} from port ${port}, sent ${times(server.packets)}. A firewall on its side?`,
        packets: [...numbersOf(evidence.request), answer.number],
      };
    },
  },
  {
    name: 'boot-search',
    level: 'note',
    cause: 'a boot loader looks for its configuration',
    evidence: 'a name such as pxelinux.cfg/…, refused with ERROR 1',
    remedy: 'nothing: only the last name that it asks for has to exist',
    find: ({ file, errors }) => {
      const refused = errors.find(({ packet, from }) => packet.code === 1 && from === 'server');
      const loader = file === undefined ? undefined : loaderOf(raw(file));
      if (refused === undefined || loader === undefined || file === undefined) return undefined;
      return {
        text: say`${quoted(file, 64)} was asked for: ${printable(loader)} looks for its configuration under several names. This is normal until the last one.`,
        packets: [refused.rec.number],
      };
    },
  },
  {
    name: 'other-case',
    level: 'failure',
    cause: 'the file exists in other capitals',
    evidence: 'ERROR 1 of our own server, which offers one file whose name differs in capitals alone',
    remedy: '{serve DIR --caseless} finds it',
    find: ({ file, errors, similar }) => {
      const refused = errors.find(({ packet, from }) => packet.code === 1 && from === 'server');
      if (refused === undefined || file === undefined || similar === undefined) return undefined;
      return {
        text: say`${quoted(file, 64)} was asked for; ${quoted(similar, 64)} exists.`,
        packets: [refused.rec.number],
      };
    },
  },
  {
    name: 'refused',
    level: 'failure',
    cause: 'the server refuses the request',
    evidence: 'its first answer is an ERROR; the code says why',
    remedy: 'depends on the code: {explain} names it',
    find: (evidence) => {
      const { errors, data, oack, request } = evidence;
      const last = errors.at(-1);
      if (last?.from !== 'server' || !hasFailed(evidence)) return undefined;
      if (data.length > 0 || oack !== undefined || firstAck(evidence) !== undefined) return undefined;
      const refusal = refusalOf(last.packet.code, request?.packet.op === 'WRQ' ? 'put' : 'get');
      const what = request === undefined ? say`the request` : quoted(request.packet.filename, 64);
      const isOurs = evidence.vantage === 'server';
      const local = isOurs ? say`` : say` ${printable(refusal.meaning, 400)}`;
      return {
        text: say`The server refused ${what} with ERROR ${last.packet.code}: ${messageOf(last.packet)}.${local}`,
        packets: [last.rec.number],
        remedy: isOurs ? '' : refusal.remedy,
      };
    },
  },
  {
    name: 'options-refused',
    level: 'note',
    cause: 'the server refuses options',
    evidence: 'ERROR 8, or ERROR 4 as the first answer; the client asks again without options',
    remedy: 'nothing; {options off} saves the first request',
    find: ({ requests, errors }) => {
      const error = errors.find(
        ({ packet, from }) => from === 'server' && (packet.code === 8 || packet.code === 4),
      );
      const again = requests.find(
        ({ packet, rec }) => packet.options.length === 0 && rec.number > (error?.rec.number ?? Infinity),
      );
      if (error === undefined || again === undefined) return undefined;
      return {
        text: say`The server refused the options with ERROR ${error.packet.code} (packet ${error.rec.number}); the client asked again without them (packet ${again.rec.number}).`,
        packets: [error.rec.number, again.rec.number],
      };
    },
  },
  {
    name: 'options-unanswered',
    level: 'note',
    cause: 'the server does not answer requests with options',
    evidence: 'no answer until the request is sent without options',
    remedy: '{options off} asks without them at once',
    find: ({ requests, errors, server }) => {
      const [first] = requests;
      const plain = requests.find(({ packet }) => packet.options.length === 0);
      if (first === undefined || plain === undefined || first.packet.options.length === 0) return undefined;
      if (errors.length > 0 || server.packets === 0) return undefined;
      return {
        text: say`No request with options was answered; the one without them was (packet ${plain.rec.number}).`,
        packets: [plain.rec.number],
      };
    },
  },
  {
    name: 'options-ignored',
    level: 'note',
    cause: 'the server ignores options',
    evidence: 'options of the request that the answer does not have',
    remedy: 'nothing: the transfer uses blocks of 512 octets, one at a time, where they are ignored',
    find: (evidence) => {
      const { requests, oack, data } = evidence;
      const request = requests.at(-1);
      const isPut = request?.packet.op === 'WRQ';
      const answer = oack?.rec ?? (isPut ? firstAck(evidence) : data[0]);
      if (request === undefined || answer === undefined) return undefined;
      // Some clients fail on a size of 0, so that servers leave it out for an empty file.
      const isEmpty = data[0]?.length === 4;
      const missing = request.packet.options.filter(
        ({ name }) =>
          !(isEmpty && isNamed(name, 'tsize')) &&
          !oack?.packet.options.some((one) => isNamed(one.name, raw(name))),
      );
      if (missing.length === 0) return undefined;
      return {
        text: say`The server ignored ${listed(missing.map(({ name }) => printable(name, 32)))}.`,
        packets: [request.rec.number, answer.number],
      };
    },
  },
  {
    name: 'options-lowered',
    level: 'note',
    cause: 'the server lowers options',
    evidence: 'the OACK has a smaller blksize or windowsize than the request',
    remedy: 'nothing: the smaller value is in force',
    find: ({ requests, oack }) => {
      const request = requests.at(-1);
      const lowered = (['blksize', 'windowsize'] as const).flatMap((name) => {
        const [wanted, got] = [optionOf(request?.packet, name), optionOf(oack?.packet, name)];
        return wanted !== undefined && got !== undefined && got < wanted
          ? [say`${printable(name)} from ${wanted} to ${got}`]
          : [];
      });
      if (oack === undefined || lowered.length === 0) return undefined;
      return { text: say`The server lowered ${listed(lowered)}.`, packets: [oack.rec.number] };
    },
  },
  {
    name: 'bad-oack',
    level: 'failure',
    cause: 'the OACK breaks the negotiation',
    evidence:
      'the client answers the OACK with ERROR 8: an option was not asked for, or a value was not offered',
    remedy: '{options off} offers none, {set lenient on} accepts more',
    // Packets after the refusal do not belong to the file.
    covers: ['size-mismatch'],
    find: ({ errors, oack, request }) => {
      const error = errors.find(({ packet, from }) => from === 'client' && packet.code === 8);
      if (error === undefined || oack === undefined || request === undefined) return undefined;
      if (optionOf(request.packet, 'tsize') === 0 && isConfirmedBy(request.packet, oack.packet))
        return undefined;
      return {
        text: say`The client refused the OACK (packet ${oack.rec.number}) with ERROR 8: ${messageOf(error.packet)}.`,
        packets: [oack.rec.number, error.rec.number],
      };
    },
  },
];

function isNamed(name: Untrusted, wanted: string): boolean {
  return raw(name).toLowerCase() === wanted.toLowerCase();
}

function firstAck({ log }: Evidence) {
  return log.packets.find(
    ({ packet, stranger, direction }) =>
      packet.op === 'ACK' && !stranger && (direction === 'sent') === (log.tag.side === 'server'),
  );
}

function numbersOf(seen: Evidence['request']): readonly number[] {
  return seen === undefined ? [] : [seen.rec.number];
}

const loaders: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)pxelinux\.cfg\//, 'a PXE client'],
  [/(^|\/)grub(\/|2\/)?.*grub\.cfg(-|$)/, 'GRUB'],
  [/(^|\/)(?:[0-9a-f]{8}|\d+)\/(start\d*\.elf|config\.txt|cmdline\.txt|bootcode\.bin)$/i, 'a Raspberry Pi'],
  [/(^|\/)[0-9A-F]{8}(\.img|\.cfg)$/, 'U-Boot'],
  [/(^|\/)(network-confg|cisconet\.cfg|router-confg|ciscortr\.cfg)$/, 'Cisco IOS'],
];

function loaderOf(file: string): string | undefined {
  return loaders.find(([pattern]) => pattern.test(file))?.[1];
}
