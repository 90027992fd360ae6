// node suite.mjs CLIENT: runs the cases of cases.json through one client, an adapter CLIENT.mjs beside this file. Prints
// one line: what passed, or what failed. The database of the environment is new and empty.
//
// An adapter's default export is a function that connects and returns
//   packages      names of the packages, whose versions are printed; the client's own first
//   ddl           how table and indexes come about
//   create()      extension, table `items` and indexes, under the names of cases.json
//   insert(rows), update(id, values), remove(id)
//   nearest({ column, operator, value, limit, category })     ids; category: undefined, or the one that rows must have
//   read(id)      a row: arrays, SparseVector, strings of bits, null
//   close()
import pg from 'pg';
import { cases, connection, indexes, native, nativeRow, version } from './helper.mjs';

const failures = [];
const check = (what, got, wanted) => {
  const [left, right] = [got, wanted].map((value) => JSON.stringify(value));
  if (left !== right) failures.push(`${what}: got ${left}, not ${right}`);
};

// A vector as the bits of its floats.
const bits = (numbers) => numbers && Buffer.from(new Float32Array(numbers).buffer).toString('hex');
const comparable = (value) => {
  if (Array.isArray(value)) return bits(value);
  return value?.indices ? [value.dims ?? value.dimensions, value.indices, bits(value.values)] : value;
};
const checkRow = (what, row, wanted) => {
  for (const { name } of cases.columns) check(`${what}, ${name}`, comparable(row?.[name]), comparable(wanted[name]));
};

// What the server has, asked over a connection of the suite's own.
const server = new pg.Client(connection);
const ask = async (sql, values) => (await server.query({ text: sql, values, rowMode: 'array' })).rows;
const bytes = async (id) => {
  const columns = cases.columns.map(({ name, base }) => `encode(${base}_send(${name}), 'hex')`);
  return (await ask(`SELECT ${columns} FROM items WHERE id = $1`, [id]))[0];
};

async function checkSchema() {
  const types = await ask(`SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = 'items'::regclass AND attname = ANY($1) ORDER BY attnum`, [cases.columns.map(({ name }) => name)]);
  check('columns', types, cases.columns.map(({ name, type }) => [name, type]));
  const made = await ask(`SELECT c.relname::text, a.amname::text, o.opcname::text FROM pg_index i
    JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = c.relam JOIN pg_opclass o ON o.oid = indclass[0]
    WHERE indrelid = 'items'::regclass AND NOT indisprimary ORDER BY 1`);
  check('indexes', made, indexes.map(({ name, opclass }) => [name, 'hnsw', opclass]).sort());
}

async function checkNearest(client, what, questions) {
  for (const { ids, ...question } of questions) {
    check(`${what}, ${question.column} ${question.operator}`,
      await client.nearest({ ...question, value: native(question.value) }), ids);
  }
}

// The server prefers indexes here, so each must have answered. A session's numbers are there when it has ended.
async function checkScans() {
  const unused = `SELECT indexrelname::text FROM pg_stat_user_indexes
    WHERE indexrelname = ANY($1) AND idx_scan = 0 ORDER BY 1`;
  let names;
  for (let attempt = 0; attempt < 100; attempt++) {
    names = await ask(unused, [indexes.map(({ name }) => name)]);
    if (names.length === 0) break;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  check('indexes that no search used', names, []);
}

async function run(client) {
  const { written, stored } = cases;
  await client.create();
  await checkSchema();
  await client.insert(cases.rows.map(nativeRow));
  await checkNearest(client, 'nearest', cases.nearest);
  await checkNearest(client, 'filtered', cases.filtered);
  checkRow('NULL', await client.read(9), cases.rows[8]);
  await client.update(cases.update.id, nativeRow(cases.update.values));
  checkRow('updated', await client.read(cases.update.id), cases.update.values);
  await checkNearest(client, 'after the update', cases.after_update);
  await client.remove(cases.delete);
  await checkNearest(client, 'after the delete', cases.after_delete);

  await client.insert([nativeRow(written.row)]);
  check('bytes of what the client wrote', await bytes(written.row.id), cases.columns.map(({ name }) => written.bytes[name]));
  checkRow('read back', await client.read(written.row.id), written.reads);
  await ask(`INSERT INTO items (id, category, ${Object.keys(stored.text)}) VALUES ($1, $2, $3, $4, $5, $6)`,
    [stored.row.id, stored.row.category, ...Object.values(stored.text)]);
  checkRow('read', await client.read(stored.row.id), stored.reads);
}

const name = process.argv[2];
const adapter = await import(`./${name}.mjs`);
let client;
let title = name;
try {
  await server.connect();
  client = await adapter.default();
  title = client.packages.map(version).join(', ');
  await run(client);
  await client.close();
  await checkScans();
} catch (error) {
  failures.push(error.stack);
}
if (failures.length > 0) {
  console.log(`FAILED ${title}: ${failures.join('\n    ')}`);
} else {
  console.log(`ok ${title}: ${client.ddl}; insert, update, delete, NULL; ${cases.nearest.length} nearest by index, ` +
    `${cases.filtered.length} filtered; bit-exact both ways`);
}
process.exit(failures.length > 0 ? 1 : 0);
