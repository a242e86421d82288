-- CreateTable
CREATE TABLE "PersonDay" (
    "day" DATE NOT NULL,
    "userId" UUID NOT NULL,

    CONSTRAINT "PersonDay_pkey" PRIMARY KEY ("day","userId")
);

-- CreateTable
CREATE TABLE "DailyFigure" (
    "day" DATE NOT NULL,
    "metric" VARCHAR(40) NOT NULL,
    "dimension" VARCHAR(80) NOT NULL,
    "value" BIGINT NOT NULL,

    CONSTRAINT "DailyFigure_pkey" PRIMARY KEY ("day","metric","dimension")
);

-- CreateIndex
CREATE INDEX "PersonDay_userId_idx" ON "PersonDay"("userId");

-- CreateIndex
CREATE INDEX "Session_createdAt_idx" ON "Session"("createdAt");

-- CreateIndex
CREATE INDEX "User_deletedAt_idx" ON "User"("deletedAt");

-- AddForeignKey
ALTER TABLE "PersonDay" ADD CONSTRAINT "PersonDay_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Who was there before there was this table: whoever signed in on a day, and the day on which each session was last seen.
INSERT INTO "PersonDay" ("day", "userId")
  SELECT (event."at" AT TIME ZONE 'UTC')::date, event."actorId"
    FROM "AuditEvent" event JOIN "User" person ON person."id" = event."actorId" AND person."deletedAt" IS NULL
   WHERE event."action" = 'user.signed_in' AND event."at" > now() - interval '100 days'
  UNION
  SELECT ("lastSeenAt" AT TIME ZONE 'UTC')::date, "userId" FROM "Session"
   WHERE "lastSeenAt" > now() - interval '100 days' AND "impersonatorId" IS NULL;
