// Reads the filter language into a tree: `op=ERROR and host=10.0.0.0/8 and not (file=*.cfg or block>120)`. A word that is
// no field is looked for in names and texts: `boot`.
// Rule: never throws; an error has the place for a caret.
import { parseDecimal } from '../../wire/decimal.ts';
import { lowerAscii } from '../../wire/options.ts';
import { quoted, say, type Printable } from '../../wire/text.ts';
import { asIpv6, parseAddress } from './dissect/address.ts';

/** The fields, and what their values are. */
const fields = {
  op: { kind: 'word', words: ['RRQ', 'WRQ', 'DATA', 'ACK', 'ERROR', 'OACK', 'malformed'] },
  host: { kind: 'address' },
  client: { kind: 'address' },
  server: { kind: 'address' },
  port: { kind: 'number' },
  file: { kind: 'glob' },
  block: { kind: 'number' },
  code: { kind: 'number' },
  transfer: { kind: 'number' },
  outcome: { kind: 'word', words: ['complete', 'refused', 'silent', 'aborted', 'declined', 'unfinished'] },
} as const;

export type Field = keyof typeof fields;

/** The fields of the language, in the order of help. */
export const filterFields = Object.keys(fields) as readonly Field[];

/** What a field is compared with. A network is 16 octets, IPv4 mapped into IPv6. */
export type Wanted =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'glob'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number; readonly sign: NumberSign }
  | { readonly kind: 'address'; readonly network: Uint8Array; readonly bits: number };

/** How a number is compared. `!=` is `not` of `=`. */
export type NumberSign = '=' | '<' | '<=' | '>' | '>=';

export type Filter =
  | { readonly type: 'all' }
  | { readonly type: 'has'; readonly text: string }
  | { readonly type: 'is'; readonly field: Field; readonly wanted: Wanted }
  | { readonly type: 'not'; readonly of: Filter }
  | { readonly type: 'and' | 'or'; readonly left: Filter; readonly right: Filter };

/** Why a text is not a filter, and the part that the message is about. */
export interface NoFilter {
  readonly ok: false;
  readonly message: Printable;
  readonly from: number;
  readonly to: number;
}

export type ParsedFilter = { readonly ok: true; readonly filter: Filter } | NoFilter;

interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly from: number;
  readonly to: number;
}

const longest = 4096;
const deepest = 64;
const pattern =
  /\s*(?:(\(|\)|!=|<=|>=|=|<|>)|"([^"]*)"|([^\s()="!<>][^\s()="<>]*?)(?=!=|[\s()="<>]|$)|(\S))/y;
const signs = ['=', '!=', '<', '<=', '>', '>='] as const;
type Sign = (typeof signs)[number];

/** Reads a filter; an empty text lets everything through. `and` binds closer than `or`, `not` closest. */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > longest)
    return refuse(say`a filter has at most ${longest} characters`, longest, text.length);
  const tokens = tokensOf(text.trimEnd());
  if ('ok' in tokens) return tokens;
  if (tokens.length === 0) return { ok: true, filter: { type: 'all' } };
  return new Parser(tokens, text.trimEnd().length).parse();
}

function refuse(message: Printable, from: number, to: number): NoFilter {
  return { ok: false, message, from, to };
}

