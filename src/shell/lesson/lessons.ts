// The lessons of the program, in their order, from the files in src/manual/lessons/.
// Loaded late: only lesson and hint read them.
import apprentice from '../../manual/lessons/apprentice.lesson';
import blksize from '../../manual/lessons/blksize.lesson';
import errors from '../../manual/lessons/errors.lesson';
import firewall from '../../manual/lessons/firewall.lesson';
import lastBlock from '../../manual/lessons/last-block.lesson';
import lostAck from '../../manual/lessons/lost-ack.lesson';
import lostData from '../../manual/lessons/lost-data.lesson';
import mtu from '../../manual/lessons/mtu.lesson';
import netascii from '../../manual/lessons/netascii.lesson';
import newPort from '../../manual/lessons/new-port.lesson';
import options from '../../manual/lessons/options.lesson';
import read from '../../manual/lessons/read.lesson';
import rollover from '../../manual/lessons/rollover.lesson';
import stranger from '../../manual/lessons/stranger.lesson';
import twoAddresses from '../../manual/lessons/two-addresses.lesson';
import window from '../../manual/lessons/window.lesson';
import write from '../../manual/lessons/write.lesson';
import { isLessonFlaw, readLesson, type Lesson } from './lesson-file.ts';

const texts = [
  ...[read, newPort, lastBlock, lostData, lostAck, apprentice, options, blksize, window, netascii, write],
  ...[errors, stranger, rollover, firewall, mtu, twoAddresses],
];

/** Reads all of them. A flaw is a bug of ours. */
export function builtInLessons(): readonly Lesson[] {
  return texts.map((text) => {
    const lesson = readLesson(text);
    if (isLessonFlaw(lesson)) throw new Error(`${lesson.line}:${lesson.column}: ${lesson.message}`);
    return lesson;
  });
}
