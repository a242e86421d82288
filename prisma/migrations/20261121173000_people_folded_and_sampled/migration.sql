-- How a word is looked for: without accents, in lower case, after a space, so that "where a word begins" is text like any other.
-- Of functions that PostgreSQL has by itself and knows to be immutable: the extension unaccent reads its rules from a file, is only
-- STABLE, and so may stand neither in an index nor in a generated column. `folded` in src/lib/text.ts is the same; change both.
CREATE FUNCTION foyer_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN left(' ' || translate(lower(normalize(
    replace(replace(replace(replace(replace(replace(
      translate(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]+', '', 'g'), 'ØøŁłĐđÐðĦħŦŧı', 'OoLlDdDdHhTti'),
      'Æ', 'AE'), 'æ', 'ae'), 'Œ', 'OE'), 'œ', 'oe'), 'ß', 'ss'), 'ẞ', 'SS'), NFC)), 'ς', 'σ'), 200);

DROP INDEX "User_nameLower_trgm_idx", "User_nameLower_idx", "User_emailLower_idx";

-- One rewrite of the table, and of its indexes, for both: a minute and a half for a million people on two busy cores, at a start.
ALTER TABLE "User"
  DROP COLUMN "nameLower",
  ADD COLUMN "nameFolded" VARCHAR(200) COLLATE "C" GENERATED ALWAYS AS (foyer_folded("name")) STORED,
  -- One of 128, by the last byte of the id, which is random in every version of UUID that is given here.
  ADD COLUMN "sampled" BOOLEAN GENERATED ALWAYS AS (get_byte(uuid_send("id"), 15) < 2) STORED;

-- By the usual hundred samples a beginning of two letters, or three letters anywhere, looks like nobody: the plan is for nobody.
ALTER TABLE "User" ALTER COLUMN "nameFolded" SET STATISTICS 1000;

-- Three letters and more anywhere, and fewer where a word begins.
CREATE INDEX "User_nameFolded_trgm_idx" ON "User" USING GIN ("nameFolded" gin_trgm_ops);
-- One or two letters, at the beginning. The second tells, too, whom the first has counted already.
CREATE INDEX "User_nameFolded_idx" ON "User" ("nameFolded") WHERE "deletedAt" IS NULL;
CREATE INDEX "User_emailLower_idx" ON "User" ("emailLower") INCLUDE ("nameFolded") WHERE "deletedAt" IS NULL;

-- Whatever combination of filters and words: found among the sample in the index alone.
CREATE INDEX "User_sampled_idx" ON "User" ("createdAt" DESC, "id" DESC)
  INCLUDE ("lastSeenAt", "role", "emailVerified", "profileComplete", "secondFactor", "bannedAt", "bannedUntil", "deleteAfter", "nameFolded", "emailLower")
  WHERE "deletedAt" IS NULL AND "sampled" = true;

-- By which way they come in, of the same people.
ALTER TABLE "Password" ADD COLUMN "sampled" BOOLEAN GENERATED ALWAYS AS (get_byte(uuid_send("userId"), 15) < 2) STORED;
CREATE INDEX "Password_sampled_idx" ON "Password" ("userId") WHERE "sampled" = true;
ALTER TABLE "Account" ADD COLUMN "sampled" BOOLEAN GENERATED ALWAYS AS (get_byte(uuid_send("userId"), 15) < 2) STORED;
CREATE INDEX "Account_sampled_idx" ON "Account" ("userId", "provider") WHERE "sampled" = true;

-- What the statistics of the new columns are made of.
DO $$ BEGIN
  -- Of an empty table they would say that it stays so.
  IF EXISTS (SELECT FROM "User") THEN ANALYZE "User", "Password", "Account"; END IF;
END $$;
