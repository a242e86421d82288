/*
  Warnings:

  - A unique constraint covering the columns `[previewKey]` on the table `File` will be added. If there are existing duplicate values, this will fail.

*/
-- CreateEnum
CREATE TYPE "FileKind" AS ENUM ('IMAGE', 'VIDEO', 'BOOK', 'BLOG', 'OTHER');

-- CreateEnum
CREATE TYPE "OrganizationRole" AS ENUM ('OWNER', 'ADMIN', 'MEMBER');

-- CreateEnum
CREATE TYPE "JobKind" AS ENUM ('IMAGE', 'VIDEO', 'BOOK', 'BLOG');

-- CreateEnum
CREATE TYPE "JobStatus" AS ENUM ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "VideoJobStatus" AS ENUM ('PENDING', 'PROCESSING', 'GENERATING', 'DOWNLOADING', 'COMPLETED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "GeneratorName" AS ENUM ('BUNDLED', 'GEMINI', 'OUTSIDE');

-- CreateEnum
CREATE TYPE "ImageFormat" AS ENUM ('PNG', 'JPEG', 'WEBP');

-- CreateEnum
CREATE TYPE "ImageQuality" AS ENUM ('standard', 'hd');

-- CreateEnum
CREATE TYPE "PersonGeneration" AS ENUM ('ALLOW_ALL', 'ALLOW_ADULT', 'DONT_ALLOW');

-- CreateEnum
CREATE TYPE "DocumentFormat" AS ENUM ('EPUB', 'PDF', 'DOCX', 'MARKDOWN', 'HTML');

-- AlterTable
ALTER TABLE "File" ADD COLUMN     "height" INTEGER,
ADD COLUMN     "jobId" UUID,
ADD COLUMN     "jobIndex" INTEGER,
ADD COLUMN     "kind" "FileKind" NOT NULL DEFAULT 'OTHER',
ADD COLUMN     "organizationId" UUID,
ADD COLUMN     "previewKey" VARCHAR(200),
ADD COLUMN     "width" INTEGER;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "currentOrganizationId" UUID;

-- CreateTable
CREATE TABLE "Organization" (
    "id" UUID NOT NULL,
    "name" VARCHAR(100) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OrganizationMember" (
    "organizationId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "role" "OrganizationRole" NOT NULL DEFAULT 'MEMBER',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OrganizationMember_pkey" PRIMARY KEY ("organizationId","userId")
);

-- CreateTable
CREATE TABLE "OrganizationInvitation" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "role" "OrganizationRole" NOT NULL DEFAULT 'MEMBER',
    "hash" VARCHAR(43) NOT NULL,
    "invitedById" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sentAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "acceptedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "OrganizationInvitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Job" (
    "id" UUID NOT NULL,
    "kind" "JobKind" NOT NULL,
    "ownerId" UUID NOT NULL,
    "status" "JobStatus" NOT NULL DEFAULT 'PENDING',
    "step" VARCHAR(40),
    "progress" INTEGER NOT NULL DEFAULT 0,
    "error" VARCHAR(60),
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "generator" "GeneratorName" NOT NULL,
    "externalId" VARCHAR(300),
    "params" JSONB NOT NULL DEFAULT '{}',
    "deadlineAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "completedAt" TIMESTAMPTZ(3),
    "imageGenerationId" UUID,
    "videoGenerationId" UUID,
    "bookId" UUID,
    "blogPostId" UUID,

    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JobEvent" (
    "id" BIGSERIAL NOT NULL,
    "jobId" UUID NOT NULL,
    "ownerId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "data" JSONB NOT NULL,

    CONSTRAINT "JobEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" VARCHAR(255) NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImageGeneration" (
    "id" UUID NOT NULL,
    "prompt" VARCHAR(4000) NOT NULL,
    "inputImageUrl" VARCHAR(2000),
    "numImages" INTEGER NOT NULL DEFAULT 1,
    "size" VARCHAR(11) NOT NULL DEFAULT '1024x1024',
    "format" "ImageFormat" NOT NULL DEFAULT 'PNG',
    "style" VARCHAR(60),
    "quality" "ImageQuality" NOT NULL DEFAULT 'standard',
    "status" "JobStatus" NOT NULL DEFAULT 'PENDING',
    "error" VARCHAR(60),
    "progress" INTEGER NOT NULL DEFAULT 0,
    "model" VARCHAR(100) NOT NULL,
    "modelVersion" VARCHAR(100),
    "processingTime" INTEGER,
    "authorId" UUID NOT NULL,
    "organizationId" UUID,
    "storageProvider" "StorageProvider" NOT NULL,
    "s3Bucket" VARCHAR(255),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "completedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ImageGeneration_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImageFile" (
    "id" UUID NOT NULL,
    "generationId" UUID NOT NULL,
    "filename" VARCHAR(255) NOT NULL,
    "s3Key" VARCHAR(200) NOT NULL,
    "fileSize" BIGINT NOT NULL,
    "format" "ImageFormat" NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "aspectRatio" VARCHAR(11) NOT NULL,
    "metadata" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ImageFile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VideoGeneration" (
    "id" UUID NOT NULL,
    "prompt" VARCHAR(4000) NOT NULL,
    "inputImageId" UUID,
    "aspectRatio" VARCHAR(11) NOT NULL DEFAULT '16:9',
    "numberOfVideos" INTEGER NOT NULL DEFAULT 1,
    "durationSeconds" INTEGER NOT NULL DEFAULT 8,
    "personGeneration" "PersonGeneration" NOT NULL DEFAULT 'ALLOW_ALL',
    "status" "VideoJobStatus" NOT NULL DEFAULT 'PENDING',
    "error" VARCHAR(60),
    "progress" INTEGER NOT NULL DEFAULT 0,
    "message" VARCHAR(300),
    "model" VARCHAR(100) NOT NULL,
    "modelVersion" VARCHAR(100),
    "processingTime" INTEGER,
    "generationTime" INTEGER,
    "downloadTime" INTEGER,
    "authorId" UUID NOT NULL,
    "organizationId" UUID,
    "storageProvider" "StorageProvider" NOT NULL,
    "s3Bucket" VARCHAR(255),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "completedAt" TIMESTAMPTZ(3),

    CONSTRAINT "VideoGeneration_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VideoFile" (
    "id" UUID NOT NULL,
    "generationId" UUID NOT NULL,
    "filename" VARCHAR(255) NOT NULL,
    "s3Key" VARCHAR(200) NOT NULL,
    "fileSize" BIGINT NOT NULL,
    "format" VARCHAR(10) NOT NULL DEFAULT 'mp4',
    "durationSeconds" INTEGER NOT NULL,
    "aspectRatio" VARCHAR(11) NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "remoteUri" VARCHAR(2000),
    "metadata" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "VideoFile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Book" (
    "id" UUID NOT NULL,
    "title" VARCHAR(200) NOT NULL,
    "description" VARCHAR(2000) NOT NULL DEFAULT '',
    "language" VARCHAR(10) NOT NULL DEFAULT 'en',
    "status" "JobStatus" NOT NULL DEFAULT 'PENDING',
    "error" VARCHAR(60),
    "progress" INTEGER NOT NULL DEFAULT 0,
    "authorId" UUID NOT NULL,
    "organizationId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Book_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Chapter" (
    "id" UUID NOT NULL,
    "bookId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "title" VARCHAR(200) NOT NULL,
    "content" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Chapter_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BlogPost" (
    "id" UUID NOT NULL,
    "title" VARCHAR(200) NOT NULL,
    "content" TEXT NOT NULL DEFAULT '',
    "excerpt" VARCHAR(500) NOT NULL DEFAULT '',
    "tags" VARCHAR(40)[],
    "language" VARCHAR(10) NOT NULL DEFAULT 'en',
    "status" "JobStatus" NOT NULL DEFAULT 'PENDING',
    "error" VARCHAR(60),
    "progress" INTEGER NOT NULL DEFAULT 0,
    "authorId" UUID NOT NULL,
    "organizationId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DocumentFile" (
    "id" UUID NOT NULL,
    "bookId" UUID,
    "blogPostId" UUID,
    "filename" VARCHAR(255) NOT NULL,
    "s3Key" VARCHAR(200) NOT NULL,
    "fileSize" BIGINT NOT NULL,
    "format" "DocumentFormat" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DocumentFile_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Organization_createdAt_id_idx" ON "Organization"("createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "OrganizationMember_userId_idx" ON "OrganizationMember"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "OrganizationInvitation_hash_key" ON "OrganizationInvitation"("hash");

-- CreateIndex
CREATE INDEX "OrganizationInvitation_organizationId_createdAt_id_idx" ON "OrganizationInvitation"("organizationId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "OrganizationInvitation_email_idx" ON "OrganizationInvitation"("email");

-- CreateIndex
CREATE INDEX "OrganizationInvitation_expiresAt_idx" ON "OrganizationInvitation"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "Job_imageGenerationId_key" ON "Job"("imageGenerationId");

-- CreateIndex
CREATE UNIQUE INDEX "Job_videoGenerationId_key" ON "Job"("videoGenerationId");

-- CreateIndex
CREATE INDEX "Job_ownerId_createdAt_id_idx" ON "Job"("ownerId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Job_createdAt_id_idx" ON "Job"("createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Job_bookId_createdAt_idx" ON "Job"("bookId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Job_blogPostId_createdAt_idx" ON "Job"("blogPostId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Job_status_deadlineAt_idx" ON "Job"("status", "deadlineAt");

-- CreateIndex
CREATE INDEX "JobEvent_ownerId_id_idx" ON "JobEvent"("ownerId", "id");

-- CreateIndex
CREATE INDEX "JobEvent_jobId_idx" ON "JobEvent"("jobId");

-- CreateIndex
CREATE INDEX "JobEvent_at_idx" ON "JobEvent"("at");

-- CreateIndex
CREATE INDEX "WebhookDelivery_receivedAt_idx" ON "WebhookDelivery"("receivedAt");

-- CreateIndex
CREATE INDEX "ImageGeneration_authorId_createdAt_id_idx" ON "ImageGeneration"("authorId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "ImageGeneration_organizationId_createdAt_id_idx" ON "ImageGeneration"("organizationId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "ImageFile_s3Key_key" ON "ImageFile"("s3Key");

-- CreateIndex
CREATE INDEX "ImageFile_generationId_createdAt_idx" ON "ImageFile"("generationId", "createdAt");

-- CreateIndex
CREATE INDEX "VideoGeneration_authorId_createdAt_id_idx" ON "VideoGeneration"("authorId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "VideoGeneration_organizationId_createdAt_id_idx" ON "VideoGeneration"("organizationId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "VideoGeneration_inputImageId_idx" ON "VideoGeneration"("inputImageId");

-- CreateIndex
CREATE UNIQUE INDEX "VideoFile_s3Key_key" ON "VideoFile"("s3Key");

-- CreateIndex
CREATE INDEX "VideoFile_generationId_createdAt_idx" ON "VideoFile"("generationId", "createdAt");

-- CreateIndex
CREATE INDEX "Book_authorId_createdAt_id_idx" ON "Book"("authorId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Book_organizationId_createdAt_id_idx" ON "Book"("organizationId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Chapter_bookId_position_idx" ON "Chapter"("bookId", "position");

-- CreateIndex
CREATE INDEX "BlogPost_authorId_createdAt_id_idx" ON "BlogPost"("authorId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "BlogPost_organizationId_createdAt_id_idx" ON "BlogPost"("organizationId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "DocumentFile_s3Key_key" ON "DocumentFile"("s3Key");

-- CreateIndex
CREATE INDEX "DocumentFile_bookId_createdAt_idx" ON "DocumentFile"("bookId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "DocumentFile_blogPostId_createdAt_idx" ON "DocumentFile"("blogPostId", "createdAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "File_previewKey_key" ON "File"("previewKey");

-- CreateIndex
CREATE INDEX "File_ownerId_kind_status_createdAt_id_idx" ON "File"("ownerId", "kind", "status", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "File_organizationId_status_createdAt_id_idx" ON "File"("organizationId", "status", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "File_jobId_idx" ON "File"("jobId");

-- CreateIndex
CREATE INDEX "User_currentOrganizationId_idx" ON "User"("currentOrganizationId");

-- AddForeignKey
ALTER TABLE "User" ADD CONSTRAINT "User_currentOrganizationId_fkey" FOREIGN KEY ("currentOrganizationId") REFERENCES "Organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "File" ADD CONSTRAINT "File_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "File" ADD CONSTRAINT "File_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationMember" ADD CONSTRAINT "OrganizationMember_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationMember" ADD CONSTRAINT "OrganizationMember_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationInvitation" ADD CONSTRAINT "OrganizationInvitation_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_imageGenerationId_fkey" FOREIGN KEY ("imageGenerationId") REFERENCES "ImageGeneration"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_videoGenerationId_fkey" FOREIGN KEY ("videoGenerationId") REFERENCES "VideoGeneration"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_bookId_fkey" FOREIGN KEY ("bookId") REFERENCES "Book"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_blogPostId_fkey" FOREIGN KEY ("blogPostId") REFERENCES "BlogPost"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobEvent" ADD CONSTRAINT "JobEvent_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ImageGeneration" ADD CONSTRAINT "ImageGeneration_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ImageGeneration" ADD CONSTRAINT "ImageGeneration_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ImageFile" ADD CONSTRAINT "ImageFile_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "ImageGeneration"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ImageFile" ADD CONSTRAINT "ImageFile_s3Key_fkey" FOREIGN KEY ("s3Key") REFERENCES "File"("key") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VideoGeneration" ADD CONSTRAINT "VideoGeneration_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VideoGeneration" ADD CONSTRAINT "VideoGeneration_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VideoGeneration" ADD CONSTRAINT "VideoGeneration_inputImageId_fkey" FOREIGN KEY ("inputImageId") REFERENCES "File"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VideoFile" ADD CONSTRAINT "VideoFile_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "VideoGeneration"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VideoFile" ADD CONSTRAINT "VideoFile_s3Key_fkey" FOREIGN KEY ("s3Key") REFERENCES "File"("key") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Book" ADD CONSTRAINT "Book_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Book" ADD CONSTRAINT "Book_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Chapter" ADD CONSTRAINT "Chapter_bookId_fkey" FOREIGN KEY ("bookId") REFERENCES "Book"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BlogPost" ADD CONSTRAINT "BlogPost_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BlogPost" ADD CONSTRAINT "BlogPost_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DocumentFile" ADD CONSTRAINT "DocumentFile_bookId_fkey" FOREIGN KEY ("bookId") REFERENCES "Book"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DocumentFile" ADD CONSTRAINT "DocumentFile_blogPostId_fkey" FOREIGN KEY ("blogPostId") REFERENCES "BlogPost"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DocumentFile" ADD CONSTRAINT "DocumentFile_s3Key_fkey" FOREIGN KEY ("s3Key") REFERENCES "File"("key") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a file is, of those that are there already.
UPDATE "File" SET "kind" = CASE
  WHEN "contentType" LIKE 'image/%' THEN 'IMAGE'
  WHEN "contentType" LIKE 'video/%' THEN 'VIDEO'
  WHEN "contentType" = 'application/epub+zip' THEN 'BOOK'
  ELSE 'OTHER' END::"FileKind";

-- A job is for one thing, and of its kind.
ALTER TABLE "Job"
  ADD CONSTRAINT "Job_for_one_thing" CHECK (num_nonnulls("imageGenerationId", "videoGenerationId", "bookId", "blogPostId") = 1
    AND CASE "kind" WHEN 'IMAGE' THEN "imageGenerationId" WHEN 'VIDEO' THEN "videoGenerationId" WHEN 'BOOK' THEN "bookId" ELSE "blogPostId" END IS NOT NULL),
  ADD CONSTRAINT "Job_progress" CHECK ("progress" BETWEEN 0 AND 100);
ALTER TABLE "DocumentFile" ADD CONSTRAINT "DocumentFile_of_one_thing" CHECK (num_nonnulls("bookId", "blogPostId") = 1);
ALTER TABLE "Chapter" ADD CONSTRAINT "Chapter_content_length" CHECK (length("content") <= 1000000);
ALTER TABLE "BlogPost" ADD CONSTRAINT "BlogPost_content_length" CHECK (length("content") <= 1000000);

-- What has ended stays as it ended: only another attempt leaves it, and none goes back to one before.
CREATE FUNCTION foyer_job_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."attempt" < OLD."attempt"
    OR (OLD."status" IN ('COMPLETED', 'FAILED', 'CANCELLED') AND NEW."attempt" = OLD."attempt" AND NEW."status" <> OLD."status") THEN
    RAISE EXCEPTION 'a job that has ended changes by another attempt alone' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER foyer_job_ended BEFORE UPDATE ON "Job" FOR EACH ROW EXECUTE FUNCTION foyer_job_ended();

-- Every change of a job is told, to whoever listens and to whoever comes back. The lock makes the ids of one owner's events follow
-- the order of their commits: without it somebody could see 8 before 7 is there, and ask for what comes after 8.
CREATE FUNCTION foyer_job_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  event bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1718581521, hashtext(NEW."ownerId"::text));
  INSERT INTO "JobEvent" ("jobId", "ownerId", "data") VALUES (NEW."id", NEW."ownerId", jsonb_build_object(
    'kind', NEW."kind", 'status', NEW."status", 'step', NEW."step", 'progress', NEW."progress", 'error', NEW."error", 'attempt', NEW."attempt"))
    RETURNING "id" INTO event;
  PERFORM pg_notify('foyer_jobs', json_build_object('id', event::text, 'ownerId', NEW."ownerId")::text);
  RETURN NULL;
END $$;
CREATE TRIGGER foyer_job_created AFTER INSERT ON "Job" FOR EACH ROW EXECUTE FUNCTION foyer_job_event();
CREATE TRIGGER foyer_job_changed AFTER UPDATE ON "Job" FOR EACH ROW
  WHEN ((OLD."status", OLD."step", OLD."progress", OLD."error", OLD."attempt") IS DISTINCT FROM (NEW."status", NEW."step", NEW."progress", NEW."error", NEW."attempt"))
  EXECUTE FUNCTION foyer_job_event();

-- The file of a result goes with its row, whoever deletes it and however: the sweep takes its bytes.
CREATE FUNCTION foyer_result_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "File" SET "status" = 'DELETING', "uploadExpiresAt" = coalesce("uploadExpiresAt", now()), "updatedAt" = now() WHERE "key" = OLD."s3Key";
  RETURN NULL;
END $$;
CREATE TRIGGER foyer_image_deleted AFTER DELETE ON "ImageFile" FOR EACH ROW EXECUTE FUNCTION foyer_result_deleted();
CREATE TRIGGER foyer_video_deleted AFTER DELETE ON "VideoFile" FOR EACH ROW EXECUTE FUNCTION foyer_result_deleted();
CREATE TRIGGER foyer_document_deleted AFTER DELETE ON "DocumentFile" FOR EACH ROW EXECUTE FUNCTION foyer_result_deleted();
