// The format of a lesson: what is read, and where an error points.
import { describe, expect, test } from 'vitest';
import { isLessonFlaw, readLesson } from '../../../src/shell/lesson/lesson-file.ts';
import { small } from './small.ts';

test('a lesson: texts keep their lines, paragraphs flow, conditions are read', () => {
  const lesson = readLesson(small);
  expect(lesson).toMatchObject({ name: 'my-own', title: 'My own', minutes: 5 });
  if (isLessonFlaw(lesson)) throw new Error(lesson.message);
  expect(lesson.steps).toHaveLength(1);
  expect(lesson.steps[0]).toMatchObject({
    text: ['Look:', '', '  │─ ACK 1 ─▶│'],
    setUp: ['options off'],
    task: 'Lose DATA 2.',
    check: [
      { text: 'server DATA 2 lost once', otherwise: 'DATA 2 has to get lost.' },
      { text: 'client ended complete' },
    ],
    hints: ['impair', 'drop'],
    wrongTurns: [{ why: 'That was an ACK.', play: ['impair client drop ACK 2 once', 'get three.bin'] }],
  });
});

describe('an error points at its line and column', () => {
  test.each([
    ['', 1, 1, '"lesson:" is missing after this section'],
    [small.replace('title: My own\n', ''), 3, 1, '"title:" belongs here, not "minutes:"'],
    [small.replace('check:', 'chekc:'), 15, 1, '"check:" belongs here, not "chekc:"; did you mean "check:"?'],
    [small.replace('my-own', 'My own'), 2, 9, 'a name has letters a–z, digits and hyphens'],
    [small.replace('minutes: 5', 'minutes: 50'), 4, 10, 'a lesson takes 1 to 10 minutes'],
    [small.replace('  options off', 'options off'), 12, 1, /^a section such as "task:" begins at the left/],
    [small.replace('DATA 2 lost once', 'DATA 2 losst once'), 16, 17, /^"losst" says nothing .* "lost"\?$/],
    [small.replace('server DATA 2 lost', 'server DTA 2 lost'), 16, 10, /^a packet belongs here: RRQ/],
    [small.replace('ended complete', 'ended well'), 17, 16, /^"ended" takes complete/],
    [small.replace('passed: So it is.', 'passed:'), 18, 1, 'passed is empty'],
    [small.replace('Look:', 'x'.repeat(77)), 8, 79, 'a line of text has at most 76 columns'],
    [small.replace('  Look:', '  Look\n'.repeat(21)), 28, 3, 'the text of a step has at most 20 lines'],
    [
      small.replace('play:\n  impair client drop ACK 2 once\n  get three.bin\n', ''),
      25,
      1,
      /^"play:" is missing/,
    ],
  ])('%#', (text, line, column, message) => {
    const read = readLesson(text);
    if (!isLessonFlaw(read)) throw new Error('it was read');
    expect([read.line, read.column]).toEqual([line, column]);
    expect(read.message).toMatch(message);
  });
});
