// The tables of README and of src/manual/, rendered from the tables of the program and from the results of the benchmarks.
// A block is the text between `<!-- name -->` and `<!-- /name -->`.
import { defaultLimits } from '../../src/engine/server/admission/admission.ts';
import { exitStatusTable } from '../../src/shell/report/exit-status.ts';
import { deeds } from '../../src/engine/deeds.ts';
import { causes } from '../../src/trace/diagnose/diagnose.ts';
import { eventTable } from '../../src/shell/report/events.ts';
import { registry } from '../../src/shell/commands/registry.ts';
import { lineLimit } from '../../src/shell/editor/state.ts';
import { flagForm } from '../../src/shell/help/help.ts';
import { profiles } from '../../src/shell/exam/profiles.ts';
import { programFlags } from '../../src/shell/program/flags.ts';
import { limitsOf, settingGroups, valueText } from '../../src/shell/settings/settings.ts';
import { settingsTable } from '../../src/shell/settings/table.ts';
import type { SettingName } from '../../src/shell/settings/table.ts';
import { termOptions } from '../../src/wire/options.ts';
import { purposes, rooms } from '../../.config/rooms.js';
import { isReached, rounded, type Figure } from '../bench/figure.ts';
import results from '../bench/results.json' with { type: 'json' };

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

const code = (text: string): string => `\`${text}\``;
const forms = (name: string, usage: readonly string[]): string =>
  (usage.length === 0 ? [''] : usage).map((form) => code(`${name} ${form}`.trim())).join('<br>');

/** The default of a setting, as a user types it. */
function byDefault(name: SettingName): string {
  const row = settingsTable.find((one) => one.name === name);
  if (row === undefined) throw new Error(`there is no setting ${name}`);
  return valueText(row, row.default);
}

const count = (value: number): string => value.toLocaleString('en-US');

/** What the program limits, with the defaults that its tables have. */
const limits: readonly (readonly [what: string, value: string, change: string])[] = [
  [
    'listening address and port',
    `${byDefault('serve-host')}, port ${byDefault('serve-port')}`,
    '`serve --host --port`',
  ],
  [
    'transfers of the server at once',
    `${byDefault('max-transfers')}; one address (or IPv6 /64, except on attached networks) gets at most half, and an eighth is kept for addresses that have none; fewer where the process may open fewer files`,
    '`set max-transfers`',
  ],
  [
    'half-open transfers (the client has not answered yet)',
    '256, each for 15 s; 3 packets, after 0, 1 and 3 s, whatever timeout the request asked for, then one for each repeated request',
    '',
  ],
  [
    'files that are being opened',
    '64 at once; while others wait, the newest request goes first, and an open that takes longer than 2 s gives way',
    '',
  ],
  [
    'new requests per second',
    `${byDefault('serve-rate')} for one address (${defaultLimits.burst} in a burst), ${count(defaultLimits.requests)} in all`,
    '`set serve-rate`',
  ],
  ['refusals for lack of room', `${defaultLimits.refusals} a second`, ''],
  ['ERROR 5 to strangers', '1 for each stranger and transfer, 10 a second', ''],
  [
    'datagram of a request',
    '1,472 octets, 16 options, a name of 1,024 octets, a component of 255; our own requests at most 512 (RFC 2347)',
    '',
  ],
  ['blksize', 'asks 1468, over IPv6 1448, on loopback 65464; accepts up to 65464', '`set blksize`'],
  [
    'windowsize',
    'asks 16; accepts min(64, ⌊98304 / (blksize + 4)⌋), at least 1: what fits a default receive buffer',
    '`set windowsize`',
  ],
  [
    'retransmission',
    `first after ${byDefault('rexmt')}, then measured from round trips, 250 ms … 8 s, doubled each time, but not beyond the rhythm of a peer that repeats its packets; an agreed timeout option is the interval itself, for six repetitions`,
    '`set rexmt`',
  ],
  ['giving up', `${byDefault('timeout')} without progress; at least three agreed timeouts`, '`set timeout`'],
  [
    'dallying after the last ACK (RFC 1350 §6)',
    '12 s, after the prompt is back; not beyond the end of the program, nor where a new transfer finds no free descriptor',
    '',
  ],
  [
    'slow transfers',
    'when no place is free, the slowest of the busiest address gives way; otherwise one below 1 KiB/s for 60 s or without a new block for 10 s; 24 h at most',
    '',
  ],
  [
    'upload',
    '1 GiB each, 8 at once, 4 from one address; 64 MiB of the disk (a sixteenth of one below 1 GiB) and a sixteenth of its inodes (at most 1,024) stay free; with `--mkdir` at most 16 new directories for one file, 10,000 in all',
    'library: `maxUploads`',
  ],
  ['download without a known size', '16 GiB', ''],
  [
    'memory of a transfer',
    'a window, and 96 KiB that are read ahead, or 2 MiB that are not written yet; all transfers together read 4 MiB more ahead',
    '',
  ],
  ['text from others', 'escaped, 256 characters', ''],
  ['packets kept for `ladder` and `packet`', '65,536, of each at most 512 octets', ''],
  ['a line; the history', `${count(lineLimit)} characters; 1,000 lines, mode 0600`, ''],
  ['stopping the server', `${byDefault('grace')} for running transfers, then ERROR 0`, '`set grace`'],
];

