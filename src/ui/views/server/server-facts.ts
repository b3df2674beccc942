// What the server screen shows where no transfer needs the room: what holds for the server, and its most active clients.
// The rule: pure; it never takes more rows than are free, and no row is wider than its room.
import { columns as columnsOf } from '../../../shell/editor/text.ts';
import { clientColumns, type ClientColumn, type ServerView } from '../../../shell/session/view.ts';
import { cutMiddle, cutText, padText, span, type Glyphs, type TextRow } from '../../text/layout.ts';

type Client = ReturnType<ServerView['clients']>[number];

interface Room {
  readonly rows: number;
  readonly width: number;
  readonly glyphs: Glyphs;
}

/** Clients that are shown even if facts have to give way. */
const leastClients = 3;
const widestClient = 30;
const heads: Readonly<Record<ClientColumn, string>> = {
  ...{ client: 'CLIENT', requests: 'REQUESTS', failed: 'FAILED', octets: 'OCTETS', last: 'LAST REQUEST' },
};

/** At most `room.rows` rows; none where they would say little. */
export function factRows(view: Pick<ServerView, 'facts' | 'clients'>, room: Room): readonly TextRow[] {
  // An empty row lies above.
  const free = room.rows - 1;
  if (free <= 0) return [];
  const facts = view.facts();
  const clients = view.clients(Math.max(leastClients, free - facts.length - 2));
  // A head, and an empty row above it where there is room for one.
  const least = clients.length === 0 ? 0 : clients.length + 1;
  const shown = free - least > 0 ? clients : [];
  const left = free - (shown.length === 0 ? 0 : shown.length + 1);
  const gap = shown.length > 0 && left > facts.length ? [blank] : [];
  return [
    blank,
    ...factLines(facts.slice(-left), room),
    ...gap,
    ...(shown.length === 0 ? [] : clientLines(shown, room)),
  ];
}

const blank: TextRow = [span(' ')];

function factLines(facts: ReturnType<ServerView['facts']>, { width, glyphs }: Room): readonly TextRow[] {
  const widest = Math.max(...facts.map(({ name }) => columnsOf(name)));
  return facts.map(({ name, text }) => [
    span(`  ${padText(name, widest, glyphs)}`, 'dim'),
    span(`  ${cutText(text, width - widest - 4, glyphs)}`),
  ]);
}

function clientLines(clients: readonly Client[], { width, glyphs }: Room): readonly TextRow[] {
  const widthOf = (name: ClientColumn): number =>
    Math.max(heads[name].length, ...clients.map((client) => columnsOf(client[name])));
  const widths = { ...cellWidths(widthOf), last: 0 };
  const used = clientColumns.reduce((sum, name) => sum + widths[name] + 2, 0);
  const line = (cells: Readonly<Record<ClientColumn, string>>): string =>
    clientColumns
      .map((name) => {
        if (name === 'last') return cutText(cells.last, width - used - 2, glyphs);
        if (name === 'client')
          return padText(cutMiddle(cells.client, widths.client, glyphs), widths.client, glyphs);
        return cells[name].padStart(widths[name]);
      })
      .join('  ');
  return [
    [span(`  ${line(heads)}`, 'dim')],
    ...clients.map((client): TextRow => [span(`  ${line(client)}`)]),
  ];
}

function cellWidths(widthOf: (name: ClientColumn) => number): Record<Exclude<ClientColumn, 'last'>, number> {
  return {
    client: Math.min(widestClient, widthOf('client')),
    requests: widthOf('requests'),
    failed: widthOf('failed'),
    octets: widthOf('octets'),
  };
}
