CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('MEMBER', 'ADMIN');
CREATE TYPE "StorageProvider" AS ENUM ('LOCAL', 'S3', 'AZURE', 'GCS');
CREATE TYPE "FileStatus" AS ENUM ('PENDING', 'READY', 'DELETING');

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "emailVerified" TIMESTAMPTZ(3),
    "name" VARCHAR(100) NOT NULL DEFAULT '',
    "image" VARCHAR(500),
    "role" "Role" NOT NULL DEFAULT 'MEMBER',
    "city" VARCHAR(100),
    "interests" VARCHAR(40)[],
    "bio" VARCHAR(1000),
    "profileComplete" BOOLEAN NOT NULL DEFAULT false,
    "mustChangePassword" BOOLEAN NOT NULL DEFAULT false,
    "locale" VARCHAR(5),
    "theme" VARCHAR(6),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "version" BIGINT NOT NULL DEFAULT 0,
    "changedXid" BIGINT NOT NULL DEFAULT 0,
    "changedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Password" (
    "userId" UUID NOT NULL,
    "hash" VARCHAR(100) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "Password_pkey" PRIMARY KEY ("userId")
);
CREATE TABLE "Account" (
    "userId" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "providerAccountId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "Account_pkey" PRIMARY KEY ("provider", "providerAccountId")
);
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "method" VARCHAR(40) NOT NULL,
    "userAgent" VARCHAR(500),
    "ip" VARCHAR(45),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reauthenticatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "changedXid" BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Tombstone" (
    "userId" UUID NOT NULL,
    "deletedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changedXid" BIGINT NOT NULL,
    CONSTRAINT "Tombstone_pkey" PRIMARY KEY ("userId")
);
CREATE TABLE "File" (
    "id" UUID NOT NULL,
    "ownerId" UUID NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    "uploadKey" VARCHAR(200),
    "uploadExpiresAt" TIMESTAMPTZ(3),
    "sizeBytes" BIGINT NOT NULL,
    "contentType" VARCHAR(100) NOT NULL,
    "status" "FileStatus" NOT NULL DEFAULT 'PENDING',
    "provider" "StorageProvider" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "File_pkey" PRIMARY KEY ("id"),
    -- What is shown lies where nobody can replace it; what is not (or no longer) shown is found by the sweep.
    CONSTRAINT "File_ready_out_of_reach" CHECK ("status" <> 'READY' OR "key" IS DISTINCT FROM "uploadKey"),
    CONSTRAINT "File_unready_swept" CHECK ("status" = 'READY' OR "uploadExpiresAt" IS NOT NULL)
);
CREATE TABLE "AuditEvent" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actorId" UUID,
    "realActorId" UUID,
    "action" VARCHAR(60) NOT NULL,
    "subjectType" VARCHAR(40) NOT NULL,
    "subjectId" VARCHAR(80),
    "ip" VARCHAR(45),
    "userAgent" VARCHAR(500),
    "before" JSONB,
    "after" JSONB,
    CONSTRAINT "AuditEvent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE INDEX "User_createdAt_id_idx" ON "User"("createdAt" DESC, "id" DESC);
CREATE INDEX "User_lastSeenAt_id_idx" ON "User"("lastSeenAt" DESC, "id" DESC);
CREATE INDEX "User_name_id_idx" ON "User"("name", "id");
CREATE INDEX "User_name_trgm_idx" ON "User" USING GIN ("name" gin_trgm_ops);
CREATE INDEX "User_email_trgm_idx" ON "User" USING GIN ("email" gin_trgm_ops);
CREATE INDEX "User_changedXid_idx" ON "User"("changedXid");
CREATE INDEX "User_changedAt_idx" ON "User"("changedAt");
CREATE INDEX "Account_userId_idx" ON "Account"("userId");
CREATE INDEX "Session_userId_createdAt_idx" ON "Session"("userId", "createdAt" DESC);
CREATE INDEX "Session_changedXid_idx" ON "Session"("changedXid");
CREATE INDEX "Tombstone_changedXid_idx" ON "Tombstone"("changedXid");
CREATE UNIQUE INDEX "File_key_key" ON "File"("key");
CREATE INDEX "File_ownerId_status_createdAt_id_idx" ON "File"("ownerId", "status", "createdAt" DESC, "id" DESC);
CREATE UNIQUE INDEX "File_uploadKey_key" ON "File"("uploadKey");
CREATE INDEX "File_uploadExpiresAt_idx" ON "File"("uploadExpiresAt");
CREATE INDEX "AuditEvent_at_id_idx" ON "AuditEvent"("at" DESC, "id" DESC);
CREATE INDEX "AuditEvent_actorId_at_idx" ON "AuditEvent"("actorId", "at" DESC);
CREATE INDEX "AuditEvent_subjectType_subjectId_at_idx" ON "AuditEvent"("subjectType", "subjectId", "at" DESC);

-- AddForeignKey
ALTER TABLE "Password" ADD CONSTRAINT "Password_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Account" ADD CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "File" ADD CONSTRAINT "File_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
