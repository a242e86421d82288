/*
  Warnings:

  - A unique constraint covering the columns `[coverId]` on the table `BlogPost` will be added. If there are existing duplicate values, this will fail.
  - A unique constraint covering the columns `[coverId]` on the table `Book` will be added. If there are existing duplicate values, this will fail.

*/
-- AlterTable
ALTER TABLE "BlogPost" ADD COLUMN     "coverId" UUID;

-- AlterTable
ALTER TABLE "Book" ADD COLUMN     "coverId" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "BlogPost_coverId_key" ON "BlogPost"("coverId");

-- CreateIndex
CREATE UNIQUE INDEX "Book_coverId_key" ON "Book"("coverId");

-- AddForeignKey
ALTER TABLE "Book" ADD CONSTRAINT "Book_coverId_fkey" FOREIGN KEY ("coverId") REFERENCES "File"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BlogPost" ADD CONSTRAINT "BlogPost_coverId_fkey" FOREIGN KEY ("coverId") REFERENCES "File"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- A cover goes with what it is the cover of, whoever deletes that and however, and when another takes its place.
CREATE FUNCTION foyer_cover_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "File" SET "status" = 'DELETING', "uploadExpiresAt" = coalesce("uploadExpiresAt", now()), "updatedAt" = now()
   WHERE "id" = OLD."coverId" AND "status" <> 'DELETING';
  RETURN NULL;
END $$;
CREATE TRIGGER foyer_book_deleted AFTER DELETE ON "Book" FOR EACH ROW WHEN (OLD."coverId" IS NOT NULL) EXECUTE FUNCTION foyer_cover_let_go();
CREATE TRIGGER foyer_post_deleted AFTER DELETE ON "BlogPost" FOR EACH ROW WHEN (OLD."coverId" IS NOT NULL) EXECUTE FUNCTION foyer_cover_let_go();
CREATE TRIGGER foyer_book_uncovered AFTER UPDATE OF "coverId" ON "Book" FOR EACH ROW
  WHEN (OLD."coverId" IS NOT NULL AND OLD."coverId" IS DISTINCT FROM NEW."coverId") EXECUTE FUNCTION foyer_cover_let_go();
CREATE TRIGGER foyer_post_uncovered AFTER UPDATE OF "coverId" ON "BlogPost" FOR EACH ROW
  WHEN (OLD."coverId" IS NOT NULL AND OLD."coverId" IS DISTINCT FROM NEW."coverId") EXECUTE FUNCTION foyer_cover_let_go();
