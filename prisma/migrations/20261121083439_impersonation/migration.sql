-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "impersonatorId" UUID,
ADD COLUMN     "impersonatorMayWrite" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "impersonatorSid" UUID;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "mayImpersonateWrite" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "Session_impersonatorId_idx" ON "Session"("impersonatorId");
