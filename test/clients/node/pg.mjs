import pg from 'pg';
import pgvector from 'pgvector/pg';
import { cases, connection, indexSql, tableSql, toText } from './helper.mjs';

const columns = cases.columns.map(({ name }) => name);

export default async () => {
  const client = new pg.Client(connection);
  await client.connect();
  return {
    packages: ['pg', 'pgvector'],
    ddl: 'table and indexes by SQL',
    async create() {
      await client.query('CREATE EXTENSION IF NOT EXISTS vector');
      await pgvector.registerTypes(client);
      for (const sql of [tableSql, ...indexSql]) await client.query(sql);
    },
    async insert(rows) {
      for (const row of rows) {
        await client.query('INSERT INTO items VALUES ($1, $2, $3, $4, $5, $6)',
          [row.id, row.category, ...columns.map((name) => toText(row[name]))]);
      }
    },
    async nearest({ column, operator, value, limit, category }) {
      const result = await client.query(
        `SELECT id FROM items WHERE $2::text IS NULL OR category = $2 ORDER BY ${column} ${operator} $1 LIMIT ${limit}`,
        [toText(value), category]);
      return result.rows.map(({ id }) => id);
    },
    async read(id) {
      return (await client.query('SELECT * FROM items WHERE id = $1', [id])).rows[0];
    },
    update: (id, values) => client.query('UPDATE items SET vec = $2, half = $3, sparse = $4, bits = $5 WHERE id = $1',
      [id, ...columns.map((name) => toText(values[name]))]),
    remove: (id) => client.query('DELETE FROM items WHERE id = $1', [id]),
    close: () => client.end(),
  };
};
