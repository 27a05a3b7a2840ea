/** A plan shows by which statement files are loaded: sent by hand, it makes the table that the apply makes. */
import { expect, test } from 'vitest';
import { TestProject } from './support/project.ts';

test.each([
  ['a source', 'raw.orders', 'data/orders.csv'],
  ['a seed', 'shop.countries', 'seeds/countries.csv'],
])('the SQL of a load: %s', async (_, name, file) => {
  await using project = new TestProject({
    'project.yaml': `name: loads
start: 2024-01-28
sources:
  raw: { orders: { file: data/*.csv, columns: { id: INTEGER, at: TIMESTAMP }, csv: { delimiter: ';', null_values: [NA] } } }
`,
    'data/orders.csv': 'at;id\n2024-01-28 10:00:00;1\nNA;2\n2024-01-29 11:00:00;bad\n',
    'seeds/countries.csv': 'code,name\nde,Germany\n',
    'models/shop/countries.sql':
      "MODEL (name shop.countries, kind SEED (path '../../seeds/countries.csv'), columns (code VARCHAR, name VARCHAR));\n",
    'models/shop/orders.sql': 'MODEL (name shop.orders, kind FULL);\nSELECT * FROM raw.orders\n',
  });
  const plan = await project.plan();
  const [statement, ...rest] = plan.actions.find((a) => a.model === name)?.sql ?? [];
  expect(rest).toEqual([]);
  const pattern = file.replace('orders.csv', '*.csv');
  expect(statement).toContain(pattern);
  await project.build();
  const shown = (await project.shown()).get(name)?.rows;
  const physical = plan.actions.find((a) => a.model === name)?.physical ?? '';
  const [schema, table] = physical.split(/\.(.*)/s);
  await project.execute(`DELETE FROM "${schema ?? ''}"."${table ?? ''}"`);
  await project.execute((statement ?? '').replace(pattern, project.path(file)));
  expect((await project.shown()).get(name)?.rows).toEqual(shown);
  expect(shown).toHaveLength(name === 'raw.orders' ? 2 : 1);
});
