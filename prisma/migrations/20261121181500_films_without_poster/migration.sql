-- At each start the worker asks for the newest films without a poster, of which there are few or none: at a million files, a third of
-- them films, it read all of those, 21,000 pages, and with this one page.
CREATE INDEX "File_without_poster_idx" ON "File" ("id" DESC)
  WHERE "kind" = 'VIDEO' AND "status" = 'READY' AND "previewKey" IS NULL AND "previewTriedAt" IS NULL;
