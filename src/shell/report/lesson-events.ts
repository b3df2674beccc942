// The JSON events of lessons: rows of the table of events.

/** What `lesson` prints. */
export const lessonEvents = [
  {
    event: 'lessons',
    meaning: 'the lessons and the progress in them',
    fields: [['lessons', 'object', 'a list: name, title, steps and done of each']],
  },
  {
    event: 'lesson',
    meaning: 'a step of a lesson began',
    fields: [
      ['name', 'string', 'of the lesson'],
      ['step', 'number', 'from 1'],
      ['steps', 'number', 'of the lesson'],
      ['text', 'strings', 'line by line'],
      ['task', 'string', ''],
    ],
  },
  {
    event: 'lesson-check',
    meaning: 'a step was judged by the packets of its transfers',
    fields: [
      ['name', 'string', 'of the lesson'],
      ['step', 'number', 'from 1'],
      ['passed', 'boolean', ''],
      ['transfer', 'number?', 'the one that passes'],
      ['missing', 'strings', 'what is missing, most important first'],
    ],
  },
  {
    event: 'lesson-test',
    meaning: 'the solutions and wrong turns of lessons were played',
    fields: [
      ['lessons', 'number', ''],
      ['plays', 'number', ''],
      ['faults', 'strings', 'empty: all is as it should be'],
    ],
  },
] as const;
