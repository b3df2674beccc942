// Every lesson of the program, played: its solutions pass, and its wrong turns are recognised.
import { expect, test } from 'vitest';
import { lessonNames } from '../../../src/shell/commands/lessons.ts';
import { builtInLessons } from '../../../src/shell/lesson/lessons.ts';
import { lookingRig } from '../packets/rig.ts';

test(
  'lesson --self-test: every solution passes, every wrong turn is recognised',
  { timeout: 120_000 },
  async () => {
    const rig = await lookingRig();
    const { status, lines } = await rig.run('lesson --self-test');
    expect(lines).toEqual([expect.stringMatching(/^17 lessons, \d+ plays: all as they should be\.$/)]);
    expect(status).toBe(0);
    // It cleans up.
    expect(rig.session.context.lab.lab).toBeUndefined();
    expect(rig.session.context.settings.chosen).toEqual({});
  },
);

test('every lesson has hints and a wrong turn in each step, and takes at most 10 minutes', () => {
  const lessons = builtInLessons();
  expect(lessons.map(({ name }) => name)).toEqual(lessonNames);
  for (const { steps, minutes } of lessons) {
    expect(minutes).toBeLessThanOrEqual(10);
    for (const { hints, wrongTurns } of steps) {
      expect(hints.length).toBeGreaterThan(0);
      expect(wrongTurns.length).toBeGreaterThan(0);
    }
  }
});
