import { Model } from 'objection';
import * as pgvector from 'pgvector/objection';
import { fromText, functionName, mapValues, toText } from './helper.mjs';
import { create, open } from './knex.mjs';

class Item extends Model {
  static tableName = 'items';
}

export default async () => {
  const db = open();
  Model.knex(db);
  return {
    packages: ['objection', 'pgvector'],
    ddl: 'table and indexes by Knex',
    create: () => create(db),
    insert: (rows) => Item.query().insert(rows.map((row) => mapValues(row, toText))),
    async nearest({ column, operator, value, limit, category }) {
      const query = Item.query().select('id').orderBy(pgvector.default[functionName[operator]](column, value)).limit(limit);
      return (await (category ? query.where({ category }) : query)).map(({ id }) => id);
    },
    read: async (id) => mapValues(await Item.query().findById(id), fromText),
    update: (id, values) => Item.query().findById(id).patch(mapValues(values, toText)),
    remove: (id) => Item.query().deleteById(id),
    close: () => db.destroy(),
  };
};
