import 'reflect-metadata';
import { DataSource, EntitySchema } from 'typeorm';
import { cases, connection, fromText, indexSql, mapValues, toText } from './helper.mjs';

// TypeORM has no type sparsevec: the column is made as text and changed, and its values are text to TypeORM.
const column = ({ base, type, dims }) => ({
  ...(base === 'sparsevec' ? { type: 'text' } : { type: base, length: dims }),
  nullable: true,
});
const Item = new EntitySchema({
  name: 'items',
  columns: {
    id: { type: 'int', primary: true },
    category: { type: 'text' },
    ...Object.fromEntries(cases.columns.map((described) => [described.name, column(described)])),
  },
});
const convert = (row, how) => ({ ...row, sparse: how(row.sparse) });

export default async () => {
  const { user, ...where } = connection;
  const source = new DataSource({ type: 'postgres', ...where, username: user, entities: [Item] });
  await source.initialize();
  const items = source.getRepository(Item);
  return {
    packages: ['typeorm'],
    ddl: 'table by the client but for sparsevec, indexes by SQL',
    async create() {
      await source.synchronize();
      const { type } = cases.columns.find(({ name }) => name === 'sparse');
      await source.query(`ALTER TABLE items ALTER COLUMN sparse TYPE ${type} USING sparse::${type}`);
      for (const sql of indexSql) await source.query(sql);
    },
    insert: (rows) => items.insert(rows.map((row) => convert(row, toText))),
    async nearest({ column, operator, value, limit, category }) {
      const query = items.createQueryBuilder('i').orderBy(`i.${column} ${operator} :value`)
        .setParameters({ value: toText(value) }).limit(limit);
      if (category) query.where({ category });
      return (await query.getMany()).map(({ id }) => id);
    },
    read: async (id) => convert(await items.findOneBy({ id }), fromText),
    update: (id, values) => items.update(id, convert(values, toText)),
    remove: (id) => items.delete(id),
    close: () => source.destroy(),
  };
};
