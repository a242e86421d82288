-- CreateIndex
CREATE INDEX "Mail_userId_idx" ON "Mail"("userId");

-- CreateIndex
CREATE INDEX "PeopleJobRefusal_subject_idx" ON "PeopleJobRefusal"("subject");
