/**
 * `sluice ci` as Markdown, for a job's summary and a comment: the verdict, what changes for data, who is affected, what was
 * spared, audits and tests, the build. A comment holds 65,536 characters, and some forges count bytes, so the same page is made shorter and shorter until it
 * fits; whatever is left out is counted.
 */
import type { CiDocument } from '@sluice/core';
import { auditSection, buildSection, planSection, problemSection, testSection } from './ci-markdown-parts.ts';
import { dataSection, impactSection } from './ci-markdown-data.ts';
import type { Room } from './ci-markdown-room.ts';
import { clip, MARKS, shown } from './ci-markdown-room.ts';
import { LENIENT, sampledSources } from './ci-sample.ts';
import { code, escapeMarkdown, markdownTable } from './markdown.ts';
import { duration, nameList } from './words.ts';

/** GitHub's limit for the body of a comment is 65,536; the marker that finds it again needs some of it. */
const MOST_BYTES = 65_000;

const ROOMS: readonly Room[] = [
  { items: 100, samples: 5, columns: 20, characters: 200 },
  { items: 50, samples: 3, columns: 12, characters: 120 },
  { items: 25, samples: 2, columns: 8, characters: 100 },
  { items: 10, samples: 1, columns: 6, characters: 80 },
  { items: 5, samples: 0, columns: 4, characters: 60 },
  { items: 2, samples: 0, columns: 2, characters: 60 },
];
/** What fits whatever there is. */
const LEAST: Room = { items: 0, samples: 0, columns: 0, characters: 40 };

export function renderCiMarkdown(document: CiDocument): string {
  for (const room of ROOMS) {
    const text = page(document, room);
    if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  }
  return page(document, LEAST);
}

function page(document: CiDocument, room: Room): string {
  const sections = [
    `## ${document.status === 'passed' ? '✅' : '❌'} ${escapeMarkdown(clip(document.summary, 400))}\n`,
    headSection(document, room),
    markdownTable(
      ['', 'step', 'result'],
      document.checks.map((c) => [MARKS[c.status], c.step, escapeMarkdown(clip(c.summary, 300))]),
    ),
    problemSection(document, room),
    dataSection(document, room),
    impactSection(document, room),
    sparedSection(document, room),
    planSection(document, room),
    auditSection(document, room),
    testSection(document, room),
    buildSection(document, room),
    `<sub>${duration(document.seconds)}</sub>\n`,
  ];
  return sections.filter((s) => s !== '').join('\n');
}

function headSection(document: CiDocument, room: Room): string {
  const project = code(clip(document.project, 100));
  const where = `${code(document.environment)}${document.kept ? ', which was kept' : ''}`;
  if (document.sample === null)
    return `${project}: what merging does to ${code(document.base)}, built and compared in ${where}.\n`;
  const { items, more } = shown(sampledSources(document), room.items);
  const list = items.map((s) => `- ${escapeMarkdown(clip(s, room.characters + 60))}\n`).join('');
  return `${project}: built in ${where}. ${LENIENT}\n\n${list}${more}`;
}

function sparedSection({ plan, pending, base }: CiDocument, room: Room): string {
  const names = (all: readonly string[]): string =>
    nameList(
      all.map((n) => code(clip(n, room.characters))),
      room.items,
    ).join(', ');
  const lines = [
    ...(plan !== null && plan.spared.length > 0
      ? [`**Spared**, for nothing they read changes: ${names(plan.spared)}.\n`]
      : []),
    ...(pending.length > 0
      ? [
          `**New data**: ${code(base)} would compute these anyway, so differences there and below may not be of this change: ${names(pending)}.\n`,
        ]
      : []),
  ];
  return lines.join('\n');
}
