-- AlterTable
ALTER TABLE "Book" ADD COLUMN     "textBytes" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "BlogPost" ADD COLUMN     "textBytes" BIGINT NOT NULL DEFAULT 0;

-- What somebody writes takes room as their files do. Counted where it is written, so that no way of writing can forget it; asked for
-- by the book and the post, so that it costs the same however long they are.
UPDATE "Book" SET "textBytes" = coalesce((SELECT sum(octet_length("title") + octet_length("content")) FROM "Chapter" WHERE "bookId" = "Book"."id"), 0);
UPDATE "BlogPost" SET "textBytes" = octet_length("title") + octet_length("excerpt") + octet_length("content");

CREATE FUNCTION foyer_chapter_takes_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE "Book" SET "textBytes" = "textBytes" - octet_length(OLD."title") - octet_length(OLD."content") WHERE "id" = OLD."bookId";
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE "Book" SET "textBytes" = "textBytes" + octet_length(NEW."title") + octet_length(NEW."content") WHERE "id" = NEW."bookId";
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER foyer_chapter_written AFTER INSERT OR DELETE OR UPDATE OF "title", "content", "bookId" ON "Chapter"
  FOR EACH ROW EXECUTE FUNCTION foyer_chapter_takes_room();

CREATE FUNCTION foyer_post_takes_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."textBytes" := octet_length(NEW."title") + octet_length(NEW."excerpt") + octet_length(NEW."content");
  RETURN NEW;
END $$;
CREATE TRIGGER foyer_post_written BEFORE INSERT OR UPDATE OF "title", "excerpt", "content" ON "BlogPost"
  FOR EACH ROW EXECUTE FUNCTION foyer_post_takes_room();
