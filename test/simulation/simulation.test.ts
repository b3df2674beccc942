// A small batch of the simulation in every run of the tests; `npm run simulate` runs a whole one.
import { execFileSync, spawnSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';

interface Run {
  readonly status: number | null;
  readonly lines: readonly string[];
}

function simulate(...args: readonly string[]): Run {
  const { stdout, status } = spawnSync(process.execPath, ['dist/simulation/main.js', ...args], {
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

beforeAll(() => {
  execFileSync(process.execPath, ['.config/build.js', '--simulation']);
});

test('invariants 4, 8 and 15: they and the other ones, S1 to S15, hold for 300 seeds, and a seed repeats its run', () => {
  const { status, lines } = simulate('--seeds', '300', '--verify', '20', '--base', 'tests');
  expect(lines.join('\n')).toMatch(/^31\d seeds, 0 failed, \d{5,} events, /);
  expect(status).toBe(0);
}, 120_000);

test('a plan is played with its ladder', () => {
  const job = { kind: 'get', name: 'alpha', size: 0, at: 0, mode: 'octet', blksize: 8 };
  const plan = {
    ...{
      seed: 1,
      mode: 'safety',
      net: { delay: 1 },
      disk: {},
      places: 64,
      rollover: 0,
      files: { alpha: 20 },
    },
    jobs: [{ ...job, windowsize: 'off', tsize: false, options: true }],
  };
  const { status, lines } = simulate('--plan', JSON.stringify(plan));
  const ladder = lines
    .filter((line) => line.includes(' client 1 '))
    .map((line) => line.replace(/^.* {2}/, ''));
  expect(ladder).toEqual([
    'RRQ blksize=8',
    'OACK blksize=8',
    ...['ACK 0', 'DATA 1', 'ACK 1', 'DATA 2', 'ACK 2', 'DATA 3', 'ACK 3'],
  ]);
  expect(lines.at(-1)).toMatch(/^1 succeeded, 0 failed, 13\d{4} ms of virtual time$/);
  expect(status).toBe(0);
});

test.each([['--seeds'], ['--seeds', 'x'], ['--what', '1']])(
  'wrong options get the usage: %s %s',
  (...args) => {
    const { status, lines } = simulate(...args);
    expect([status, lines[0]]).toEqual([64, 'npm run simulate -- [options]']);
  },
);
