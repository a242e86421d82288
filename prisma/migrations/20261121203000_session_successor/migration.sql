-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "successorId" UUID;
