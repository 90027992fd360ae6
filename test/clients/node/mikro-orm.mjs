import { EntitySchema } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import * as pgvectorModule from 'pgvector/mikro-orm';
import { cases, connection, functionName, indexSql, indexes } from './helper.mjs';

const pgvector = pgvectorModule.default;
const types = {
  vector: pgvector.VectorType, halfvec: pgvector.HalfvecType, sparsevec: pgvector.SparsevecType, bit: pgvector.BitType };
const Item = new EntitySchema({
  name: 'Item',
  tableName: 'items',
  properties: {
    id: { type: 'integer', primary: true, autoincrement: false },
    category: { type: 'text' },
    ...Object.fromEntries(cases.columns.map(({ name, base, dims }) =>
      [name, { type: types[base], dimensions: dims, length: dims, nullable: true }])),
  },
  indexes: indexes.map(({ name }, i) => ({ name, expression: indexSql[i] })),
});

export default async () => {
  const { database, ...where } = connection;
  const orm = await MikroORM.init({ ...where, dbName: database, entities: [Item] });
  // A new one for each step, so that nothing is answered from the identity map.
  const manager = () => orm.em.fork();
  return {
    packages: ['@mikro-orm/postgresql', 'pgvector'],
    ddl: 'table and indexes by the client',
    async create() {
      await orm.em.execute('CREATE EXTENSION IF NOT EXISTS vector');
      await orm.schema.createSchema();
    },
    async insert(rows) {
      const em = manager();
      for (const row of rows) em.create(Item, row, { persist: true });
      await em.flush();
    },
    async nearest({ column, operator, value, limit, category }) {
      const found = await manager().createQueryBuilder(Item, 'i').where(category ? { category } : {})
        .orderBy({ [pgvector[functionName[operator]](column, value)]: 'ASC' }).limit(limit).getResult();
      return found.map(({ id }) => id);
    },
    read: (id) => manager().findOneOrFail(Item, id),
    async update(id, values) {
      const em = manager();
      Object.assign(await em.findOneOrFail(Item, id), values);
      await em.flush();
    },
    async remove(id) {
      const em = manager();
      await em.removeAndFlush(await em.findOneOrFail(Item, id));
    },
    close: () => orm.close(),
  };
};
