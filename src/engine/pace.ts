// The pace of a machine from the settings of a transfer, for both sides.
import type { TransferSettings } from './transfer.ts';
import type { SendLimits } from '../transfer/send-limit.ts';
import { defaultPace, type Pace } from '../transfer/terms.ts';

/** Octets in a second that every transfer may send. */
const slowest = 1024;

/** How fast a sender may be, from `sendRate` and `sendGap`. */
export function sendLimitsFor({
  sendRate = Infinity,
  sendGap = 0,
}: Pick<TransferSettings, 'sendRate' | 'sendGap'>): SendLimits {
  return { rate: Math.max(slowest, sendRate), gap: Math.max(0, sendGap) };
}

/** Intervals in milliseconds from `rexmt`, `timeout` and `wait`. A client that was given one asks at a steady interval. */
export function paceFor({
  rexmt,
  timeout,
  wait = 0,
  ...limits
}: Pick<TransferSettings, 'rexmt' | 'timeout' | 'wait' | 'sendRate' | 'sendGap'>): Pace {
  const first = rexmt ?? defaultPace.first;
  return {
    first,
    floor: Math.min(defaultPace.floor, first),
    cap: Math.max(defaultPace.cap, first),
    giveUp: timeout ?? defaultPace.giveUp,
    wait,
    steady: rexmt !== undefined || wait > 0,
    dally: defaultPace.dally,
    ...sendLimitsFor(limits),
  };
}
