/**
 * Queries with their lineage, written by hand: output columns by `;`, each with the columns its value is made of, `=` before
 * a copied one; after `|` the columns that decide which rows there are.
 */
export interface LineageCase {
  readonly about: string;
  readonly sql: string;
  readonly lineage: string;
}

/** The relations that the queries read, with columns as DuckDB spells them. */
export const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  's.t': {
    a: 'INTEGER',
    b: 'INTEGER',
    c: 'INTEGER',
    name: 'VARCHAR',
    ts: 'TIMESTAMP',
    list: 'INTEGER[]',
    st: 'STRUCT(x INTEGER, y VARCHAR)',
    ls: 'STRUCT(k INTEGER, v VARCHAR)[]',
    m: 'MAP(VARCHAR, INTEGER)',
  },
  's.u': { a: 'INTEGER', d: 'INTEGER', e: 'INTEGER', name: 'VARCHAR' },
  's.p': { sym: 'VARCHAR', ts: 'TIMESTAMP', price: 'DOUBLE' },
  's.q': { sym: 'VARCHAR', ts: 'TIMESTAMP', bid: 'DECIMAL(10,2)' },
  's.tree': { id: 'BIGINT', parent: 'BIGINT', label: 'VARCHAR', cost: 'DECIMAL(18,4)' },
  's.Odd Name': { 'Weird "Col"': 'INTEGER', select: 'INTEGER', 'a.b': 'VARCHAR', Ümlaut: 'DATE' },
  's.sales': { region: 'VARCHAR', year: 'INTEGER', quarter: 'VARCHAR', amount: 'DOUBLE', units: 'BIGINT' },
};

/** Macros of DuckDB that the project declares. */
export const MACROS: readonly string[] = [
  'CREATE MACRO add_them(x, y := 1) AS x + y',
  'CREATE MACRO twice_of(x) AS add_them(x, add_them(x, 0))',
  'CREATE MACRO up_to(least) AS TABLE SELECT n, n * 2 AS twice FROM range(least) AS r(n)',
  'CREATE MACRO known(relation) AS TABLE SELECT a, d + e AS s FROM query_table(relation) WHERE name IS NOT NULL',
];

const of = (
  about: string,
  cases: readonly (readonly [sql: string, lineage: string])[],
): readonly LineageCase[] => cases.map(([sql, lineage]) => ({ about, sql, lineage }));

