-- AlterTable
ALTER TABLE "User" ADD COLUMN     "providerImage" VARCHAR(500);
