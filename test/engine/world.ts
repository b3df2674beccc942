// A server of ours that offers four files and takes uploads, and a raw peer beside it. In memory, on virtual time.
import { memoryOffering } from '../../src/files/offerings/named-files.ts';
import type { ServerSettings } from '../../src/engine/server/server.ts';
import { pattern } from '../support/script.ts';
import { latin, type RawPeer } from '../support/raw-peer.ts';
import { inMemory, serve, type MemoryStage, type Served } from '../support/towers.ts';

/** Of `f`: three blocks. */
export const content = pattern(1300);

export interface World extends Served {
  readonly stage: MemoryStage;
  readonly peer: RawPeer;
  readonly files: Map<string, Uint8Array>;
}

export async function start(settings: ServerSettings = {}): Promise<World> {
  const stage = inMemory();
  const files = new Map([
    ['f', content],
    ['old', latin('old content')],
    ['text', latin('a\nb\rc')],
    ['exact', pattern(1024)],
  ]);
  const offering = memoryOffering(files, { write: true, overwrite: true, maxUpload: 5000 });
  return { stage, peer: await stage.peer(), files, ...(await serve(stage, offering, settings)) };
}
