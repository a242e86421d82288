-- CreateIndex
CREATE INDEX "File_status_createdAt_id_idx" ON "File"("status", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "File_status_sizeBytes_id_idx" ON "File"("status", "sizeBytes" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "File_kind_status_createdAt_id_idx" ON "File"("kind", "status", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "File_name_trgm_idx" ON "File" USING GIN ("name" gin_trgm_ops);
