-- AlterTable
ALTER TABLE "File" ADD COLUMN     "previewTriedAt" TIMESTAMPTZ(3);
