import { literal } from '../../sql/quote.ts';
import type { AuditParameter, LibraryAudit } from './library-audit.ts';
import { any, BOUNDS, COLUMN, IGNORES_NULL, needsBound, outside, rows } from './parts.ts';

const REGEXES: AuditParameter = {
  name: 'patterns',
  aliases: ['regex', 'regex_list', 'pattern'],
  required: true,
};
const LIKES: AuditParameter = {
  name: 'patterns',
  aliases: ['like_pattern', 'like_pattern_list', 'pattern'],
  required: true,
};

/** An audit that a text has a form. */
function form(name: string, aliases: readonly string[], what: string, pattern: string): LibraryAudit {
  return {
    name,
    aliases,
    parameters: [COLUMN],
    asks: `Every text is ${what}.`,
    nulls: IGNORES_NULL,
    example: `${name}(column := a)`,
    bad: (given) => rows(`NOT regexp_full_match(${given.sql('column')}, ${literal(pattern)})`),
  };
}

/** Audits about texts. */
export const TEXT_AUDITS: readonly LibraryAudit[] = [
  {
    name: 'not_empty_string',
    aliases: ['expect_column_values_to_not_be_empty_string'],
    parameters: [COLUMN],
    asks: 'No text is empty. A text of spaces is not; write `column := trim(a)` if it is to count.',
    nulls: IGNORES_NULL,
    example: 'not_empty_string(column := a)',
    bad: (given) => rows(`${given.sql('column')} = ''`),
  },
  {
    name: 'string_length_equal',
    aliases: ['string_length_equal_audit', 'expect_column_value_lengths_to_equal'],
    parameters: [COLUMN, { name: 'v', aliases: ['value', 'length'], required: true }],
    asks: 'Every text has that many characters.',
    nulls: IGNORES_NULL,
    example: 'string_length_equal(column := a, v := 5)',
    bad: (given) => rows(`length(${given.sql('column')}) <> ${given.sql('v')}`),
  },
  {
    name: 'string_length_between',
    aliases: ['string_length_between_audit', 'expect_column_value_lengths_to_be_between'],
    parameters: [COLUMN, ...BOUNDS],
    asks: 'The number of characters is within the bounds.',
    nulls: IGNORES_NULL,
    example: 'string_length_between(column := a, min_v := 1, max_v := 50)',
    problem: needsBound,
    bad: (given) => rows(outside(`length(${given.sql('column')})`, given)),
  },
  form('valid_uuid', [], 'a UUID', '(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'),
  form(
    'valid_email',
    [],
    'an e-mail address',
    String.raw`(?i)[a-z0-9.!#$%&'*+/=?^_\x60{|}~-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+`,
  ),
  form(
    'valid_url',
    [],
    'an address of the web',
    String.raw`(?i)https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:[/?#]\S*)?`,
  ),
  form(
    'valid_http_method',
    [],
    'a method of HTTP, in capitals',
    'GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH',
  ),
  {
    name: 'match_regex_pattern_list',
    aliases: [
      'match_regex_pattern',
      'expect_column_values_to_match_regex',
      'expect_column_values_to_match_regex_list',
    ],
    parameters: [COLUMN, REGEXES],
    asks: 'Every text has a match of one of the patterns, anywhere in it: write ^ and $ for the whole.',
    nulls: IGNORES_NULL,
    example: "match_regex_pattern_list(column := a, patterns := ('^[A-Z]', '[0-9]$'))",
    bad: (given) => rows(`NOT (${any(matches(given.list('patterns'), given.sql('column')))})`),
  },
  {
    name: 'not_match_regex_pattern_list',
    aliases: [
      'not_match_regex_pattern',
      'expect_column_values_to_not_match_regex',
      'expect_column_values_to_not_match_regex_list',
    ],
    parameters: [COLUMN, REGEXES],
    asks: 'No text has a match of any of the patterns.',
    nulls: IGNORES_NULL,
    example: "not_match_regex_pattern_list(column := a, patterns := ('^!'))",
    bad: (given) => rows(any(matches(given.list('patterns'), given.sql('column')))),
  },
  {
    name: 'match_like_pattern_list',
    aliases: [
      'match_like_pattern',
      'expect_column_values_to_match_like_pattern',
      'expect_column_values_to_match_like_pattern_list',
    ],
    parameters: [COLUMN, LIKES],
    asks: 'Every text is LIKE one of the patterns.',
    nulls: IGNORES_NULL,
    example: "match_like_pattern_list(column := a, patterns := ('jim%', 'pam%'))",
    bad: (given) =>
      rows(`NOT (${any(given.list('patterns').map((p) => `${given.sql('column')} LIKE ${p}`))})`),
  },
  {
    name: 'not_match_like_pattern_list',
    aliases: [
      'not_match_like_pattern',
      'expect_column_values_to_not_match_like_pattern',
      'expect_column_values_to_not_match_like_pattern_list',
    ],
    parameters: [COLUMN, LIKES],
    asks: 'No text is LIKE any of the patterns.',
    nulls: IGNORES_NULL,
    example: "not_match_like_pattern_list(column := a, patterns := ('%test%'))",
    bad: (given) => rows(any(given.list('patterns').map((p) => `${given.sql('column')} LIKE ${p}`))),
  },
  {
    name: 'consistent_casing',
    aliases: ['expect_column_values_to_have_consistent_casing'],
    parameters: [COLUMN],
    asks: 'The same text is always written with the same capitals.',
    nulls: IGNORES_NULL,
    example: 'consistent_casing(column := a)',
    bad: (given, { grouped }) => {
      const column = given.sql('column');
      return rows(
        `lower(${column}) IN (SELECT lower(${column}) FROM ${grouped} GROUP BY ALL HAVING count(DISTINCT ${column}) > 1)`,
      );
    },
  },
];

function matches(patterns: readonly string[], column: string): readonly string[] {
  return patterns.map((p) => `regexp_matches(${column}, ${p})`);
}