function tokensOf(text: string): Token[] | NoFilter {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) break;
    const to = at + found[0].length;
    const from = at + found[0].length - found[0].trimStart().length;
    if (found[4] !== undefined)
      return found[4] === '"'
        ? refuse(say`the quotation is never closed`, from, text.length)
        : refuse(say`${quoted(found[4])} means nothing here`, from, to);
    tokens.push({ text: found[1] ?? found[2] ?? found[3] ?? '', isQuoted: found[2] !== undefined, from, to });
    at = to;
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  parse(): ParsedFilter {
    const filter = this.#either();
    if ('ok' in filter) return filter;
    const left = this.#tokens[this.#at];
    if (left === undefined) return { ok: true, filter };
    const message = left.text === ')' ? say`nothing is open here` : say`"and" or "or" belongs before this`;
    return refuse(message, left.from, left.to);
  }

  #isNext(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.isQuoted || lowerAscii(token.text) !== word) return false;
    this.#at += 1;
    return true;
  }

  #either(): Filter | NoFilter {
    let left = this.#both();
    while (!('ok' in left) && this.#isNext('or')) {
      const right = this.#both();
      if ('ok' in right) return right;
      left = { type: 'or', left, right };
    }
    return left;
  }

  #both(): Filter | NoFilter {
    let left = this.#one();
    while (!('ok' in left) && this.#isNext('and')) {
      const right = this.#one();
      if ('ok' in right) return right;
      left = { type: 'and', left, right };
    }
    return left;
  }

  #one(): Filter | NoFilter {
    const start = this.#tokens[this.#at];
    const isNot = this.#isNext('not');
    if (!isNot && !this.#isNext('(')) return this.#comparison();
    if (++this.#depth > deepest)
      return refuse(say`this is nested too deep`, start?.from ?? 0, start?.to ?? 0);
    const inner = isNot ? this.#one() : this.#either();
    this.#depth -= 1;
    if ('ok' in inner) return inner;
    if (isNot) return { type: 'not', of: inner };
    if (!this.#isNext(')')) return refuse(say`this is never closed`, start?.from ?? 0, start?.to ?? 0);
    return inner;
  }

  #comparison(): Filter | NoFilter {
    const name = this.#tokens[this.#at++];
    if (name === undefined) return refuse(say`a comparison is missing`, this.#end, this.#end);
    const field = name.isQuoted ? undefined : filterFields.find((one) => one === lowerAscii(name.text));
    const next = this.#tokens[this.#at];
    const sign = next === undefined || next.isQuoted ? undefined : signs.find((one) => one === next.text);
    if (field === undefined) return this.#word(name, sign !== undefined);
    if (sign === undefined)
      return refuse(
        say`"=", "!=", "<" or ">" must follow a field`,
        next?.from ?? this.#end,
        next?.to ?? this.#end,
      );
    this.#at += 1;
    const value = this.#tokens[this.#at++];
    if (value === undefined || (!value.isQuoted && /^(?:[()]|[!<>]?=|[<>])$/.test(value.text)))
      return refuse(say`a value is missing`, value?.from ?? this.#end, value?.to ?? this.#end);
    const wanted = wantedOf(field, value.text, sign === '!=' ? '=' : sign);
    if (typeof wanted === 'string') return refuse(wanted, value.from, value.to);
    const is: Filter = { type: 'is', field, wanted };
    return sign === '!=' ? { type: 'not', of: is } : is;
  }

  /** A word that does not name a field. Before a sign, or as a sign, it is a mistake. */
  #word({ text, isQuoted, from, to }: Token, isCompared: boolean): Filter | NoFilter {
    const isSign = !isQuoted && /^(?:[()]|[!<>]?=|[<>]|and|or)$/i.test(text);
    if (!isCompared && !isSign && text !== '') return { type: 'has', text };
    return refuse(say`a field belongs here: ${filterFields.join(', ') as Printable}`, from, to);
  }
}

function wantedOf(field: Field, text: string, sign: Exclude<Sign, '!='>): Wanted | Printable {
  const row = fields[field];
  if (sign !== '=' && row.kind !== 'number')
    return say`${sign as Printable} compares numbers: block, code, port, transfer`;
  switch (row.kind) {
    case 'glob':
      return { kind: 'glob', text };
    case 'number': {
      const number = parseDecimal(text);
      return number === undefined ? say`a number belongs here` : { kind: 'number', number, sign };
    }
    case 'word': {
      const word = row.words.find((one) => lowerAscii(one) === lowerAscii(text));
      if (word !== undefined) return { kind: 'word', text: word };
      return say`one of these belongs here: ${row.words.join(', ') as Printable}`;
    }
    case 'address':
      return networkOf(text) ?? say`an address belongs here, or a network as 10.0.0.0/8`;
  }
}

// RFC 4632 §3.1, RFC 4291 §2.3: an address and how many of its bits count.
function networkOf(text: string): Wanted | undefined {
  const slash = text.indexOf('/');
  const octets = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (octets === undefined) return undefined;
  const size = octets.length * 8;
  const bits = slash < 0 ? size : parseDecimal(text.slice(slash + 1));
  if (bits === undefined || bits > size) return undefined;
  return { kind: 'address', network: asIpv6(octets), bits: bits + 128 - size };
}
