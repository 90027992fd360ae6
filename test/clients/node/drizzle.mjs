import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import * as drizzleOrm from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import * as types from 'drizzle-orm/pg-core';
import pg from 'pg';
import { cases, connection, fromText, functionName, indexes, mapValues, toText } from './helper.mjs';

const { eq, sql } = drizzleOrm;
const columnType = { vector: types.vector, halfvec: types.halfvec, sparsevec: types.sparsevec, bit: types.bit };
const items = types.pgTable('items', {
  id: types.integer().primaryKey(),
  category: types.text(),
  ...Object.fromEntries(cases.columns.map(({ name, base, dims }) => [name, columnType[base]({ dimensions: dims })])),
}, (table) => indexes.map(({ name, column, opclass }) =>
  types.index(name).using('hnsw', table[column].op(opclass)).with({ m: 16, ef_construction: 64 })));

// Drizzle takes and gives sparse vectors as text, and has its own name for the inner product.
const convert = (row, how) => ({ ...row, sparse: how(row.sparse) });
const functionOf = (operator) => drizzleOrm[operator === '<#>' ? 'innerProduct' : functionName[operator]];

export default async () => {
  const pool = new pg.Pool(connection);
  const db = drizzle(pool);
  return {
    packages: ['drizzle-orm', 'drizzle-kit'],
    ddl: 'table and indexes by the client',
    async create() {
      await db.execute(sql`CREATE EXTENSION IF NOT EXISTS vector`);
      const statements = await generateMigration(generateDrizzleJson({}), generateDrizzleJson({ items }));
      for (const statement of statements) await db.execute(sql.raw(statement));
    },
    insert: (rows) => db.insert(items).values(rows.map((row) => convert(row, toText))),
    async nearest({ column, operator, value, limit, category }) {
      const query = db.select({ id: items.id }).from(items)
        .where(category ? eq(items.category, category) : undefined)
        .orderBy(functionOf(operator)(items[column], column === 'sparse' ? toText(value) : value)).limit(limit);
      return (await query).map(({ id }) => id);
    },
    read: async (id) => convert((await db.select().from(items).where(eq(items.id, id)))[0], fromText),
    update: (id, values) => db.update(items).set(convert(values, toText)).where(eq(items.id, id)),
    remove: (id) => db.delete(items).where(eq(items.id, id)),
    close: () => pool.end(),
  };
};
