// Plans that every batch plays: edges that chance rarely draws, and every plan that ever failed.
import type { Job, Plan } from './plan.ts';

const job: Job = {
  kind: 'get',
  name: 'alpha',
  size: 0,
  at: 0,
  mode: 'octet',
  blksize: 8,
  windowsize: 'off',
  tsize: true,
  options: true,
};

const plan: Plan = {
  seed: 0,
  mode: 'safety',
  net: { delay: 1 },
  disk: {},
  places: 64,
  rollover: 0,
  files: { alpha: 100 },
  jobs: [job],
};

/** Octets of a file whose blocks of 8 pass 65535. */
const wrapping = 8 * 65_560 + 3;

export const fixedPlans: readonly Plan[] = [
  // Block numbers wrap, and a datagram of the window about the wrap is lost now and then.
  {
    ...plan,
    seed: 1,
    mode: 'liveness',
    files: { alpha: wrapping },
    net: { delay: 1, loss: 0.002 },
    jobs: [{ ...job, windowsize: 48 }],
  },
  // The same upwards.
  {
    ...plan,
    seed: 2,
    mode: 'liveness',
    net: { delay: 1, loss: 0.002 },
    jobs: [{ ...job, kind: 'put', size: wrapping, windowsize: 48 }],
  },
  // Three places, and peers that ask and then say nothing sensible.
  {
    ...plan,
    seed: 3,
    places: 1,
    byzantine: 'client',
    jobs: [job, { ...job, at: 1500 }, { ...job, at: 3000 }],
  },
  // Every answer with options is lost: the client asks without them while its first upload is still open.
  {
    ...plan,
    seed: 4,
    mode: 'liveness',
    net: { delay: 1 },
    files: {},
    losses: ['OACK'],
    jobs: [{ ...job, kind: 'put', size: 100, windowsize: 4 }],
  },
  // Another upload may have the answer repeated just before its timer ends.
  {
    ...plan,
    seed: 5,
    net: { delay: 1.5, loss: 0.15 },
    disk: { slow: 2 },
    jobs: [job, { ...job, name: 'beta', kind: 'put', size: 90 }],
  },
  // The only place belongs to a client that answered once and then stands still.
  {
    ...plan,
    seed: 32,
    byzantine: 'client',
    places: 1,
    files: { alpha: 3000 },
    jobs: [{ ...job, at: 15_000 }],
  },
  // The client has few ports: a datagram of an old transfer arrives at a new one.
  {
    ...plan,
    seed: 8461909,
    net: { loss: 0.048253611847758296, duplication: 0.11953138452954591, delay: 0.8085535874124616 },
    replay: 0.3,
    narrow: true,
    files: { alpha: 3584, gamma: 1889 },
    jobs: [
      { ...job, name: 'gamma', at: 1968, windowsize: 1 },
      { ...job, kind: 'put', size: 5679, at: 1006, blksize: 512 },
      { ...job, kind: 'put', name: 'beta', size: 5679, at: 30_000, blksize: 512 },
    ],
  },
  // The last ACK of an upload is lost three times, then a copy of its own WRQ arrives.
  {
    ...plan,
    seed: 12116579,
    mode: 'liveness',
    calm: 1402,
    net: { loss: 0.1657123109791428, burst: 3, duplication: 0.06932789608836175, delay: 4.908550991676748 },
    replay: 0.019365605199709535,
    files: { alpha: 511, beta: 1023, gamma: 5120 },
    jobs: [
      { ...job, kind: 'put', size: 997, at: 663, mode: 'netascii', blksize: 512, windowsize: 64 },
      { ...job, kind: 'put', name: 'beta', size: 23, at: 130, windowsize: 3 },
    ],
  },
  // DATA 1 of an empty upload is lost four times, while the OACK comes again.
  {
    ...plan,
    seed: 6464627,
    mode: 'liveness',
    calm: 2835,
    net: { loss: 0.1617672441992909 },
    rollover: 1,
    files: { alpha: 0, beta: 1, 'gamma\udcff': 1 },
    jobs: [
      { ...job, kind: 'put', size: 9, at: 1228, mode: 'netascii', blksize: 9 },
      { ...job, name: 'gamma\udcff', blksize: 'off' },
      { ...job, kind: 'put', name: 'beta', blksize: 'off' },
    ],
  },
  // A client asks without options; then a late copy of its first request arrives.
  {
    ...plan,
    seed: 14318663,
    mode: 'liveness',
    calm: 988,
    net: {
      loss: 0.13426840230822565,
      burst: 5,
      duplication: 0.1647501698229462,
      delay: 2.0602367317769676,
    },
    replay: 0.055596237746067347,
    files: { alpha: 0, beta: 1536, 'gamma\udcff': 511 },
    jobs: [
      { ...job, kind: 'put', name: 'gamma\udcff', size: 11776, at: 702, blksize: 'off', options: false },
      { ...job, name: 'beta', mode: 'netascii', blksize: 16, windowsize: 8 },
      { ...job, name: 'gamma\udcff', blksize: 'off' },
    ],
  },
];
