// Error codes (RFC 1350 §5, RFC 2347 §3) with their classic texts: scripts search for these words.

export type ErrorCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** One row of the table of error codes. */
export interface ErrorCodeRow {
  readonly code: ErrorCode;
  readonly text: string;
  readonly source: string;
}

/** Every code that an RFC defines, in order: `errorCodes[code]` is its row. */
export const errorCodes: readonly ErrorCodeRow[] = [
  { code: 0, text: 'Not defined', source: 'RFC 1350 §5' },
  { code: 1, text: 'File not found', source: 'RFC 1350 §5' },
  { code: 2, text: 'Access violation', source: 'RFC 1350 §5' },
  { code: 3, text: 'Disk full or allocation exceeded', source: 'RFC 1350 §5' },
  { code: 4, text: 'Illegal TFTP operation', source: 'RFC 1350 §5' },
  { code: 5, text: 'Unknown transfer ID', source: 'RFC 1350 §5' },
  { code: 6, text: 'File already exists', source: 'RFC 1350 §5' },
  { code: 7, text: 'No such user', source: 'RFC 1350 §5' },
  { code: 8, text: 'Failure to negotiate RFC2347 options', source: 'RFC 2347' },
];

/** The classic text of a code, or `error 37` for a code that no RFC defines. */
export function errorText(code: number): string {
  return errorCodes[code]?.text ?? `error ${code}`;
}
