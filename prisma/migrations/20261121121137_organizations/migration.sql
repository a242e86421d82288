/*
  Warnings:

  - You are about to drop the column `acceptedAt` on the `OrganizationInvitation` table. All the data in the column will be lost.
  - You are about to drop the column `revokedAt` on the `OrganizationInvitation` table. All the data in the column will be lost.
  - A unique constraint covering the columns `[organizationId,email]` on the table `OrganizationInvitation` will be added. If there are existing duplicate values, this will fail.

*/
-- AlterTable
ALTER TABLE "OrganizationInvitation" DROP COLUMN "acceptedAt",
DROP COLUMN "revokedAt";

-- CreateIndex
CREATE INDEX "Organization_name_trgm_idx" ON "Organization" USING GIN ("name" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "OrganizationInvitation_invitedById_idx" ON "OrganizationInvitation"("invitedById");

-- CreateIndex
CREATE UNIQUE INDEX "OrganizationInvitation_organizationId_email_key" ON "OrganizationInvitation"("organizationId", "email");
