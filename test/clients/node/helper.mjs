// What the adapters share: the cases, the connection, SQL for clients without DDL of their own, and values.
import { readFileSync } from 'node:fs';
import pgvector from 'pgvector';

const here = new URL('..', import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, here)));

export const cases = read('cases.json');
export const version = (name) => `${name} ${read(`node_modules/${name}/package.json`).version}`;

// Where the server is, from the variables of libpq.
export const connection = {
  host: process.env.PGHOST,
  port: Number(process.env.PGPORT),
  user: process.env.PGUSER,
  database: process.env.PGDATABASE,
};

// The functions of pgvector's packages, by the operator they write.
export const functionName = {
  '<->': 'l2Distance',
  '<#>': 'maxInnerProduct',
  '<=>': 'cosineDistance',
  '<+>': 'l1Distance',
  '<~>': 'hammingDistance',
  '<%>': 'jaccardDistance',
};

export const indexes = cases.columns.flatMap((column) =>
  column.indexes.map((index) => ({ ...index, column: column.name })));
export const indexSql = indexes.map(({ name, column, opclass }) =>
  `CREATE INDEX ${name} ON items USING hnsw (${column} ${opclass}) WITH (m = 16, ef_construction = 64)`);
export const tableSql =
  `CREATE TABLE items (id integer PRIMARY KEY, category text,
     ${cases.columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`;

// A value of cases.json as an application has it: sparse ones as objects of the package, all others as they are.
export const native = (value) =>
  value?.indices ? new pgvector.SparseVector(
    new Map(value.indices.map((index, i) => [index, value.values[i]])), value.dims) : value;
export const nativeRow = (row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, native(value)]));

// Between an application's value and the text of PostgreSQL, for clients that leave that to their user.
export const toText = (value) => value === null || typeof value === 'string' ? value : pgvector.toSql(value);
export const fromText = (text) => /^[[{]/.test(text ?? '') ? pgvector.fromSql(text) : text;
export const mapValues = (row, convert) =>
  Object.fromEntries(Object.entries(row).map(([key, value]) =>
    [key, cases.columns.some(({ name }) => name === key) ? convert(value) : value]));
