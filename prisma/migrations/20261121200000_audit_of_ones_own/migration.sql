-- What somebody did themselves, newest first, without what work on many people did to each of them in their name: an import of a
-- million people is a million rows of one admin, through which their recent activity was read.
CREATE INDEX "AuditEvent_actorId_without_jobs_idx" ON "AuditEvent" ("actorId", "at" DESC, "id" DESC) WHERE ("after" -> 'job') IS NULL;
