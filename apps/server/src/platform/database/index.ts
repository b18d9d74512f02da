export { type Database, openDatabase } from './open-database.ts';
