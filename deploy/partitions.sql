-- Parts the tables of conversations, each by the hash of its conversation: one large table becomes many smaller ones.
-- docs/scaling.md says when that helps. PostgreSQL 15 or later. Back up, stop every process, then:
--
--   psql -v ON_ERROR_STOP=1 "$DATABASE_URL" -f deploy/partitions.sql
--
-- It makes 16 partitions of each table, or as many as PGOPTIONS='-c causerie.partitions=64' says. All of it is one
-- transaction: when anything fails, or is interrupted, everything is as it was. Tables are copied, so the disk must have room
-- for them twice.
--
-- What the tables have is read from the catalogue and not written here: columns, keys, indexes, triggers, foreign keys from
-- and to them, sequences, views, owner and grants are there afterwards under the same names. `runs`, `attachments` and all
-- other tables stay as they are.
DO $parting$
DECLARE
  names constant text[] := ARRAY['conversations', 'members', 'items', 'events', 'feedback', 'reactions'];
  partitions constant int := coalesce(nullif(current_setting('causerie.partitions', true), ''), '16')::int;
  tables oid[];
  taken text[];
  given text[];
  name text;
  columns text;
  options text;
  statement text;
BEGIN
  IF partitions NOT BETWEEN 2 AND 256 THEN
    RAISE EXCEPTION 'causerie.partitions is %, and must be 2 to 256', partitions;
  END IF;
  SELECT array_agg(c.oid ORDER BY n.place) INTO tables
  FROM unnest(names) WITH ORDINALITY AS n (name, place) JOIN pg_class c ON c.oid = to_regclass(n.name) AND c.relkind = 'r';
  IF cardinality(tables) IS DISTINCT FROM cardinality(names) THEN
    RAISE EXCEPTION '% are not all there as plain tables: parted already, or of another version', names;
  END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = ANY (tables) AND attidentity <> '')
    OR EXISTS (SELECT FROM pg_policy WHERE polrelid = ANY (tables))
    OR EXISTS (SELECT FROM pg_publication_rel WHERE prrelid = ANY (tables)) THEN
    RAISE EXCEPTION 'a table has an identity column, a row policy or a publication, which are not carried over';
  END IF;

  -- Tables belong to who makes them, and the server must be able to change them, whoever runs this.
  EXECUTE format('SET LOCAL ROLE %s', (SELECT relowner::regrole FROM pg_class WHERE oid = tables[1]));
  FOREACH name IN ARRAY names LOOP
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', name);
  END LOOP;

  -- What holds the tables fast is taken away, and given back in this order when they are made anew.
  CREATE TEMPORARY TABLE parting ON COMMIT DROP AS
  WITH view AS (
    SELECT DISTINCT r.ev_class AS id FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY (tables)
  )
  SELECT 1 AS step, NULL AS take, format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
      pg_get_constraintdef(oid)) AS give
    FROM pg_constraint WHERE contype IN ('p', 'u') AND conrelid = ANY (tables)
  UNION ALL SELECT 2, NULL, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY (tables)
      AND indexrelid NOT IN (SELECT conindid FROM pg_constraint WHERE contype IN ('p', 'u'))
  UNION ALL SELECT 3, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
      format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'f' AND (conrelid = ANY (tables) OR confrelid = ANY (tables))
  UNION ALL SELECT 4, NULL, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE tgrelid = ANY (tables) AND NOT tgisinternal
  UNION ALL SELECT 5, format('ALTER SEQUENCE %s OWNED BY NONE', s.oid::regclass),
      format('ALTER SEQUENCE %s OWNED BY %s.%I', s.oid::regclass, d.refobjid::regclass, a.attname)
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'a' AND d.refobjid = ANY (tables)
  UNION ALL SELECT 6, format('DROP VIEW %s', id::regclass),
      format('CREATE VIEW %s AS %s', id::regclass, pg_get_viewdef(id)) FROM view
  UNION ALL SELECT 7, NULL, format('GRANT %s ON %s TO %s%s', acl.privilege_type, c.oid::regclass,
      CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END,
      CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class c, aclexplode(c.relacl) acl
    WHERE (c.oid = ANY (tables) OR c.oid IN (SELECT id FROM view)) AND acl.grantee <> c.relowner;
  -- As text, before the names mean other tables.
  SELECT array_agg(take ORDER BY step DESC) FILTER (WHERE take IS NOT NULL), array_agg(give ORDER BY step)
    INTO taken, given FROM parting;

  FOREACH statement IN ARRAY taken LOOP
    EXECUTE statement;
  END LOOP;
  FOREACH name IN ARRAY names LOOP
    SELECT string_agg(quote_ident(attname), ', ') INTO columns
    FROM pg_attribute WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    SELECT format('WITH (%s)', array_to_string(reloptions, ', ')) INTO options
    FROM pg_class WHERE oid = name::regclass AND reloptions IS NOT NULL;
    EXECUTE format('ALTER TABLE %I RENAME TO parted_from', name);
    EXECUTE format('CREATE TABLE %I (LIKE parted_from INCLUDING ALL EXCLUDING INDEXES) PARTITION BY HASH (%I)', name,
      CASE name WHEN 'conversations' THEN 'id' ELSE 'conversation_id' END);
    FOR place IN 0 .. partitions - 1 LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s) %s', name || '_' || place,
        name, partitions, place, options);
    END LOOP;
    EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM parted_from', name, columns, columns);
    DROP TABLE parted_from;
  END LOOP;
  FOREACH statement IN ARRAY given LOOP
    EXECUTE statement;
  END LOOP;
  FOREACH name IN ARRAY names LOOP
    EXECUTE format('ANALYZE %I', name);
  END LOOP;
END
$parting$;
