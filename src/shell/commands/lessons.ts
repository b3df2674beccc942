// lesson and hint: guided exercises in the lab. Their code is loaded when one of them is called.
import type { Command } from '../session/context.ts';

/** The names stand here once more, so that completion does not load the texts; a test compares them. */
export const lessonNames: readonly string[] = [
  ...[
    'read',
    'new-port',
    'last-block',
    'lost-data',
    'lost-ack',
    'apprentice',
    'options',
    'blksize',
    'window',
  ],
  ...['netascii', 'write', 'errors', 'stranger', 'rollover', 'firewall', 'mtu', 'two-addresses'],
];

const verbs = ['next', 'back', 'check', 'show', 'again', 'solution', 'stop'];

export const lessonCommands: readonly Command[] = [
  {
    name: 'lesson',
    aliases: [],
    group: 'teaching',
    usage: [
      '',
      'NAME|N|next|back',
      'check|show|again|solution|stop',
      '--from FILE',
      '[NAME] --export FILE.html',
      '--self-test',
    ],
    summary: 'guided exercises in the lab, checked by the packets',
    details: [
      'Without arguments it lists the lessons and the progress. A step begins with a new lab, default settings and an empty local directory; stop brings yours back.',
      'check looks at the packets of every transfer since the step began: each way that leads there is right.',
      'hint helps, solution shows a way, show prints the step once more, again starts it from the beginning; next and back go to another step.',
      '--from plays the lesson of a teacher ("help teaching" describes the file); --export writes a handout with your own ladders; --self-test plays every solution and every wrong turn.',
    ],
    args: [{ name: 'NAME', kind: 'word', optional: true, words: [...verbs, ...lessonNames] }],
    flags: [
      { name: '--from', value: 'FILE', kind: 'local', endings: ['.lesson'], summary: 'a lesson of your own' },
      { name: '--export', value: 'FILE', kind: 'local', summary: 'write a handout as a page' },
      { name: '--force', short: '-f', summary: 'overwrite the handout' },
      { name: '--self-test', summary: 'play every solution and every wrong turn' },
    ],
    examples: ['lesson', 'lesson lost-data', 'lesson next', 'lesson --export handout.html'],
    run: async (call, shell) => (await import('../lesson/run.ts')).runLesson(call, shell),
  },
  {
    name: 'hint',
    aliases: [],
    group: 'teaching',
    with: 'lesson',
    usage: [''],
    summary: 'help with the step of the lesson',
    args: [],
    examples: ['hint'],
    run: async (call, shell) => (await import('../lesson/run.ts')).runHint(call, shell),
  },
];
