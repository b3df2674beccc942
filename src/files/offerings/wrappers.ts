// Offerings that wrap another one: a directory for each client, and names rewritten by rules.
// Rule: the inner offering checks the resulting name, so a wrapper cannot lead out of it.
import type { OfferingClient, Offering } from '../file.ts';
import { componentsOf } from './name.ts';
import { problem } from '../problem.ts';
import { rewrite, type RewriteRules } from './rewrite.ts';

/** The name of a client's directory: one component. Rejects with FileError where the client has none. */
type NameOf = (by: OfferingClient) => Promise<string> | string;

/**
 * Gives each client its own directory with the name `nameOf`, by default {@link clientDirectory}. For reading, the
 * directory must exist; for writing, the inner offering may create it. `list` lists the directories of all clients.
 */
export function perClient(inner: Offering, nameOf: NameOf = clientDirectory): Offering {
  const inRoot = (name: string, by: OfferingClient | undefined): Promise<string> =>
    inDirectory(name, by, nameOf);
  return {
    ...usable(inner),
    open: async (name, by) => inner.open(await inRoot(name, by), by),
    create: async (name, size, by) => inner.create(await inRoot(name, by), size, by),
    list: (limit) => inner.list(limit),
    visitDirectory: async (directory, see, by) => {
      if (by === undefined) return;
      await inner.visitDirectory?.(directory === '' ? await nameOf(by) : await inRoot(directory, by), see);
    },
    close: () => inner.close(),
  };
}

/** The address as a name: `192.0.2.7`, `2001-db8--7`. Not every system allows a colon in a file name. */
export function clientDirectory({ address }: OfferingClient): string {
  const [plain = ''] = address.split('%', 1);
  return plain.replaceAll(':', '-');
}

async function inDirectory(name: string, by: OfferingClient | undefined, nameOf: NameOf): Promise<string> {
  if (by === undefined) throw problem('denied');
  // The client's name is checked alone: with a directory before it, it could pass a check that it fails alone.
  const components = componentsOf(name, 'posix');
  return [await nameOf(by), ...components].join('/');
}

function usable(inner: Offering): Pick<Offering, 'assertUsable' | 'withPlaces'> {
  return {
    ...(inner.assertUsable !== undefined && { assertUsable: inner.assertUsable.bind(inner) }),
    ...(inner.withPlaces !== undefined && { withPlaces: inner.withPlaces.bind(inner) }),
  };
}

/** Applies `rules` to every name first. `list` lists the names of the inner offering. */
export function rewritten(inner: Offering, rules: RewriteRules): Offering {
  const renamed = (name: string, op: 'RRQ' | 'WRQ', by: OfferingClient | undefined): string => {
    const { result } = rewrite(rules, name, { op, address: by?.address ?? '' });
    if (result.type === 'refused') throw problem(result.problem);
    return result.name;
  };
  return {
    ...usable(inner),
    open: async (name, by) => inner.open(renamed(name, 'RRQ', by), by),
    create: async (name, size, by) => inner.create(renamed(name, 'WRQ', by), size, by),
    list: (limit) => inner.list(limit),
    ...(inner.visitDirectory !== undefined && { visitDirectory: inner.visitDirectory.bind(inner) }),
    close: () => inner.close(),
  };
}
