-- Passwords and provider accounts are in the order of whom they belong to: with this, those who have one are counted in two indexes,
-- where the primary key alone has every row looked up to see whether it is deleted.
CREATE INDEX "User_id_counted_idx" ON "User" ("id") WHERE "deletedAt" IS NULL;
