-- "updatedAt" of a book or a post tells whoever writes in it whether somebody else has meanwhile. Only writing moves it: whatever else
-- changes of the row (with whom it is shared, its cover, how a document of it goes on) leaves it, whoever changes it and by which way.
CREATE FUNCTION foyer_keep_time_of_writing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."updatedAt" := OLD."updatedAt";
  RETURN NEW;
END $$;
CREATE TRIGGER foyer_book_not_written BEFORE UPDATE ON "Book" FOR EACH ROW
  WHEN (NEW."updatedAt" IS DISTINCT FROM OLD."updatedAt"
    AND (NEW."title", NEW."description", NEW."language") IS NOT DISTINCT FROM (OLD."title", OLD."description", OLD."language"))
  EXECUTE FUNCTION foyer_keep_time_of_writing();
CREATE TRIGGER foyer_post_not_written BEFORE UPDATE ON "BlogPost" FOR EACH ROW
  WHEN (NEW."updatedAt" IS DISTINCT FROM OLD."updatedAt"
    AND (NEW."title", NEW."excerpt", NEW."content", NEW."tags", NEW."language")
      IS NOT DISTINCT FROM (OLD."title", OLD."excerpt", OLD."content", OLD."tags", OLD."language"))
  EXECUTE FUNCTION foyer_keep_time_of_writing();
