/*
  Warnings:

  - A unique constraint covering the columns `[externalId]` on the table `User` will be added. If there are existing duplicate values, this will fail.

*/
-- CreateEnum
CREATE TYPE "PeopleJobKind" AS ENUM ('BULK', 'EXPORT', 'IMPORT');

-- CreateEnum
CREATE TYPE "PeopleJobStatus" AS ENUM ('PENDING', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED');

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "externalId" VARCHAR(200),
ADD COLUMN     "privateMetadata" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "publicMetadata" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "unsafeMetadata" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "PeopleJob" (
    "id" UUID NOT NULL,
    "kind" "PeopleJobKind" NOT NULL,
    "status" "PeopleJobStatus" NOT NULL DEFAULT 'PENDING',
    "createdById" UUID NOT NULL,
    "params" JSONB NOT NULL,
    "total" INTEGER,
    "done" INTEGER NOT NULL DEFAULT 0,
    "refused" INTEGER NOT NULL DEFAULT 0,
    "cursor" JSONB,
    "cancelAskedAt" TIMESTAMPTZ(3),
    "objectKey" VARCHAR(200),
    "sizeBytes" BIGINT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "PeopleJob_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PeopleJobRefusal" (
    "jobId" UUID NOT NULL,
    "row" INTEGER NOT NULL,
    "subject" VARCHAR(254) NOT NULL,
    "reason" VARCHAR(60) NOT NULL,
    "field" VARCHAR(60),

    CONSTRAINT "PeopleJobRefusal_pkey" PRIMARY KEY ("jobId","row")
);

-- CreateIndex
CREATE INDEX "PeopleJob_createdAt_id_idx" ON "PeopleJob"("createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "PeopleJob_expiresAt_idx" ON "PeopleJob"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "User_externalId_key" ON "User"("externalId");

-- AddForeignKey
ALTER TABLE "PeopleJobRefusal" ADD CONSTRAINT "PeopleJobRefusal_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "PeopleJob"("id") ON DELETE CASCADE ON UPDATE CASCADE;
