// A handout: the texts of lessons as a page, with the ladders of the student.
// Rule: no script, no external address; every text is escaped.
import { xml } from '../../trace/export/escape.ts';
import { htmlPage } from '../../trace/export/html.ts';
import { ladderSvg } from '../../trace/export/svg.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { LessonStep } from './lesson-file.ts';
import type { Played } from './player.ts';

/** The page, ending in a newline. */
export function handout(played: readonly Played[]): string {
  const [only] = played;
  const title = played.length === 1 && only !== undefined ? shown(only.lesson.title) : say`TFTP lessons`;
  const body = played.map(lessonHtml).join('\n');
  return htmlPage(title, played.length === 1 ? body : `<h1>${xml(title)}</h1>\n${body}`);
}

function lessonHtml({ lesson, ladders }: Played, _: number, all: readonly Played[]): string {
  const heading = all.length === 1 ? 'h1' : 'h2';
  const steps = lesson.steps.map((step, at) => stepHtml(step, at, ladders));
  return `<${heading}>${xml(shown(lesson.title))}</${heading}>\n${steps.join('\n')}`;
}

function stepHtml(step: LessonStep, at: number, ladders: Played['ladders']): string {
  const own = ladders.get(at);
  const setUp = step.setUp.length === 0 ? '' : `<p>Set up:</p>\n${pre(step.setUp)}\n`;
  return `<section>
<h2>${xml(say`${at + 1}. ${shown(step.title)}`)}</h2>
${pre(step.text)}
${setUp}<p><b>Task.</b> ${xml(shown(step.task))}</p>
${own === undefined ? '<p class="facts">Not done yet.</p>' : doneHtml(step, ladderSvg(own))}
</section>`;
}

function doneHtml({ passed }: LessonStep, picture: string): string {
  return `<div class="wide" tabindex="0" role="region" aria-label="Ladder">
${picture}</div>
<p>${xml(shown(passed))}</p>`;
}

function pre(lines: readonly string[]): string {
  return `<pre>${lines.map((line) => xml(shown(line))).join('\n')}</pre>`;
}

function shown(text: string): Printable {
  return printable(text, 2000);
}
