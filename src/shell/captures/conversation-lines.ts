// A conversation of a capture as text: one line of the transcript, or a row of a list. Pure.
import type { ConversationSummary } from '../../trace/capture/record.ts';
import { join, printable, quoted, raw, say, type Printable } from '../../wire/text.ts';
import { reasonWords } from '../../wire/summary.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Line } from '../session/state.ts';
import { counted, durationText, grouped, octetsText } from '../../trace/text/quantities.ts';
import type { ListRow } from '../session/view.ts';

/** `   3  get "boot.cfg"   192.0.2.1:1024 - 192.0.2.9   complete   4,102 B in 12 ms`. */
export function conversationLine(summary: ConversationSummary): Line {
  const { transfer, client, tid, server, octets, duration } = summary;
  const ends = say`${printable(formatTid(client))} - ${printable(formatTid(tid ?? server))}`;
  const moved = say`${octetsText(octets)} in ${durationText(duration)}`;
  const number = printable(String(transfer).padStart(4));
  const parts = [say`${verbOf(summary)} ${fileOf(summary)}`, ends, outcomeWords(summary), moved];
  const text = join([say`${number}  ${join(parts, gap)}`, ...trouble(summary)], gap);
  return { kind: isUnusual(summary) ? 'bad' : 'plain', isResult: true, text };
}

/** The same in cells, and all of it in two lines; what goes on has not failed yet. */
export function conversationRow(summary: ConversationSummary, goesOn: boolean): ListRow {
  const { transfer, client, server, outcome, error, octets, resent, duration } = summary;
  const hopes = goesOn && (outcome === 'unfinished' || (outcome === 'silent' && resent === 0));
  return {
    number: transfer,
    cells: {
      number: printable(String(transfer)),
      start: printable((summary.start / 1000).toFixed(3)),
      op: verbOf(summary),
      file: summary.file === undefined ? missingFile(summary) : printable(summary.file),
      client: printable(formatTid(client)),
      server: printable(formatTid(server)),
      outcome: hopes
        ? say`under way`
        : error === undefined
          ? printable(outcome)
          : say`${printable(outcome)} ${error.code}`,
      octets: octetsText(octets),
      resent: grouped(resent),
      time: durationText(duration),
    },
    detail: [happened(summary), terms(summary)],
    unusual: !hopes && isUnusual(summary),
  };
}

const gap = say`   `;

function isUnusual({ outcome }: ConversationSummary): boolean {
  return outcome !== 'complete' && outcome !== 'declined';
}

function verbOf({ op }: ConversationSummary): Printable {
  return op === 'RRQ' ? say`get` : say`put`;
}

function fileOf(summary: ConversationSummary): Printable {
  const { file, malformed } = summary;
  if (file !== undefined) return quoted(file, 64);
  return malformed === undefined
    ? say`(request not captured)`
    : say`(malformed request: ${reasonWords[malformed]})`;
}

function missingFile({ malformed }: ConversationSummary): Printable {
  return malformed === undefined ? say`(not captured)` : say`(malformed)`;
}

/** `get "boot.cfg" octet   complete   9 blocks   2 resent`. */
function happened(summary: ConversationSummary): Printable {
  const { mode } = summary;
  const how = mode === undefined ? say`` : say` ${printable(mode, 16)}`;
  const what = say`${verbOf(summary)} ${fileOf(summary)}${how}`;
  return join([what, outcomeWords(summary), counted(summary.blocks, 'block'), ...trouble(summary)], gap);
}

/** `blksize=1468 windowsize=4   192.0.2.1:1024 - 192.0.2.9:69, then :40001`. */
function terms(summary: ConversationSummary): Printable {
  const { client, server, tid } = summary;
  const options = summary.options.map(({ name, value }) =>
    printable(`${raw(name).toLowerCase()}=${raw(value)}`, 32),
  );
  const stays = tid === undefined || (tid.port === server.port && tid.address === server.address);
  const then = tid?.address === server.address ? say`:${tid.port}` : printable(formatTid(tid ?? server));
  const ends = say`${printable(formatTid(client))} - ${printable(formatTid(server))}`;
  const whole = say`${ends}${stays ? say`` : say`, then ${then}`}`;
  return join([...(options.length === 0 ? [] : [join(options, say` `)]), whole], gap);
}

function outcomeWords({ outcome, error }: ConversationSummary): Printable {
  if (error === undefined) return printable(outcome);
  const message = printable(error.message, 80);
  return say`${printable(outcome)}: ERROR ${error.code}${message === '' ? say`` : say` ${message}`}`;
}

function trouble({ missing, resent, duplicates, strangers }: ConversationSummary): readonly Printable[] {
  const parts = [
    ...(missing === 0 ? [] : [say`${counted(missing, 'block')} missing`]),
    ...(resent === 0 ? [] : [say`${grouped(resent)} resent`]),
    ...(duplicates === 0 ? [] : [say`${grouped(duplicates)} needlessly`]),
    ...(strangers === 0 ? [] : [counted(strangers, 'stranger')]),
  ];
  return parts.length === 0 ? [] : [join(parts, say`, `)];
}
