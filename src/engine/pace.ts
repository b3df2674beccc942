// The pace of a machine from the settings of a transfer, for both sides.
import { defaultPace, type Pace } from '../transfer/terms.ts';

/** Intervals in milliseconds from `rexmt` and `timeout`. */
export function paceFor({ rexmt, timeout }: { rexmt?: number; timeout?: number }): Pace {
  const first = rexmt ?? defaultPace.first;
  return {
    first,
    floor: Math.min(defaultPace.floor, first),
    cap: Math.max(defaultPace.cap, first),
    giveUp: timeout ?? defaultPace.giveUp,
    dally: defaultPace.dally,
  };
}