export const CASES: readonly LineageCase[] = [
  ...of('stars', [
    ['SELECT * FROM s.u', '=u.a; =u.d; =u.e; =u.name |'],
    ['SELECT * EXCLUDE (e, name) FROM s.u', '=u.a; =u.d |'],
    ['SELECT * REPLACE (d + e AS d) FROM s.u', '=u.a; u.d u.e; =u.e; =u.name |'],
    ['SELECT * RENAME (d AS dd, e AS ee) FROM s.u', '=u.a; =u.d; =u.e; =u.name |'],
    ['SELECT * RENAME (a AS d, d AS a) FROM (SELECT a, d FROM s.u)', '=u.a; =u.d |'],
    [
      'SELECT u.* RENAME (a AS k), t.* RENAME (a AS k2) FROM (SELECT a, b FROM s.t) t JOIN (SELECT a, d FROM s.u) u ON t.a = u.a',
      '=u.a; =u.d; =t.a; =t.b | t.a u.a',
    ],
    ['SELECT * EXCLUDE (name) REPLACE (a * 2 AS a) RENAME (d AS x) FROM s.u', 'u.a; =u.d; =u.e |'],
    ['SELECT t.a, u.* EXCLUDE (a) FROM s.t JOIN s.u ON t.a = u.a', '=t.a; =u.d; =u.e; =u.name | t.a u.a'],
    ["SELECT * LIKE '%a%' FROM s.u", '=u.a; =u.name |'],
    ["SELECT * NOT LIKE 'n%' FROM s.u", '=u.a; =u.d; =u.e |'],
    ['SELECT st.* FROM s.t', 't.st; t.st |'],
    ['FROM s.u', '=u.a; =u.d; =u.e; =u.name |'],
    ['FROM s.u SELECT e, d', '=u.e; =u.d |'],
  ]),
  ...of('COLUMNS', [
    ["SELECT COLUMNS('^[de]$') FROM s.u", '=u.d; =u.e |'],
    ["SELECT COLUMNS([x FOR x IN (*) IF x <> 'name']) FROM s.u", '=u.a; =u.d; =u.e |'],
    ["SELECT COLUMNS(c -> c < 'e') + 1 FROM (SELECT a, d, e FROM s.u)", 'u.a; u.d |'],
    ["SELECT max(COLUMNS('^[de]$')) FROM (SELECT d, e FROM s.u)", 'u.d; u.e |'],
    ["SELECT COLUMNS('^(d|e)$') AS 'x_\\1' FROM s.u", '=u.d; =u.e |'],
    ["SELECT coalesce(*COLUMNS(['d', 'e'])) AS first FROM s.u", 'u.d u.e |'],
    ['SELECT COLUMNS(* EXCLUDE (a, name)) * 2 FROM s.u', 'u.d; u.e |'],
    ["SELECT a FROM s.u WHERE COLUMNS(['d', 'e']) > 0", '=u.a | u.d u.e'],
    ["SELECT COLUMNS(lambda c: c LIKE '%e') FROM s.u", '=u.e; =u.name |'],
    ["SELECT min(COLUMNS(lambda c: c <> 'name')) FROM s.u GROUP BY name", 'u.a; u.d; u.e | u.name'],
    ["SELECT COLUMNS(lambda a: a IN ('a', 'd')) FROM (SELECT e AS a, a AS d, name FROM s.u)", '=u.e; =u.a |'],
  ]),
  ...of('joins', [
    ['SELECT a, b, d FROM s.t JOIN s.u USING (a)', '=t.a; =t.b; =u.d | t.a u.a'],
    ['SELECT a, b, d FROM s.t RIGHT JOIN s.u USING (a)', '=u.a; =t.b; =u.d | t.a u.a'],
    ['SELECT a, d FROM s.t FULL JOIN s.u USING (a)', 't.a u.a; =u.d | t.a u.a'],
    [
      'SELECT * FROM (SELECT a, name FROM s.t) NATURAL JOIN s.u',
      '=t.a; =t.name; =u.d; =u.e | t.a t.name u.a u.name',
    ],
    [
      'SELECT * FROM (SELECT a, b FROM s.t) NATURAL LEFT JOIN (SELECT a, d FROM s.u)',
      '=t.a; =t.b; =u.d | t.a u.a',
    ],
    [
      'SELECT p.sym, price, bid FROM s.p ASOF JOIN s.q ON p.sym = q.sym AND p.ts >= q.ts',
      '=p.sym; =p.price; =q.bid | p.sym p.ts q.sym q.ts',
    ],
    [
      'SELECT * FROM s.p ASOF LEFT JOIN s.q USING (sym, ts)',
      '=p.sym; =p.ts; =p.price; =q.bid | p.sym p.ts q.sym q.ts',
    ],
    ['SELECT t.a, u.d FROM s.t POSITIONAL JOIN s.u', '=t.a; =u.d |'],
    ['SELECT x.a, y.e, z.b FROM s.u x POSITIONAL JOIN s.u y POSITIONAL JOIN s.t z', '=u.a; =u.e; =t.b |'],
    [
      'SELECT * FROM (SELECT a FROM s.t) POSITIONAL JOIN (SELECT sum(d) AS d FROM s.u GROUP BY e)',
      '=t.a; u.d | u.e',
    ],
    [
      'SELECT p.price, q.bid FROM s.p ASOF LEFT JOIN s.q ON p.sym = q.sym AND p.ts < q.ts',
      '=p.price; =q.bid | p.sym p.ts q.sym q.ts',
    ],
    [
      'SELECT t.a, x.n FROM s.t, LATERAL (SELECT count(*) AS n FROM s.u WHERE u.a = t.a) x',
      '=t.a;  | t.a u.a',
    ],
    [
      'SELECT t.a, x.m FROM s.t LEFT JOIN LATERAL (SELECT max(d) AS m FROM s.u WHERE u.e > t.b) x ON true',
      '=t.a; u.d | t.b u.e',
    ],
    [
      'SELECT t.a, y FROM s.t, LATERAL (SELECT t.b + 1 AS x), LATERAL (SELECT x * t.c AS y)',
      '=t.a; t.b t.c |',
    ],
    ['SELECT b FROM s.t SEMI JOIN s.u ON t.a = u.d', '=t.b | t.a u.d'],
    ['SELECT b FROM s.t ANTI JOIN s.u USING (a)', '=t.b | t.a u.a'],
    ['SELECT t.b, u.d FROM s.t JOIN s.u ON t.a + u.e = 10', '=t.b; =u.d | t.a u.e'],
    ['SELECT x.b, y.b AS b2 FROM s.t x JOIN s.t y ON x.a = y.c', '=t.b; =t.b | t.a t.c'],
    ['SELECT t.b FROM s.t, s.u, s.p WHERE t.a = u.a AND p.sym = u.name', '=t.b | p.sym t.a u.a u.name'],
  ]),
  ...of('subqueries', [
    ['SELECT a, (SELECT max(d) FROM s.u) AS m FROM s.t', '=t.a; u.d |'],
    [
      'SELECT a, (SELECT d FROM s.u WHERE u.a = t.a ORDER BY e LIMIT 1) AS m FROM s.t',
      '=t.a; =u.d | t.a u.a u.e',
    ],
    [
      'SELECT b FROM s.t WHERE EXISTS (SELECT 1 FROM s.u WHERE u.a = t.a AND u.d > t.c)',
      '=t.b | t.a t.c u.a u.d',
    ],
    ['SELECT b FROM s.t WHERE a NOT IN (SELECT d FROM s.u WHERE e = 1)', '=t.b | t.a u.d u.e'],
    ['SELECT b FROM s.t WHERE a > ALL (SELECT d FROM s.u)', '=t.b | t.a u.d'],
    ['SELECT b FROM s.t WHERE (a, b) IN (SELECT d, e FROM s.u)', '=t.b | t.a t.b u.d u.e'],
    ['SELECT b FROM s.t WHERE b = (SELECT avg(c) FROM s.t x WHERE x.a = t.a)', '=t.b | t.a t.b t.c'],
    ['SELECT ARRAY(SELECT d FROM s.u WHERE u.a = t.a) AS ds FROM s.t', 'u.d | t.a u.a'],
    ['SELECT x.s FROM (SELECT a + b AS s, c FROM s.t) x WHERE x.c > 0', 't.a t.b | t.c'],
  ]),
  ...of('unnest and nested types', [
    ['SELECT a, unnest(list) AS x FROM s.t', '=t.a; t.list | t.list'],
    ['SELECT unnest(st) FROM s.t', 't.st; t.st |'],
    ['SELECT a, unnest(ls, recursive := true) FROM s.t', '=t.a; t.ls; t.ls | t.ls'],
    ['SELECT t.a, l.k FROM s.t, unnest(t.ls) AS u(l)', '=t.a; t.ls | t.ls'],
    ['SELECT a, x, i FROM s.t, unnest(list) WITH ORDINALITY AS r(x, i)', '=t.a; t.list; t.list | t.list'],
    ['SELECT st.x + 1 AS x1, st.y AS y FROM s.t', 't.st; t.st |'],
    ["SELECT st['x'] AS x, struct_extract(st, 'y') AS y FROM s.t", 't.st; t.st |'],
    ["SELECT m['k'] AS v, map_keys(m) AS ks, cardinality(m) AS n FROM s.t", 't.m; t.m; t.m |'],
    ["SELECT {'a': a, 'n': {'b': b}} AS s FROM s.t", 't.a t.b |'],
    ["SELECT {'a': a, 'n': {'b': b}}.n.b AS deep FROM s.t", 't.a t.b |'],
    ['SELECT list[1] AS first, list[2:3] AS part, len(list) AS n FROM s.t', 't.list; t.list; t.list |'],
    ['SELECT t AS whole FROM (SELECT a, b FROM s.t) t', 't.a t.b |'],
    ['SELECT struct_pack(x := a, y := name) AS p FROM s.t', 't.a t.name |'],
    ['SELECT struct_insert(st, z := c) AS p FROM s.t', 't.c t.st |'],
  ]),
  ...of('lambdas', [
    ['SELECT list_transform(list, lambda x: x + a) AS l FROM s.t', 't.a t.list |'],
    ['SELECT list_filter(list, lambda x, i: x > b AND i > 1) AS l FROM s.t', 't.b t.list |'],
    ['SELECT list_reduce(list, lambda acc, x: acc + x * c) AS l FROM s.t', 't.c t.list |'],
    ['SELECT [[x + y FOR y IN [a, b]] FOR x IN list] AS l FROM s.t', 't.a t.b t.list |'],
    ['SELECT [x * c FOR x IN list IF x > a] AS l FROM s.t', 't.a t.c t.list |'],
    ['SELECT list_transform(ls, lambda s: s.k + 1) AS ks FROM s.t', 't.ls |'],
    ['SELECT list_transform(list, lambda a: a + 1) AS l FROM s.t', 't.list |'],
    [
      'SELECT list_transform(list, lambda b: list_transform([a], lambda b: b + c)[1] + b) AS l FROM s.t',
      't.a t.c t.list |',
    ],
    ['SELECT list_filter(list, lambda a: a > b + a) AS l, a FROM s.t', 't.b t.list; =t.a |'],
    ['SELECT list_transform([a], lambda st: st + 1) AS l, st.x AS x FROM s.t', 't.a; t.st |'],
    ['SELECT [list FOR list IN list] AS l FROM s.t', 't.list |'],
    [
      'SELECT list_transform(l, lambda a: a + d) AS l FROM (SELECT list AS l, a FROM s.t) x JOIN s.u USING (a)',
      't.list u.d | t.a u.a',
    ],
  ]),
  ...of('pivot and unpivot', [
    [
      "FROM (PIVOT s.sales ON quarter IN ('Q1', 'Q2') USING sum(amount) GROUP BY region)",
      '=sales.region; sales.amount; sales.amount | sales.quarter sales.region',
    ],
    [
      "FROM (PIVOT (SELECT region, quarter, amount, units FROM s.sales) ON quarter IN ('Q1') USING sum(amount) AS amt, max(units) AS most)",
      '=sales.region; sales.amount; sales.units | sales.quarter sales.region',
    ],
    [
      'SELECT * FROM (SELECT region, year, amount FROM s.sales) PIVOT (sum(amount) FOR year IN (2023, 2024) GROUP BY region)',
      '=sales.region; sales.amount; sales.amount | sales.region sales.year',
    ],
    [
      'FROM (UNPIVOT s.sales ON amount, units::DOUBLE AS units INTO NAME what VALUE v)',
      '=sales.region; =sales.year; =sales.quarter; ; sales.amount sales.units | sales.amount sales.units',
    ],
    [
      'FROM (UNPIVOT (SELECT a, d, e FROM s.u) ON COLUMNS(* EXCLUDE (a)) INTO NAME n VALUE v)',
      '=u.a; ; u.d u.e | u.d u.e',
    ],
    [
      'SELECT * FROM (SELECT a, d, e FROM s.u) UNPIVOT INCLUDE NULLS (v FOR n IN (d, e))',
      '=u.a; ; u.d u.e | u.d u.e',
    ],
  ]),
  ...of('windows and QUALIFY', [
    ['SELECT a, row_number() OVER (PARTITION BY b ORDER BY c) AS n FROM s.t', '=t.a; t.b t.c |'],
    [
      'SELECT sum(a) OVER w AS s, avg(c) OVER w AS m FROM s.t WINDOW w AS (PARTITION BY name ORDER BY ts)',
      't.a t.name t.ts; t.c t.name t.ts |',
    ],
    ['SELECT lag(a, 1, b) OVER (ORDER BY ts) AS before FROM s.t', 't.a t.b t.ts |'],
    [
      'SELECT sum(a) FILTER (WHERE b > 0) OVER (ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS s FROM s.t',
      't.a t.b t.ts |',
    ],
    [
      'SELECT * FROM s.u QUALIFY row_number() OVER (PARTITION BY a ORDER BY e DESC) = 1',
      '=u.a; =u.d; =u.e; =u.name | u.a u.e',
    ],
    ['SELECT a, rank() OVER (ORDER BY b) AS r FROM s.t QUALIFY r < 10', '=t.a; t.b | t.b'],
    ['SELECT a, sum(sum(b)) OVER (ORDER BY a) AS running FROM s.t GROUP BY a', '=t.a; t.a t.b | t.a'],
    [
      'SELECT first_value(name IGNORE NULLS) OVER (PARTITION BY a ORDER BY ts) AS f FROM s.t',
      't.a t.name t.ts |',
    ],
  ]),
  ...of('groups', [
    ['SELECT a, b, sum(c) AS s FROM s.t GROUP BY ALL', '=t.a; =t.b; t.c | t.a t.b'],
    ['SELECT a % 10 AS k, count(*) AS n FROM s.t GROUP BY k HAVING max(c) > 5', 't.a;  | t.a t.c'],
    [
      'SELECT region, year, sum(amount) AS s FROM s.sales GROUP BY GROUPING SETS ((region), (year), ())',
      '=sales.region; =sales.year; sales.amount | sales.region sales.year',
    ],
    [
      'SELECT region, grouping(region) AS g FROM s.sales GROUP BY CUBE (region, year)',
      '=sales.region; sales.region | sales.region sales.year',
    ],
    ['SELECT arg_max(name, ts) AS latest, count(DISTINCT b) AS n FROM s.t', 't.name t.ts; t.b |'],
    [
      "SELECT string_agg(name, ',' ORDER BY ts) AS names, sum(a) FILTER (WHERE c = 1) AS s FROM s.t",
      't.name t.ts; t.a | t.c',
    ],
    ['SELECT quantile_cont(a, 0.5) AS median, mode(name) AS most FROM s.t', 't.a; t.name |'],
    ['SELECT DISTINCT name FROM s.t', '=t.name | t.name'],
    ['SELECT DISTINCT ON (name) name, a FROM s.t ORDER BY name, ts DESC', '=t.name; =t.a | t.name t.ts'],
    ['SELECT a FROM s.t ORDER BY b LIMIT 10', '=t.a | t.b'],
    ['SELECT a FROM s.t ORDER BY b, c OFFSET 3', '=t.a | t.b t.c'],
    ['SELECT a FROM s.t ORDER BY b', '=t.a |'],
    ['SELECT a FROM s.t LIMIT 10', '=t.a |'],
    ['SELECT x.a FROM (SELECT a, b FROM s.t ORDER BY c LIMIT 5) x ORDER BY x.b', '=t.a | t.c'],
  ]),
  ...of('recursive CTEs', [
    [
      'WITH RECURSIVE up AS (SELECT id, parent, label FROM s.tree WHERE parent IS NULL UNION ALL SELECT t.id, t.parent, up.label FROM s.tree t JOIN up ON t.parent = up.id) SELECT id, label FROM up',
      '=tree.id; =tree.label | tree.id tree.parent',
    ],
    [
      'WITH RECURSIVE r AS (SELECT id, cost, 0 AS depth FROM s.tree UNION ALL SELECT t.id, r.cost + t.cost, depth + 1 FROM r JOIN s.tree t ON t.parent = r.id WHERE depth < 10) SELECT * FROM r',
      '=tree.id; tree.cost;  | tree.id tree.parent',
    ],
    [
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i, a FROM n JOIN s.t ON t.b = n.i',
      '; =t.a | t.b',
    ],
    [
      'WITH RECURSIVE r AS (SELECT a, b FROM s.t UNION SELECT b, a FROM r) SELECT a FROM r',
      '=t.a t.b | t.a t.b',
    ],
    [
      'WITH RECURSIVE r USING KEY (a) AS (SELECT a, b FROM s.t UNION SELECT r.a, r.b + u.d FROM r JOIN s.u ON u.a = r.a) SELECT a, b FROM r',
      '=t.a; t.b u.d | t.a u.a',
    ],
  ]),
  ...of('CTEs and shadowed names', [
    ['WITH t AS (SELECT d AS a FROM s.u) SELECT a FROM t', '=u.d |'],
    [
      'WITH t AS (SELECT d AS a FROM s.u) SELECT t.a, x.a AS a2 FROM t JOIN s.t x ON x.b = t.a',
      '=u.d; =t.a | t.b u.d',
    ],
    [
      'WITH c AS (SELECT a FROM s.t), d AS (WITH c AS (SELECT e AS a FROM s.u) SELECT a FROM c) SELECT c.a, d.a AS a2 FROM c, d',
      '=t.a; =u.e |',
    ],
    [
      'WITH c AS MATERIALIZED (SELECT a, b + c AS s FROM s.t WHERE name IS NOT NULL) SELECT x.a, y.s FROM c x JOIN c y ON x.a = y.s',
      '=t.a; t.b t.c | t.a t.b t.c t.name',
    ],
    ['SELECT b AS a, a AS b FROM s.t', '=t.b; =t.a |'],
    ['SELECT a + 1 AS a, a * 2 AS twice FROM s.t', 't.a; t.a |'],
    ['SELECT a + b AS total, total * 2 AS twice FROM s.t', 't.a t.b; t.a t.b |'],
    ['SELECT a AS k FROM s.t WHERE k > 1', '=t.a | t.a'],
    ['SELECT u.a FROM s.t AS u', '=t.a |'],
    [
      'WITH used AS (SELECT a FROM s.t), unused AS (SELECT d FROM s.u WHERE e = 1) SELECT a FROM used',
      '=t.a |',
    ],
    ['SELECT y.k FROM (SELECT x.a AS k FROM (SELECT a FROM s.t) x) y', '=t.a |'],
  ]),
  ...of('set operations', [
    ['SELECT a, b FROM s.t UNION ALL SELECT e, d FROM s.u', '=t.a u.e; =t.b u.d |'],
    ['SELECT a, b FROM s.t UNION SELECT a, d FROM s.u', '=t.a u.a; =t.b u.d | t.a t.b u.a u.d'],
    ['SELECT a, name FROM s.t UNION ALL BY NAME SELECT name, d FROM s.u', 't.a; =t.name u.name; u.d |'],
    [
      'SELECT a, c FROM s.t UNION BY NAME SELECT c, a FROM (SELECT d AS c, a FROM s.u)',
      '=t.a u.a; =t.c u.d | t.a t.c u.a u.d',
    ],
    ['SELECT a FROM s.t EXCEPT ALL SELECT d FROM s.u', '=t.a | t.a u.d'],
    ['SELECT a FROM s.t INTERSECT ALL SELECT d FROM s.u', '=t.a | t.a u.d'],
    ['(SELECT a FROM s.t WHERE b > 1) UNION ALL (SELECT d FROM s.u) UNION ALL SELECT 1', 't.a u.d | t.b'],
    ['SELECT a FROM s.t UNION ALL SELECT a::BIGINT FROM s.u', 't.a u.a |'],
    ['SELECT x FROM (SELECT a AS x FROM s.t UNION ALL SELECT d FROM s.u) WHERE x > 0', '=t.a u.d | t.a u.d'],
  ]),
  ...of('quoted identifiers', [
    [
      'SELECT "Weird ""Col""", "select", "a.b" FROM s."Odd Name"',
      '=Odd Name.Weird "Col"; =Odd Name.select; =Odd Name.a.b |',
    ],
    [
      'SELECT o."SELECT" + 1 AS "from", Ümlaut AS "Ä" FROM s."odd name" o WHERE "A.B" = \'x\'',
      'Odd Name.select; =Odd Name.Ümlaut | Odd Name.a.b',
    ],
    ['SELECT "T"."A" FROM S.T AS "T"', '=t.a |'],
  ]),
  ...of('macros of DuckDB, table functions and values', [
    ['SELECT x, a FROM range(3) r(x), s.t', '; =t.a |'],
    ['SELECT g.x FROM s.t, generate_series(1, t.a) AS g(x)', 't.a | t.a'],
    ["SELECT v.k, u.d FROM (VALUES (1, 'x'), (2, 'y')) v(k, n) JOIN s.u ON u.a = v.k", '; =u.d | u.a'],
    ['SELECT nullif(a, b) AS n, list_append(list, c) AS l FROM s.t', 't.a t.b; t.c t.list |'],
    [
      "SELECT date_trunc('day', ts) AS day, ts::DATE AS d, extract(year FROM ts) AS y FROM s.t",
      't.ts; t.ts; t.ts |',
    ],
    [
      "SELECT CASE a WHEN 1 THEN b ELSE c END AS x, if(a > 1, name, '') AS y FROM s.t",
      't.a t.b t.c; t.a t.name |',
    ],
    ['SELECT a BETWEEN b AND c AS inside, a IN (b, c) AS among FROM s.t', 't.a t.b t.c; t.a t.b t.c |'],
    ['SELECT try_cast(name AS INTEGER) AS n, name COLLATE nocase AS nc FROM s.t', 't.name; =t.name |'],
    ['SELECT NULL AS nothing, 1 AS one, a FROM s.t', '; ; =t.a |'],
    ['SELECT a FROM s.t TABLESAMPLE reservoir(10 ROWS) REPEATABLE (1)', '=t.a |'],
    ['SELECT rowid AS r FROM s.t', '=t.rowid |'],
  ]),
  ...of('macros of the project', [
    ['SELECT add_them(a, c) AS x, add_them(a) AS y FROM s.t', 't.a t.c; t.a |'],
    ['SELECT twice_of(a) AS x FROM s.t WHERE add_them(c) > 0', 't.a | t.c'],
    ['SELECT m.n, m.twice, a FROM up_to(3) AS m, s.t', '; ; =t.a |'],
    ['SELECT a, twice FROM s.t JOIN up_to(10) ON n = b', '=t.a;  | t.b'],
    [
      'SELECT sum(twice_of(x)) AS s, n FROM (SELECT c + b AS x, a FROM s.t) JOIN up_to(3) ON a = n GROUP BY n',
      't.b t.c;  | t.a',
    ],
    ["WITH k AS (SELECT * FROM s.u WHERE e = 1) SELECT s, a FROM known('k')", 'u.d u.e; =u.a | u.e u.name'],
  ]),
  ...of('combined', [
    [
      'WITH j AS (SELECT * EXCLUDE (e) FROM s.u NATURAL JOIN (SELECT a, b FROM s.t)) SELECT COLUMNS(* EXCLUDE (name)) FROM j QUALIFY row_number() OVER (PARTITION BY name ORDER BY d) = 1',
      '=u.a; =u.d; =t.b | t.a u.a u.d u.name',
    ],
    [
      'SELECT region, q.* FROM (PIVOT s.sales ON quarter IN (\'Q1\') USING sum(amount) GROUP BY region) p, LATERAL (SELECT p."Q1" * 2 AS twice) q',
      '=sales.region; sales.amount | sales.quarter sales.region',
    ],
    [
      'WITH RECURSIVE r AS (SELECT id, [label] AS path FROM s.tree WHERE parent IS NULL UNION ALL SELECT t.id, list_append(path, t.label) FROM r JOIN s.tree t ON t.parent = r.id) SELECT id, list_transform(path, lambda p: upper(p)) AS path FROM r',
      '=tree.id; tree.label | tree.id tree.parent',
    ],
    [
      'SELECT k, sum(v) AS v FROM (SELECT unnest(ls).k AS k, b AS v FROM s.t WHERE EXISTS (FROM s.u WHERE u.a = t.a)) GROUP BY ALL HAVING count(*) > 1',
      't.ls; t.b | t.a t.ls u.a',
    ],
    [
      'SELECT * REPLACE (price - bid AS price) FROM s.p ASOF JOIN s.q USING (sym, ts) QUALIFY rank() OVER (PARTITION BY sym ORDER BY price) = 1',
      '=p.sym; =p.ts; p.price q.bid; =q.bid | p.price p.sym p.ts q.sym q.ts',
    ],
    [
      'SELECT a, n FROM (SELECT a, name AS n FROM s.t UNION ALL BY NAME SELECT name AS n, d AS a FROM s.u) x SEMI JOIN s.p ON p.sym = x.n',
      '=t.a u.d; =t.name u.name | p.sym t.name u.name',
    ],
    [
      'SELECT o.a, (SELECT list(x.d ORDER BY x.e) FROM s.u x WHERE x.a = o.a AND EXISTS (SELECT 1 FROM s.p WHERE sym = x.name)) AS ds FROM s.t o',
      '=t.a; u.d u.e | p.sym t.a u.a u.name',
    ],
  ]),
];
