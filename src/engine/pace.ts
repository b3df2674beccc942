// The pace of a machine from the settings of a transfer, for both sides.
import type { TransferSettings } from './transfer.ts';
import { defaultPace, type Pace } from '../transfer/terms.ts';

/** Intervals in milliseconds from `rexmt`, `timeout` and `wait`. A client that was given one asks at a steady interval. */
export function paceFor({
  rexmt,
  timeout,
  wait = 0,
}: Pick<TransferSettings, 'rexmt' | 'timeout' | 'wait'>): Pace {
  const first = rexmt ?? defaultPace.first;
  return {
    first,
    floor: Math.min(defaultPace.floor, first),
    cap: Math.max(defaultPace.cap, first),
    giveUp: timeout ?? defaultPace.giveUp,
    wait,
    steady: rexmt !== undefined || wait > 0,
    dally: defaultPace.dally,
  };
}