const { facts: machine } = results;
const figures = results.figures as unknown as readonly Figure[];

function figureRow(figure: Figure): readonly string[] {
  const { contest, what, value, unit, goal, bound, spread } = figure;
  const shown = value === undefined ? 'no result' : `${rounded(value, unit)} ${unit}`;
  return [
    code(contest),
    what,
    isReached(figure) ? `**${shown}**` : shown,
    spread === undefined ? '' : spread.map((one) => one.toFixed(2)).join('…'),
    `${bound === 'least' ? '≥' : '≤'} ${goal}`,
  ];
}

/** Name of a block to its Markdown. */
export const blocks: Readonly<Record<string, string>> = {
  commands: table(
    ['command', 'does'],
    registry
      .filter((command) => command.with === undefined)
      .map(({ name, summary, aliases }) => {
        const others = registry.filter((command) => command.with === name).map((command) => command.name);
        return [[name, ...aliases, ...others].map(code).join(' '), summary];
      }),
  ),
  usage: table(
    ['command', 'does', 'also'],
    registry.map(({ name, usage, summary, aliases }) => [
      forms(name, usage),
      summary,
      aliases.map(code).join(' '),
    ]),
  ),
  flags: table(
    ['flag', 'does'],
    programFlags.map(({ name, short, value, summary }) => [
      code(
        flagForm({
          name: `--${name}`,
          ...(short !== undefined && { short: `-${short}` }),
          ...(value !== undefined && { value }),
        }),
      ),
      summary,
    ]),
  ),
  settings: settingGroups
    .flatMap(({ heading, rows }) => [
      ...(heading === undefined ? [] : [`${heading.replace(/"(\w+)"/, (_, word: string) => code(word))}:`]),
      table(
        ['setting', 'default', 'takes', 'meaning'],
        rows.map((row) => [code(row.name), code(valueText(row, row.default)), limitsOf(row), row.meaning]),
      ),
    ])
    .join('\n\n'),
  options: table(
    ['option', 'value', 'meaning', 'source'],
    termOptions.map(({ name, limits: { min, max }, meaning, source }) => [
      code(name),
      max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `${min}–${max}`,
      meaning,
      source,
    ]),
  ),
  status: table(
    ['status', 'meaning'],
    exitStatusTable.map(([status, meaning]) => [String(status), meaning]),
  ),
  events: table(
    ['event', 'meaning', 'fields'],
    eventTable.map(({ event, meaning, fields }) => [
      code(event),
      meaning,
      fields
        .map(([name, type, about]) => `${code(`${name}: ${type}`)}${about === '' ? '' : ` ${about}`}`)
        .join('; '),
    ]),
  ),
  profiles: profiles
    .map(({ name, program, source }) => `* ${name}: ${program}. Source: ${source}.`)
    .join('\n'),
  causes: causes
    .map(
      ({ cause, evidence, remedy }) =>
        `* ${cause}. Evidence: ${evidence}. Remedy: ${remedy.replace(/\{([^}]+)\}/g, (_, step: string) => code(step))}.`,
    )
    .join('\n'),
  deeds: table(
    ['deed', 'what the server does', 'what it is good for'],
    deeds.map(({ name, value, meaning, purpose }) => [
      code(value === undefined ? name : `${name} ${value}`),
      meaning,
      purpose,
    ]),
  ),
  limits: table(['limit', 'default', 'change it'], limits),
  machine: `Measured on ${machine.date}: ${machine.processors}, ${machine.system}, Node ${machine.node}, sockets through ${machine.door}; ${results.options.runs} rounds.`,
  performance: table(['contest', 'what', 'result', 'rounds', 'goal'], figures.map(figureRow)),
  rooms: table(
    ['room', 'may import', 'what lives there'],
    Object.entries(rooms).map(([room, imports]) => [
      code(room),
      imports.length === 0 ? 'nothing' : imports.map(code).join(', '),
      purposes[room] ?? '',
    ]),
  ),
};

/** Which blocks each file has. */
export const files: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['commands'],
  'src/manual/reference.md': ['usage', 'flags', 'settings', 'status', 'events', 'limits'],
  'src/manual/architecture.md': ['rooms'],
  'src/manual/options.md': ['options'],
  'src/manual/performance.md': ['machine', 'performance'],
  'src/manual/causes.md': ['causes'],
  'src/manual/exams.md': ['profiles'],
  'src/manual/teaching.md': ['deeds'],
};

/** `text` with every block as it is rendered now. */
export function rendered(text: string): string {
  return Object.entries(blocks).reduce(
    (now, [name, block]) =>
      now.replace(
        new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`),
        (_, start: string, end: string) => `${start}${block}\n${end}`,
      ),
    text,
  );
}
