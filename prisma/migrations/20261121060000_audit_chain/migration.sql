-- CreateTable
CREATE TABLE "AuditLink" (
    "seq" BIGINT NOT NULL,
    "eventId" UUID NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "AuditLink_pkey" PRIMARY KEY ("seq"),
    CONSTRAINT "AuditLink_seq_check" CHECK ("seq" > 0)
);

-- CreateIndex
CREATE UNIQUE INDEX "AuditLink_eventId_key" ON "AuditLink"("eventId");

-- CreateIndex
CREATE INDEX "AuditEvent_action_at_idx" ON "AuditEvent"("action", "at" DESC);

-- CreateIndex
CREATE INDEX "AuditEvent_subjectId_at_idx" ON "AuditEvent"("subjectId", "at" DESC);

-- CreateIndex
CREATE INDEX "AuditEvent_realActorId_at_idx" ON "AuditEvent"("realActorId", "at" DESC);

-- CreateIndex
CREATE INDEX "User_role_createdAt_id_idx" ON "User"("role", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "User_secondFactor_createdAt_id_idx" ON "User"("secondFactor", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "User_bannedAt_idx" ON "User"("bannedAt");

-- CreateIndex
CREATE INDEX "User_deleteAfter_idx" ON "User"("deleteAfter");

-- What is hashed of an event: every column, in one form. scripts/audit.ts spells it out again, because whoever can change
-- rows can change this function too.
CREATE FUNCTION foyer_audit_digest(before bytea, event "AuditEvent") RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(before || convert_to(jsonb_build_array(
    event."id", floor(extract(epoch FROM event."at") * 1000)::bigint, event."actorId", event."realActorId", event."action",
    event."subjectType", event."subjectId", event."ip", event."userAgent", event."before", event."after")::text, 'UTF8'));
$$;

-- Each event is linked to the one before it at its commit. Then, and not at its INSERT: the lock that puts them in one row is
-- held only while nothing else is asked for, so that it can be part of no deadlock. Commits that are remembered go one after the
-- other for it, as fast as the disk takes them; and it reads what was committed last, which READ COMMITTED sees and no higher level would.
CREATE FUNCTION foyer_audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last "AuditLink";
BEGIN
  PERFORM pg_advisory_xact_lock(1718581522);
  SELECT * INTO last FROM "AuditLink" ORDER BY "seq" DESC LIMIT 1;
  INSERT INTO "AuditLink" ("seq", "eventId", "hash")
    VALUES (coalesce(last."seq", 0) + 1, NEW."id", foyer_audit_digest(coalesce(last."hash", ''::bytea), NEW));
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER foyer_audit_link AFTER INSERT ON "AuditEvent" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION foyer_audit_link();

CREATE TRIGGER foyer_audit_link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "AuditLink"
  FOR EACH STATEMENT EXECUTE FUNCTION foyer_audit_refuse();

-- What there is already, in the order it was written.
DO $$
DECLARE
  event "AuditEvent";
  place bigint := 0;
  hash bytea := ''::bytea;
BEGIN
  FOR event IN SELECT * FROM "AuditEvent" ORDER BY "at", "id" LOOP
    place := place + 1;
    hash := foyer_audit_digest(hash, event);
    INSERT INTO "AuditLink" ("seq", "eventId", "hash") VALUES (place, event."id", hash);
  END LOOP;
END $$;
