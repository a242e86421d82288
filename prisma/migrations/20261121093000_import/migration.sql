-- AlterTable
ALTER TABLE "User" ADD COLUMN     "resetAtSignIn" BOOLEAN NOT NULL DEFAULT false;
