/** Spellings that are one type to DuckDB, and types that differ in what a careless reading overlooks. */
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { normalType } from './normal-type.ts';

const SPELLINGS =
  `int; INT4; int32; integral; signed; int8; long; int64; oid; short; int2; int16; int1; int128; uint8; uint16;
  uint32; uint64; uint128; text; string; char; bpchar; nvarchar; VARCHAR(10); bool; logical; float8;
  double precision; float4; real; datetime; timestamp_us; timestamp without time zone; timestamptz;
  timestamp with time zone; timetz; time without time zone; numeric; dec; decimal(10); numeric(10 , 2); bytea;
  varbinary; binary; bitstring; guid; json; date; interval; timestamp_ns; timestamp_s; timestamp_ms; text[];
  int [ 3 ]; "int"[][]; struct(a int, "B c" text[]); struct("text" int4)[]; row(a int); map(text, int);
  map(int, struct(k text)); union(num int, str text); enum('a', 'B')`.split(/;\s*/);

test('what DuckDB makes of a type is the same type', async () => {
  const connection = await (await DuckDBInstance.create()).connect();
  for (const spelling of SPELLINGS) {
    const sql = `SELECT typeof(CAST(NULL AS ${spelling.trim()}))`;
    const given = (await connection.runAndReadAll(sql)).getRows()[0]?.[0];
    expect(normalType(spelling), spelling).toBe(normalType(String(given)));
  }
  connection.closeSync();
});

test('types that differ stay different', () => {
  const types = [
    "ENUM('a')",
    "ENUM('A')",
    'STRUCT(text INT)',
    'STRUCT(varchar INT)',
    'STRUCT(a INT, b INT)',
    'INT[]',
    'INT[3]',
  ];
  const more = [
    'INT',
    'DECIMAL(10,2)',
    'DECIMAL(10)',
    'TIMESTAMP',
    'TIMESTAMPTZ',
    'STRUCT(b INT, a INT)',
    'MAP(INT, INT)',
    'STRUCT(',
  ];
  const normal = [...types, ...more].map(normalType);
  expect(new Set(normal).size).toBe(normal.length);
});
