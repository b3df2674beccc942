// A transfer as a file for slides, handouts and bug reports: the format is what the name ends in.
// Never imports commands.
import { createLocal } from '../../files/local/user-file.ts';
import { captureDatagram, captureHead, wallClock } from '../../trace/capture/file/pcapng-write.ts';
import { transferHtml } from '../../trace/export/html.ts';
import { transferJson } from '../../trace/export/json.ts';
import { ladderMermaid } from '../../trace/export/mermaid.ts';
import { ladderSvg } from '../../trace/export/svg.ts';
import { ladderPlain } from '../../trace/export/text.ts';
import { ladder } from '../../trace/ladder/ladder.ts';
import { headKept } from '../../trace/record/ring.ts';
import type { PacketRec } from '../../trace/record/side-log.ts';
import { encode } from '../../wire/encode.ts';
import type { TransferView } from './transfer-view.ts';

/** How it is drawn where that can be chosen, and when its first packet was. */
export interface ExportStyle {
  readonly columns: number;
  readonly ascii: boolean;
  /** Nanoseconds since 1970 UTC at which the clock of the packets was 0. */
  readonly epoch: bigint;
}

type Exporter = (seen: TransferView, style: ExportStyle) => string | readonly Uint8Array[];

/** By the end of a file's name. */
export const exporters: Readonly<Record<string, Exporter>> = {
  svg: ({ transcript }) => ladderSvg(ladder(transcript)),
  html: (seen) => transferHtml(seen.transcript, seen.figures()),
  mmd: ({ transcript }) => ladderMermaid(ladder(transcript)),
  txt: ({ transcript }, style) => ladderPlain(ladder(transcript), style),
  json: (seen) => transferJson(seen.transcript, seen.figures()),
  pcapng: (seen, { epoch }) => pcapng(seen, epoch),
};

/** The format that a name asks for. */
export function formatOf(name: string): string | undefined {
  const end = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  return end !== undefined && Object.hasOwn(exporters, end) ? end : undefined;
}

/** Writes it whole or not at all; an existing file only with `overwrite`. Rejects with FileError. @returns its octets. */
export async function exportFile(
  path: string,
  made: string | readonly Uint8Array[],
  overwrite: boolean,
): Promise<number> {
  const parts = typeof made === 'string' ? [new TextEncoder().encode(made)] : made;
  const sink = await createLocal(path, { overwrite });
  try {
    await sink.write(parts);
    await sink.publish();
  } catch (error) {
    await sink.discard();
    throw error;
  }
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** Packets of which a capture gets the beginning only: DATA that comes out of the ring. */
export function cutPackets({ own }: TransferView): number {
  return own.packets.filter((rec) => payloadOf(rec).length < rec.length).length;
}

function pcapng({ own }: TransferView, epoch: bigint): readonly Uint8Array[] {
  const blocks = own.packets.map((rec) => {
    const { at, direction, length, local, peer, fates } = rec;
    const [from, to] = direction === 'sent' ? [local, peer] : [peer, local];
    const comment = fates.length === 0 ? undefined : `${fates.join(', ')} by impairment`;
    return captureDatagram({ at: wallClock(epoch, at), from, to, payload: payloadOf(rec), length, comment });
  });
  return [captureHead(), ...blocks];
}

/** What is still known of a datagram: of DATA that was lost on its way to us the ring keeps no more than of others. */
function payloadOf({ octets, packet, fates }: PacketRec): Uint8Array {
  if (octets !== undefined) return octets;
  if (packet.op === 'malformed') return new Uint8Array(0);
  const whole = encode(packet);
  return fates.includes('lost') ? whole.subarray(0, headKept) : whole;
}
