/** Holds SARIF against the schema of OASIS, version 2.1.0, as a package of Microsoft carries it. */
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SCHEMA = new URL('schemas/sarif-2.1.0-rtm.5.json', import.meta.resolve('@microsoft/jest-sarif'));

// A pattern of the schema has a bracket that is none with the flag `u`.
const ajv = new AjvDraft04.default({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(fileURLToPath(SCHEMA), 'utf8')) as object);

/** What is wrong with a log, by place; nothing of a valid one. */
export function sarifErrors(log: unknown): readonly string[] {
  validate(log);
  return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? e.keyword}`);
}
