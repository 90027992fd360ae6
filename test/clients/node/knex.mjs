import knex from 'knex';
import 'pgvector/knex';
import { cases, connection, fromText, functionName, indexes, mapValues, toText } from './helper.mjs';

// Also for Objection, which builds on Knex.
export const open = () => knex({ client: 'pg', connection });

export async function create(db) {
  await db.schema.enableExtension('vector');
  await db.schema.createTable('items', (table) => {
    table.integer('id').primary();
    table.text('category');
    for (const { name, base, type, dims } of cases.columns) {
      if (base === 'bit') table.specificType(name, type);
      else table[base](name, { dimensions: dims });
    }
    for (const { name, column, opclass } of indexes) table.index(db.raw(`${column} ${opclass}`), name, 'hnsw');
  });
}

export default async () => {
  const db = open();
  return {
    packages: ['knex', 'pgvector'],
    ddl: 'table and indexes by the client',
    create: () => create(db),
    insert: (rows) => db('items').insert(rows.map((row) => mapValues(row, toText))),
    async nearest({ column, operator, value, limit, category }) {
      const query = db('items').select('id').orderBy(db.queryBuilder()[functionName[operator]](column, value)).limit(limit);
      return (await (category ? query.where({ category }) : query)).map(({ id }) => id);
    },
    read: async (id) => mapValues(await db('items').where({ id }).first(), fromText),
    update: (id, values) => db('items').where({ id }).update(mapValues(values, toText)),
    remove: (id) => db('items').where({ id }).delete(),
    close: () => db.destroy(),
  };
};
