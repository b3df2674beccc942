// Runs an exam in the foreground, and remembers which transfers it took: `transfers` shows them as one row.
import type { Tower } from '../../engine/tower.ts';
import { printable, type Printable } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { ShellContext } from '../session/context.ts';

/** What an exam works with. */
export interface ExamWork {
  readonly signal: AbortSignal;
  /** Shows how far it is, if it takes long. */
  readonly tell: (text: Printable) => void;
  /** The tower of the session; each number that it gives is noted. */
  readonly tower: Tower;
  /** Notes the number of a transfer that the client of the session runs. */
  readonly note: (number: number) => void;
}

/** Who asks, and which server; without a server we play one ourselves. */
export interface ExamName {
  readonly verb: string;
  readonly server?: { readonly host: string; readonly port: number };
}

/** Resolves and rejects as `work` does. */
export async function asExam<T>(
  { system: { tower }, work: jobs, transfers }: Pick<ShellContext, 'system' | 'work' | 'transfers'>,
  { verb, server }: ExamName,
  work: (parts: ExamWork) => Promise<T>,
): Promise<T> {
  const numbers: number[] = [];
  const note = (number: number): number => {
    numbers.push(number);
    return number;
  };
  const began = tower.clock.wall();
  const noting: Tower = { ...tower, nextNumber: () => note(tower.nextNumber()) };
  try {
    return await jobs.telling(verb, (job) => work({ ...job, tower: noting, note }));
  } finally {
    const [number] = numbers;
    if (number !== undefined) {
      const name =
        server === undefined ? verb : `${verb} ${formatTid({ address: server.host, port: server.port })}`;
      transfers.addExam({
        number,
        last: numbers.at(-1) ?? number,
        count: numbers.length,
        name: printable(name),
        began,
      });
    }
  }
}
