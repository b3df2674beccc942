// The client of a multicast transfer (RFC 2090) as a script: its offer, the OACKs that give it a role, and a member of a group.
import { joining, oack, type ClientOptions, type Script } from './script.ts';

/** What a member offers. */
export const offer = { blksize: 8 };

/** The OACK that makes a client the master client (1), or takes that back (0). */
export const role = (mc: 0 | 1) => oack('blksize 8', `multicast 239.255.0.1,1758,${mc}`);

/** A client whose OACK has come. */
export function member(mc: 0 | 1, given: ClientOptions = {}): Script {
  const get = joining({ offer, ...given });
  get.start();
  get.now = 10;
  get.receive(role(mc));
  return get;
}
