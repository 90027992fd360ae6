import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import pgvector from 'pgvector/kysely';
import { cases, connection, fromText, functionName, indexes, mapValues, toText } from './helper.mjs';

export default async () => {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool(connection) }) });
  return {
    packages: ['kysely', 'pgvector'],
    ddl: 'table and indexes by the client',
    async create() {
      await sql`CREATE EXTENSION IF NOT EXISTS vector`.execute(db);
      let table = db.schema.createTable('items')
        .addColumn('id', 'integer', (column) => column.primaryKey()).addColumn('category', 'text');
      for (const { name, type } of cases.columns) table = table.addColumn(name, sql.raw(type));
      await table.execute();
      for (const { name, column, opclass } of indexes) {
        await db.schema.createIndex(name).on('items').using('hnsw').expression(sql.raw(`${column} ${opclass}`)).execute();
      }
    },
    insert: (rows) => db.insertInto('items').values(rows.map((row) => mapValues(row, toText))).execute(),
    async nearest({ column, operator, value, limit, category }) {
      let query = db.selectFrom('items').select('id').orderBy(pgvector[functionName[operator]](column, value)).limit(limit);
      if (category) query = query.where('category', '=', category);
      return (await query.execute()).map(({ id }) => id);
    },
    read: async (id) =>
      mapValues(await db.selectFrom('items').selectAll().where('id', '=', id).executeTakeFirst(), fromText),
    update: (id, values) => db.updateTable('items').set(mapValues(values, toText)).where('id', '=', id).execute(),
    remove: (id) => db.deleteFrom('items').where('id', '=', id).execute(),
    close: () => db.destroy(),
  };
};
