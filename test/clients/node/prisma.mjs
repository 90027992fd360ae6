import { PrismaPg } from '@prisma/adapter-pg';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cases, connection, fromText, indexSql, mapValues, tableSql, toText } from './helper.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const folder = '../node_modules/.prisma';

// Prisma has no vector types: it leaves such columns to SQL and keeps the rest of the row.
const schema = `
generator client {
  provider   = "prisma-client-js"
  engineType = "client"
  output     = "./generated"
}
datasource db {
  provider = "postgresql"
}
model Item {
  id       Int @id
  category String?
  ${cases.columns.map(({ name, type }) => `${name} Unsupported("${type}")?`).join('\n  ')}
  @@map("items")
}`;

async function generatedClient() {
  mkdirSync(path(folder), { recursive: true });
  writeFileSync(path(`${folder}/schema.prisma`), schema);
  // Migrations need an engine that is downloaded; all else does without one, but asks for it unless some file is named.
  execFileSync(process.execPath, [path('../node_modules/prisma/build/index.js'), 'generate', '--no-hints',
    '--schema', path(`${folder}/schema.prisma`)],
  { env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' }, stdio: 'pipe' });
  return (await import(`${folder}/generated/index.js`)).default.PrismaClient;
}

const columns = cases.columns.map(({ name, type }, i) => ({ name, parameter: `$${i + 2}::text::${type}` }));
const typeOf = (column) => cases.columns.find(({ name }) => name === column).type;

export default async () => {
  const PrismaClient = await generatedClient();
  const prisma = new PrismaClient({ adapter: new PrismaPg(connection) });
  const update = (id, values) => prisma.$executeRawUnsafe(
    `UPDATE items SET ${columns.map(({ name, parameter }) => `${name} = ${parameter}`).join(', ')} WHERE id = $1`,
    id, ...columns.map(({ name }) => toText(values[name])));
  return {
    packages: ['@prisma/client', '@prisma/adapter-pg'],
    ddl: 'table and indexes by SQL, vectors by raw SQL, rows by the client',
    async create() {
      for (const sql of ['CREATE EXTENSION IF NOT EXISTS vector', tableSql, ...indexSql]) {
        await prisma.$executeRawUnsafe(sql);
      }
    },
    async insert(rows) {
      await prisma.item.createMany({ data: rows.map(({ id, category }) => ({ id, category })) });
      for (const row of rows) await update(row.id, row);
    },
    async nearest({ column, operator, value, limit, category }) {
      const found = await prisma.$queryRawUnsafe(`SELECT id FROM items WHERE $2::text IS NULL OR category = $2
        ORDER BY ${column} ${operator} $1::text::${typeOf(column)} LIMIT ${limit}`, toText(value), category ?? null);
      return found.map(({ id }) => id);
    },
    async read(id) {
      const [row] = await prisma.$queryRawUnsafe(
        `SELECT id, category, ${columns.map(({ name }) => `${name}::text`).join(', ')} FROM items WHERE id = $1`, id);
      return mapValues(row, fromText);
    },
    update,
    remove: (id) => prisma.item.delete({ where: { id } }),
    close: () => prisma.$disconnect(),
  };
};
