// The embedded server as one row. The rule: pure; where it is narrow, the less important parts are left out first.
import type { ServerRow } from '../../shell/session/state.ts';
import { grouped } from '../../trace/text/quantities.ts';
import { fitParts, fitRow, joinParts } from './layout.ts';
import type { Glyphs, RowPart, TextRow } from './layout.ts';

/** `server 0.0.0.0:6969  ./tftpboot (read-only)  active 3  done 41  failed 2`. */
export function serverRow(server: ServerRow, width: number, glyphs: Glyphs): TextRow {
  const access = server.writable ? 'writable' : 'read-only';
  const parts: readonly RowPart[] = [
    { text: `server ${server.listening}`, tone: 'strong', drop: 0 },
    { text: `${server.root} (${access})`, tone: 'plain', drop: 4 },
    { text: `active ${grouped(server.active)}`, tone: 'plain', drop: 1 },
    { text: `done ${grouped(server.done)}`, tone: 'plain', drop: 3 },
    { text: `failed ${grouped(server.failed)}`, tone: server.failed > 0 ? 'warn' : 'plain', drop: 2 },
  ];
  return fitRow(joinParts(fitParts(parts, '  ', width), '  '), width, glyphs);
}
