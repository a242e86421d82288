export const ROLES = ["OWNER", "ADMIN", "MEMBER"] as const;
