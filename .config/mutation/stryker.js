// Options of StrykerJS for one room: see run.js.
import { mutationRooms } from './rooms.js';

export default {
  mutate: [...mutationRooms[process.env['MUTATION_ROOM']].mutate],
  testRunner: 'in-process',
  plugins: [new URL('runner.js', import.meta.url).pathname],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  reporters: ['json', 'clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  jsonReporter: {
    fileName: process.env['MUTATION_REPORT'] ?? `coverage/mutation-${process.env['MUTATION_ROOM']}.json`,
  },
  tempDirName: `.ci/cache/mutation-${process.env['MUTATION_ROOM']}`,
  ignorePatterns: ['.ci', 'dist', 'coverage'],
  disableTypeChecks: false,
  tsconfigFile: 'none.json',
  timeoutMS: 5000,
};
