-- AlterTable
ALTER TABLE "DataExport" ADD COLUMN "provider" "StorageProvider";

-- Archives live for days, and until now all of them lay where the newest file does.
UPDATE "DataExport" SET "provider" = coalesce((SELECT "provider" FROM "File" ORDER BY "id" DESC LIMIT 1), 'LOCAL');

ALTER TABLE "DataExport" ALTER COLUMN "provider" SET NOT NULL;

-- AlterTable
ALTER TABLE "PeopleJob" ADD COLUMN "provider" "StorageProvider";

UPDATE "PeopleJob" SET "provider" = coalesce((SELECT "provider" FROM "File" ORDER BY "id" DESC LIMIT 1), 'LOCAL') WHERE "objectKey" IS NOT NULL;

ALTER TABLE "PeopleJob" ADD CONSTRAINT "PeopleJob_object_in_a_store" CHECK ("objectKey" IS NULL OR "provider" IS NOT NULL);

-- CreateTable
CREATE TABLE "StorageDeletion" (
    "provider" "StorageProvider" NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    "uploadExpiresAt" TIMESTAMPTZ(3),
    "notBefore" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lastError" VARCHAR(200),

    CONSTRAINT "StorageDeletion_pkey" PRIMARY KEY ("provider","key")
);

-- CreateIndex
CREATE INDEX "StorageDeletion_notBefore_idx" ON "StorageDeletion"("notBefore");

-- CreateIndex
CREATE INDEX "PeopleJob_objectKey_idx" ON "PeopleJob"("objectKey");

-- Writes down that an object is to be removed; null, for a row that named none, is nothing to write down.
CREATE FUNCTION foyer_let_go(store "StorageProvider", object text, upload_ends timestamptz, not_before timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO "StorageDeletion" ("provider", "key", "uploadExpiresAt", "notBefore") SELECT store, object, upload_ends, not_before WHERE object IS NOT NULL
  ON CONFLICT ("provider", "key") DO UPDATE
    SET "uploadExpiresAt" = EXCLUDED."uploadExpiresAt", "notBefore" = EXCLUDED."notBefore", "attempts" = 0, "lastError" = NULL;
$$;

-- What a deleted row named goes at once. What moved to another store goes when the URLs that were handed out have ended, and
-- whoever is just reading it has come to the end.
CREATE FUNCTION foyer_let_go_when(operation text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN operation = 'UPDATE' THEN now() + interval '2 hours' ELSE now() END;
$$;

-- AFTER, here and below: what another trigger or a constraint refuses must remove nothing.
CREATE FUNCTION foyer_file_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM foyer_let_go(OLD."provider", OLD."uploadKey", coalesce(OLD."uploadExpiresAt", now()), foyer_let_go_when(TG_OP));
  IF OLD."key" IS DISTINCT FROM OLD."uploadKey" THEN
    PERFORM foyer_let_go(OLD."provider", OLD."key", NULL, foyer_let_go_when(TG_OP));
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER foyer_file_deleted AFTER DELETE ON "File" FOR EACH ROW EXECUTE FUNCTION foyer_file_let_go();
CREATE TRIGGER foyer_file_moved AFTER UPDATE OF "provider" ON "File" FOR EACH ROW
  WHEN (OLD."provider" <> NEW."provider") EXECUTE FUNCTION foyer_file_let_go();

CREATE FUNCTION foyer_export_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM foyer_let_go(OLD."provider", OLD."userId" || '/' || OLD."id", NULL, foyer_let_go_when(TG_OP));
  RETURN NULL;
END $$;

CREATE TRIGGER foyer_export_deleted AFTER DELETE ON "DataExport" FOR EACH ROW EXECUTE FUNCTION foyer_export_let_go();
CREATE TRIGGER foyer_export_moved AFTER UPDATE OF "provider" ON "DataExport" FOR EACH ROW
  WHEN (OLD."provider" <> NEW."provider") EXECUTE FUNCTION foyer_export_let_go();

-- A job that names its file no more has read it, unless another one names it now.
CREATE FUNCTION foyer_people_job_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM foyer_let_go(OLD."provider", OLD."objectKey", NULL,
    CASE WHEN TG_OP = 'UPDATE' AND NEW."objectKey" IS NULL THEN now() ELSE foyer_let_go_when(TG_OP) END);
  RETURN NULL;
END $$;

CREATE TRIGGER foyer_people_job_deleted AFTER DELETE ON "PeopleJob" FOR EACH ROW EXECUTE FUNCTION foyer_people_job_let_go();
CREATE TRIGGER foyer_people_job_moved AFTER UPDATE OF "provider", "objectKey" ON "PeopleJob" FOR EACH ROW
  WHEN ((OLD."provider", OLD."objectKey") IS DISTINCT FROM (NEW."provider", NEW."objectKey")) EXECUTE FUNCTION foyer_people_job_let_go();
