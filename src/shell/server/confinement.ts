// Confines the process of `tftpsh serve` to what it offers, once the server listens and root is given up.
// Rule: only a process that runs this one command. A shell needs the other files of its user.
import { dirname } from 'node:path';
import { TftpError } from '../../engine/tftp-error.ts';
import type { Offering, OfferedPlace } from '../../files/file.ts';
import type { ConfineObstacle } from '../../network/native/landlock.ts';
import type { Call } from '../language/command.ts';
import { misuse, type Misuse } from '../language/misuse.ts';
import type { Records } from './log/records.ts';

/** What the user wants: `auto` where it is possible. */
export type ConfineWish = (typeof wishes)[number];
export const wishes = ['auto', 'off', 'require'] as const;

type Obstacle = ConfineObstacle | 'shell' | 'programs' | 'elsewhere';

const reasons: Readonly<Record<Obstacle, string>> = {
  shell: 'a shell needs the other files of its user; "tftpsh serve DIR" is a process of its own',
  programs: 'it runs other programs (--on-upload, --on-download, --unique-root mac), which need other files',
  elsewhere: 'what it offers is not a directory of this machine',
  'not-linux': 'only Linux can do it',
  'other-processor': 'this processor is not supported',
  'not-installed': 'the optional package koffi is not installed',
  'not-loadable': 'the optional package koffi cannot be loaded here',
  'no-landlock': 'this kernel has no Landlock (Linux 5.19 and later)',
  'not-possible': 'the threads of this process cannot be told apart',
};

export function readConfine({ flags }: Pick<Call, 'flags'>): ConfineWish | Misuse {
  const word = flags.get('--confine');
  const wish = wishes.find((one) => one === (word?.text ?? 'auto'));
  return wish ?? misuse('--confine is auto, off or require.', word);
}

/** What a confinement depends on. */
export interface Confinement {
  readonly wish: ConfineWish;
  readonly offering: Offering;
  /** Its log file and its metrics file. */
  readonly records: Pick<Records, 'file' | 'metrics'>;
  /** It starts other programs while it serves. */
  readonly runsPrograms: boolean;
  /** Undefined: the process does more than this command. */
  readonly confine: ((places: readonly OfferedPlace[]) => Promise<'confined' | ConfineObstacle>) | undefined;
}

/** @returns whether the process is confined now. Rejects with TftpError where it must be and cannot. */
export async function confineServer(confinement: Confinement): Promise<boolean> {
  if (confinement.wish === 'off') return false;
  const result = await tryToConfine(confinement);
  if (result === 'confined') return true;
  if (confinement.wish === 'auto') return false;
  const message = `this server cannot be confined: ${reasons[result]}`;
  throw new TftpError(
    message,
    { by: 'usage', message },
    { advice: 'Without --confine require it serves all the same.' },
  );
}

async function tryToConfine({
  offering,
  records,
  runsPrograms,
  confine,
}: Confinement): Promise<'confined' | Obstacle> {
  if (confine === undefined) return 'shell';
  if (runsPrograms) return 'programs';
  if (offering.withPlaces === undefined) return 'elsewhere';
  let result: 'confined' | Obstacle = 'elsewhere';
  await offering.withPlaces(async (places) => {
    result = await confine([...places, ...placesOf(records)]);
  });
  return result;
}

/** The directories that a confined server must still reach: the log is opened again, the metrics are replaced. */
function placesOf({ file, metrics }: Confinement['records']): readonly OfferedPlace[] {
  const paths = [file?.path, metrics].filter((path) => path !== undefined);
  return paths.map((path) => ({ path: dirname(path), isWritten: true }));
}
