-- CreateEnum
CREATE TYPE "TokenPurpose" AS ENUM ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL', 'REVERT_EMAIL', 'MAGIC_LINK', 'END_SESSION');

-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "deviceId" UUID,
ADD COLUMN     "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "place" VARCHAR(120),
ADD COLUMN     "strong" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "banReason" VARCHAR(300),
ADD COLUMN     "bannedAt" TIMESTAMPTZ(3),
ADD COLUMN     "bannedUntil" TIMESTAMPTZ(3),
ADD COLUMN     "deleteAfter" TIMESTAMPTZ(3),
ADD COLUMN     "deletedAt" TIMESTAMPTZ(3),
ADD COLUMN     "secondFactor" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "Token" (
    "id" UUID NOT NULL,
    "purpose" "TokenPurpose" NOT NULL,
    "userId" UUID,
    "address" VARCHAR(254) NOT NULL,
    "hash" VARCHAR(43) NOT NULL,
    "data" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Mail" (
    "id" UUID NOT NULL,
    "to" VARCHAR(254) NOT NULL,
    "userId" UUID,
    "template" VARCHAR(40) NOT NULL,
    "locale" VARCHAR(5) NOT NULL,
    "props" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sentAt" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lastError" VARCHAR(300),

    CONSTRAINT "Mail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TotpFactor" (
    "userId" UUID NOT NULL,
    "secret" VARCHAR(200) NOT NULL,
    "confirmedAt" TIMESTAMPTZ(3),
    "lastStep" BIGINT NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TotpFactor_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "RecoveryCode" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "hash" VARCHAR(43) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "RecoveryCode_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Passkey" (
    "id" VARCHAR(1400) NOT NULL,
    "userId" UUID NOT NULL,
    "name" VARCHAR(60) NOT NULL,
    "publicKey" BYTEA NOT NULL,
    "counter" BIGINT NOT NULL DEFAULT 0,
    "transports" VARCHAR(20)[],
    "backedUp" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Passkey_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Token_hash_key" ON "Token"("hash");

-- CreateIndex
CREATE INDEX "Token_userId_purpose_idx" ON "Token"("userId", "purpose");

-- CreateIndex
CREATE INDEX "Token_address_purpose_createdAt_idx" ON "Token"("address", "purpose", "createdAt");

-- CreateIndex
CREATE INDEX "Token_expiresAt_idx" ON "Token"("expiresAt");

-- CreateIndex
CREATE INDEX "Mail_sentAt_createdAt_idx" ON "Mail"("sentAt", "createdAt");

-- CreateIndex
CREATE INDEX "Mail_to_createdAt_idx" ON "Mail"("to", "createdAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "RecoveryCode_userId_hash_key" ON "RecoveryCode"("userId", "hash");

-- CreateIndex
CREATE INDEX "Passkey_userId_idx" ON "Passkey"("userId");

-- AddForeignKey
ALTER TABLE "Token" ADD CONSTRAINT "Token_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TotpFactor" ADD CONSTRAINT "TotpFactor_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecoveryCode" ADD CONSTRAINT "RecoveryCode_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Passkey" ADD CONSTRAINT "Passkey_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- CreateTable
CREATE TABLE "RateLimit" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "RateLimit_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "RateLimit_expire_idx" ON "RateLimit"("expire");
CREATE INDEX "Session_deviceId_userId_idx" ON "Session"("deviceId", "userId");

-- Two more columns a session depends on: whether the address is confirmed, and whether a second factor is set up.
DROP TRIGGER foyer_user_changed ON "User";
CREATE TRIGGER foyer_user_changed
  BEFORE UPDATE OF "role", "profileComplete", "mustChangePassword", "emailVerified", "secondFactor", "deleteAfter", "epoch", "name", "email", "image" ON "User"
  FOR EACH ROW
  WHEN ((OLD."role", OLD."profileComplete", OLD."mustChangePassword", OLD."emailVerified" IS NULL, OLD."secondFactor", OLD."deleteAfter", OLD."epoch", OLD."name", OLD."email", OLD."image")
     IS DISTINCT FROM (NEW."role", NEW."profileComplete", NEW."mustChangePassword", NEW."emailVerified" IS NULL, NEW."secondFactor", NEW."deleteAfter", NEW."epoch", NEW."name", NEW."email", NEW."image"))
  EXECUTE FUNCTION foyer_user_changed();

-- Only who changed, not how: anybody who may connect can send on a channel, so a listener asks before it believes.
CREATE OR REPLACE FUNCTION foyer_user_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM foyer_notify(jsonb_build_object('kind', 'user', 'id', NEW."id"));
  RETURN NULL;
END $$;
