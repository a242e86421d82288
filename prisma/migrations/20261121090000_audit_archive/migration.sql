-- CreateTable
CREATE TABLE "AuditArchive" (
    "firstSeq" BIGINT NOT NULL,
    "lastSeq" BIGINT NOT NULL,
    "beforeHash" BYTEA NOT NULL,
    "endHash" BYTEA NOT NULL,
    "firstAt" TIMESTAMPTZ(3) NOT NULL,
    "lastAt" TIMESTAMPTZ(3) NOT NULL,
    "fileName" VARCHAR(100) NOT NULL,
    "sha256" VARCHAR(64) NOT NULL,
    "keyId" VARCHAR(16) NOT NULL,
    "signature" VARCHAR(86) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuditArchive_pkey" PRIMARY KEY ("firstSeq")
);

-- The one way out of the audit log. A row here says that a stretch of the chain lies in a signed file; to insert it removes that
-- stretch, in the same statement. scripts/audit.ts does so once it has read the file back. The signature is not checked here, where
-- the key must not be: `npm run audit:verify` does, so that a row made by hand covers nothing up.
CREATE FUNCTION foyer_audit_archive_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before "AuditArchive";
BEGIN
  SELECT * INTO before FROM "AuditArchive" ORDER BY "lastSeq" DESC LIMIT 1;
  IF NEW."firstSeq" <> coalesce(before."lastSeq", 0) + 1 OR NEW."beforeHash" <> coalesce(before."endHash", ''::bytea)
    OR NEW."lastSeq" < NEW."firstSeq" THEN
    RAISE EXCEPTION 'an archive begins where the one before it ended' USING ERRCODE = 'restrict_violation';
  END IF;
  -- The newest row stays: the next one is hashed with it.
  IF NEW."lastSeq" >= (SELECT "seq" FROM "AuditLink" ORDER BY "seq" DESC LIMIT 1)
    OR NEW."endHash" IS DISTINCT FROM (SELECT "hash" FROM "AuditLink" WHERE "seq" = NEW."lastSeq") THEN
    RAISE EXCEPTION 'an archive ends with a row of the chain that is not its last' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER foyer_audit_archive_check BEFORE INSERT ON "AuditArchive"
  FOR EACH ROW EXECUTE FUNCTION foyer_audit_archive_check();

CREATE FUNCTION foyer_audit_archive_remove() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  events bigint;
BEGIN
  DELETE FROM "AuditEvent" e USING "AuditLink" l
    WHERE l."seq" BETWEEN NEW."firstSeq" AND NEW."lastSeq" AND e."id" = l."eventId";
  GET DIAGNOSTICS events = ROW_COUNT;
  IF events <> NEW."lastSeq" - NEW."firstSeq" + 1 THEN
    RAISE EXCEPTION 'rows of this stretch are missing' USING ERRCODE = 'restrict_violation';
  END IF;
  DELETE FROM "AuditLink" WHERE "seq" BETWEEN NEW."firstSeq" AND NEW."lastSeq";
  INSERT INTO "AuditEvent" ("id", "action", "subjectType", "subjectId", "after")
    VALUES (gen_random_uuid(), 'audit.archived', 'AuditEvent', NEW."firstSeq" || '-' || NEW."lastSeq",
      jsonb_build_object('file', NEW."fileName", 'sha256', NEW."sha256"));
  RETURN NULL;
END $$;
CREATE TRIGGER foyer_audit_archive_remove AFTER INSERT ON "AuditArchive"
  FOR EACH ROW EXECUTE FUNCTION foyer_audit_archive_remove();

-- Whatever deletes, what no archive covers stays. Looked at once a statement, for as many rows as it has.
CREATE FUNCTION foyer_audit_event_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM gone g WHERE NOT EXISTS (
    SELECT FROM "AuditLink" l JOIN "AuditArchive" a ON l."seq" BETWEEN a."firstSeq" AND a."lastSeq" WHERE l."eventId" = g."id")) THEN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION foyer_audit_link_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM gone g WHERE NOT EXISTS (
    SELECT FROM "AuditArchive" a WHERE g."seq" BETWEEN a."firstSeq" AND a."lastSeq")) THEN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER foyer_audit_append_only ON "AuditEvent";
CREATE TRIGGER foyer_audit_append_only BEFORE UPDATE OR TRUNCATE ON "AuditEvent"
  FOR EACH STATEMENT EXECUTE FUNCTION foyer_audit_refuse();
CREATE TRIGGER foyer_audit_kept AFTER DELETE ON "AuditEvent" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION foyer_audit_event_kept();
DROP TRIGGER foyer_audit_link_append_only ON "AuditLink";
CREATE TRIGGER foyer_audit_link_append_only BEFORE UPDATE OR TRUNCATE ON "AuditLink"
  FOR EACH STATEMENT EXECUTE FUNCTION foyer_audit_refuse();
CREATE TRIGGER foyer_audit_link_kept AFTER DELETE ON "AuditLink" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION foyer_audit_link_kept();
CREATE TRIGGER foyer_audit_archive_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "AuditArchive"
  FOR EACH STATEMENT EXECUTE FUNCTION foyer_audit_refuse();
