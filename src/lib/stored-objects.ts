import type { Transaction } from "./db";

const UUID = "^[^/]+/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/**
 * Of these keys of a store those that a row names, so that nobody may remove them: of files, of archives, and of the work on
 * people. A table that comes to name objects gets its line here, and its trigger (see StorageDeletion in the schema).
 */
export async function namedKeys(tx: Pick<Transaction, "$queryRaw">, provider: string, keys: string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await tx.$queryRaw<{ key: string }[]>`
    WITH object AS (SELECT unnest(${keys}::text[]) AS "key"), store AS (SELECT ${provider}::"StorageProvider" AS "provider")
    SELECT "key" FROM object, store WHERE
      EXISTS (SELECT 1 FROM "File" f WHERE f."key" = object."key" AND f."provider" = store."provider" AND f."status" <> 'DELETING')
      OR EXISTS (SELECT 1 FROM "File" f WHERE f."uploadKey" = object."key" AND f."provider" = store."provider" AND f."status" <> 'DELETING')
      OR EXISTS (SELECT 1 FROM "File" f WHERE f."previewKey" = object."key" AND f."provider" = store."provider" AND f."status" <> 'DELETING')
      OR EXISTS (SELECT 1 FROM "PeopleJob" j WHERE j."objectKey" = object."key" AND j."provider" = store."provider")
      OR EXISTS (SELECT 1 FROM "DataExport" e WHERE e."id" = CASE WHEN object."key" ~ ${UUID} THEN split_part(object."key", '/', 2)::uuid END
        AND e."userId"::text = split_part(object."key", '/', 1) AND e."provider" = store."provider")`;
  return new Set(rows.map(({ key }) => key));
}
