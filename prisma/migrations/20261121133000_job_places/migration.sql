ALTER TABLE "Job" ADD COLUMN "places" JSONB NOT NULL DEFAULT '[]';

-- Of a person only a few live: who asks for one more, and who comes home, reads no others.
CREATE INDEX "Job_ownerId_living_idx" ON "Job" ("ownerId") WHERE "status" IN ('PENDING', 'PROCESSING');
