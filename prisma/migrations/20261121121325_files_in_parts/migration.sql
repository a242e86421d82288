-- AlterTable
ALTER TABLE "File" ADD COLUMN     "multipartId" VARCHAR(1024),
ADD COLUMN     "partBytes" INTEGER,
ADD COLUMN     "sourceChangedAt" TIMESTAMPTZ(3);
