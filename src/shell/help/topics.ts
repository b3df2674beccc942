// The topics of help, from the texts in src/manual/. The man page contains them too.
// Loaded late: only help, completion and the man page read them.
import causes from '../../manual/causes.md';
import captures from '../../manual/captures.md';
import exams from '../../manual/exams.md';
import firewalls from '../../manual/firewalls.md';
import keys from '../../manual/keys.md';
import library from '../../manual/library.md';
import names from '../../manual/names.md';
import netascii from '../../manual/netascii.md';
import options from '../../manual/options.md';
import packets from '../../manual/packets.md';
import scripts from '../../manual/scripts.md';
import serving from '../../manual/serving.md';
import startup from '../../manual/startup.md';
import teaching from '../../manual/teaching.md';
import { keyTable } from '../editor/keys.ts';
import { hintKeys, hintMeaning, mouseHints, viewHints } from '../session/view-keys.ts';
import { exitStatusTable } from '../report/exit-status.ts';
import { parseMarkdown, type Block } from './markdown.ts';

/** One topic of help. */
export interface Topic {
  readonly name: string;
  /** One phrase without a full stop. */
  readonly summary: string;
  readonly blocks: readonly Block[];
}

/** The topics in the order of help. */
export const topics: readonly Topic[] = [
  ...[packets, captures, causes, exams, serving, names, scripts, startup].map(topicOf),
  withKeys(topicOf(keys)),
  ...[teaching, options, netascii, firewalls, library].map(topicOf),
  {
    name: 'status-codes',
    summary: 'exit statuses',
    blocks: [
      {
        type: 'table',
        rows: [
          ['status', 'meaning'],
          ...exitStatusTable.map(([status, meaning]) => [String(status), meaning]),
        ],
      },
    ],
  },
];

/** A text begins with the heading `# name: summary`. */
function topicOf(markdown: string): Topic {
  const [head, ...blocks] = parseMarkdown(markdown);
  const [name = '', ...summary] = head?.type === 'heading' ? head.text.split(': ') : [];
  return { name, summary: summary.join(': '), blocks };
}

/** The keys of the prompt before the text, the keys of the views after it. */
function withKeys(topic: Topic): Topic {
  const prompt = keyRows(keyTable.map(({ keys: written, does }) => [written, does]));
  const views = Object.values(viewHints).flatMap(({ screen, hints }): readonly Block[] => [
    { type: 'heading', text: `Keys of ${screen}` },
    keyRows(hints.map((hint) => [hintKeys(hint, false), hintMeaning(hint)])),
  ]);
  const mouse: readonly Block[] = [{ type: 'heading', text: 'The mouse in all views' }, keyRows(mouseHints)];
  return { ...topic, blocks: [prompt, ...topic.blocks, ...views, ...mouse] };
}

function keyRows(rows: readonly (readonly string[])[]): Block {
  return { type: 'table', rows: [['key', 'does'], ...rows] };
}

/** The topic with that name, or the only topic whose name starts with it (at least three letters). */
export function findTopic(name: string): Topic | undefined {
  const matches = topics.filter((topic) => name.length > 2 && topic.name.startsWith(name));
  return topics.find((topic) => topic.name === name) ?? (matches.length === 1 ? matches[0] : undefined);
}
