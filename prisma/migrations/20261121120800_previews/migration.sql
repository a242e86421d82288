-- Pictures that belong to a person, or to a book or a post.
ALTER TYPE "FileKind" ADD VALUE 'AVATAR';
ALTER TYPE "FileKind" ADD VALUE 'COVER';

-- A preview lies beside its file, and goes with it; in another store it is made anew.
CREATE OR REPLACE FUNCTION foyer_file_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM foyer_let_go(OLD."provider", OLD."uploadKey", coalesce(OLD."uploadExpiresAt", now()), foyer_let_go_when(TG_OP));
  PERFORM foyer_let_go(OLD."provider", OLD."previewKey", NULL, foyer_let_go_when(TG_OP));
  IF OLD."key" IS DISTINCT FROM OLD."uploadKey" THEN
    PERFORM foyer_let_go(OLD."provider", OLD."key", NULL, foyer_let_go_when(TG_OP));
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION foyer_preview_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."previewKey" := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER foyer_preview_stays BEFORE UPDATE OF "provider" ON "File" FOR EACH ROW
  WHEN (OLD."provider" <> NEW."provider") EXECUTE FUNCTION foyer_preview_stays();

CREATE FUNCTION foyer_preview_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM foyer_let_go(OLD."provider", OLD."previewKey", NULL, now());
  RETURN NULL;
END $$;
CREATE TRIGGER foyer_preview_let_go AFTER UPDATE OF "previewKey" ON "File" FOR EACH ROW
  WHEN (OLD."provider" = NEW."provider" AND OLD."previewKey" IS DISTINCT FROM NEW."previewKey") EXECUTE FUNCTION foyer_preview_let_go();
