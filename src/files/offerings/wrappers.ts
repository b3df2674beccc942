// Offerings in front of others: a directory for each client, names rewritten by rules.
// Rule: the offering behind judges the name that comes out, so nothing here can lead out of it.
import type { OfferingClient, Offering } from '../file.ts';
import { componentsOf } from './name.ts';
import { problem } from '../problem.ts';
import { rewrite, type RewriteRules } from './rewrite.ts';

/**
 * Each client in a directory of its own, named after its address: `192.0.2.7`, `2001-db8--7` (a colon is no part of a
 * file name everywhere). The directory must exist for reading; for writing the offering behind may make it.
 * `list` tells all of them.
 */
export function perClient(inner: Offering): Offering {
  return {
    open: async (name, by) => inner.open(inDirectory(name, by), by),
    create: async (name, size, by) => inner.create(inDirectory(name, by), size, by),
    list: (limit) => inner.list(limit),
    visitDirectory: async (directory, see, by) => {
      if (by === undefined) return;
      await inner.visitDirectory?.(directory === '' ? clientDirectory(by) : inDirectory(directory, by), see);
    },
    close: () => inner.close(),
  };
}

/** The name of a client's directory. */
export function clientDirectory({ address }: OfferingClient): string {
  const [plain = ''] = address.split('%', 1);
  return plain.replaceAll(':', '-');
}

function inDirectory(name: string, by: OfferingClient | undefined): string {
  if (by === undefined) throw problem('denied');
  // The client's own name is judged alone: with a directory before it, it could look like less than it is.
  return [clientDirectory(by), ...componentsOf(name, 'posix')].join('/');
}

/** Every name goes through `rules` first. `list` tells the names behind them. */
export function rewritten(inner: Offering, rules: RewriteRules): Offering {
  const renamed = (name: string, op: 'RRQ' | 'WRQ', by: OfferingClient | undefined): string => {
    const { result } = rewrite(rules, name, { op, address: by?.address ?? '' });
    if (result.type === 'refused') throw problem(result.problem);
    return result.name;
  };
  return {
    open: async (name, by) => inner.open(renamed(name, 'RRQ', by), by),
    create: async (name, size, by) => inner.create(renamed(name, 'WRQ', by), size, by),
    list: (limit) => inner.list(limit),
    ...(inner.visitDirectory !== undefined && { visitDirectory: inner.visitDirectory.bind(inner) }),
    close: () => inner.close(),
  };
}
