// A packet in one line of a trace: the operation, then its fields in fixed columns. Text from a peer is quoted or
// escaped, so that one field cannot look like two.
import { errorText } from './codes.ts';
import { counted, grouped } from './counts.ts';
import type { Malformed, MalformedReason, Packet, WireOption } from './packet.ts';
import { join, pad, printable, quoted, raw, say, type Printable, type Untrusted } from './text.ts';

/** Most characters of the name or the value of one option. */
const fieldLimit = 64;

/** `packet` in one line, as in `DATA  1      1,468 B`; for a malformed datagram the line says what is wrong. */
export function summary(packet: Packet | Malformed): Printable {
  if (packet.op === 'DATA') return dataSummary(packet.block, packet.data.length);
  const { op, words } = fields(packet);
  return say`${opColumn[op]}${words}`;
}

/** {@link summary} without columns, for a sentence or an arrow: `DATA 1 1,468 B`. `mark` stands after the operation. */
export function summaryWords(packet: Packet | Malformed, mark: Printable = say``): Printable {
  if (packet.op === 'DATA') return say`DATA${mark} ${packet.block} ${grouped(packet.data.length)} B`;
  const { op, words } = fields(packet);
  return say`${op === 'none' ? say`?` : printable(op)}${mark} ${words}`;
}

interface Fields {
  readonly op: keyof typeof opColumn;
  readonly words: Printable;
}

function fields(packet: Exclude<Packet, { readonly op: 'DATA' }> | Malformed): Fields {
  const blank = say` `;
  switch (packet.op) {
    case 'RRQ':
    case 'WRQ': {
      const { op, filename, mode, options, ignored } = packet;
      const words = [quoted(filename), word(mode), ...optionWords(options), ...ignoredWords(ignored)];
      return { op, words: join(words, blank) };
    }
    case 'ACK':
      return { op: 'ACK', words: say`${packet.block}` };
    case 'ERROR': {
      const text = printable(packet.message);
      return {
        op: 'ERROR',
        words: say`${packet.code} ${text === '' ? printable(errorText(packet.code)) : text}`,
      };
    }
    case 'OACK':
      return {
        op: 'OACK',
        words: join([...optionWords(packet.options), ...ignoredWords(packet.ignored)], blank),
      };
    case 'malformed':
      return malformedFields(packet);
  }
}

/** {@link summary} of a DATA packet with this number of octets of the file. */
export function dataSummary(block: number, octets: number): Printable {
  return say`${opColumn.DATA}${pad(block, 5)}  ${grouped(octets)} B`;
}

/** {@link summary} of an ACK. */
export function ackSummary(block: number): Printable {
  return say`${opColumn.ACK}${block}`;
}

/** What each reason means, in words that fit after "malformed: ". */
export const reasonWords: Readonly<Record<MalformedReason, Printable>> = {
  empty: say`no octets`,
  'no-opcode': say`too short for an opcode`,
  'unknown-opcode': say`unknown opcode`,
  'too-short': say`too short for its fixed fields`,
  'too-long': say`longer than an ACK`,
  'filename-unterminated': say`the file name does not end in NUL`,
  'filename-empty': say`the file name is empty`,
  'mode-unterminated': say`the mode does not end in NUL`,
  'options-empty': say`it has no option`,
  'options-malformed': say`an option is cut off`,
};

const opColumn = {
  RRQ: say`RRQ   `,
  WRQ: say`WRQ   `,
  DATA: say`DATA  `,
  ACK: say`ACK   `,
  ERROR: say`ERROR `,
  OACK: say`OACK  `,
  none: say`?     `,
};
const byOpcode = ['none', 'RRQ', 'WRQ', 'DATA', 'ACK', 'ERROR', 'OACK'] as const;

function malformedFields({ reason, opcode, length }: Malformed): Fields {
  const what = reason === 'unknown-opcode' ? say`${reasonWords[reason]} ${opcode ?? 0}` : reasonWords[reason];
  return {
    op: byOpcode[opcode ?? 0] ?? 'none',
    words: say`malformed: ${what} (${counted(length, 'octet')})`,
  };
}

function optionWords(options: readonly WireOption[]): readonly Printable[] {
  return options.map(({ name, value }) => say`${word(name)}=${word(value)}`);
}

function ignoredWords(ignored: number): readonly Printable[] {
  return ignored === 0 ? [] : [say`(${counted(ignored, 'octet')} ignored)`];
}

/** A plain word unchanged, any other text between quotes. */
function word(text: Untrusted): Printable {
  return /^[\w.,:+-]{1,64}$/.test(raw(text)) ? printable(text, fieldLimit) : quoted(text, fieldLimit);
}
