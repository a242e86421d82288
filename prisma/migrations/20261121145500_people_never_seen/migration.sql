-- Whoever has an account and was never here was last seen when it was made, by the default: the first moment of all says "never",
-- in the order of the same index.
ALTER TABLE "User" ALTER COLUMN "lastSeenAt" SET DEFAULT '1970-01-01 00:00:00 +00:00';

-- Who has a session or a day was here; who was seen after the account was made, too.
UPDATE "User" SET "lastSeenAt" = '1970-01-01 00:00:00 +00:00'
 WHERE "lastSeenAt" <= "createdAt"
   AND NOT EXISTS (SELECT FROM "Session" WHERE "Session"."userId" = "User"."id")
   AND NOT EXISTS (SELECT FROM "PersonDay" WHERE "PersonDay"."userId" = "User"."id");
