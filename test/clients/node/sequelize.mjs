import pgvector from 'pgvector/sequelize';
import { DataTypes, Sequelize } from 'sequelize';
import { cases, connection, functionName, indexes } from './helper.mjs';

const { user, database, ...where } = connection;
const open = () => new Sequelize(database, user, undefined, { ...where, dialect: 'postgres', logging: false });

export default async () => {
  pgvector.registerTypes(Sequelize);
  // Sequelize asks for the types of the server when it first connects, so the extension has to be there before.
  const first = open();
  await first.query('CREATE EXTENSION IF NOT EXISTS vector');
  await first.close();
  const sequelize = open();
  const column = ({ base, type, dims }) => ({ type: base === 'bit' ? type : DataTypes[base.toUpperCase()](dims) });
  const Item = sequelize.define('Item', {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    category: DataTypes.TEXT,
    ...Object.fromEntries(cases.columns.map((described) => [described.name, column(described)])),
  }, {
    tableName: 'items',
    timestamps: false,
    indexes: indexes.map(({ name, column, opclass }) =>
      ({ name, using: 'hnsw', fields: [{ name: column, operator: opclass }] })),
  });
  return {
    packages: ['sequelize', 'pgvector'],
    ddl: 'table and indexes by the client',
    create: () => Item.sync(),
    insert: (rows) => Item.bulkCreate(rows),
    async nearest({ column, operator, value, limit, category }) {
      const found = await Item.findAll({
        order: pgvector[functionName[operator]](column, value, sequelize), limit, where: category ? { category } : {} });
      return found.map(({ id }) => id);
    },
    read: async (id) => (await Item.findByPk(id)).get(),
    update: (id, values) => Item.update(values, { where: { id } }),
    remove: (id) => Item.destroy({ where: { id } }),
    close: () => sequelize.close(),
  };
};
