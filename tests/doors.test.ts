import { expect, test } from "vitest";
import { type Action, abilityFor, type SubjectName } from "@/access/rules";
import { type Ability, routeTable } from "../scripts/routes";

/*
 * What every page, route handler and action asks for at its door, written by hand a second time: docs/routes.json follows the code,
 * this does not. A new door gets a name in the line of its rule; one that moves to another line was meant to.
 */

/** The doors that each rule opens: pages by their path, handlers with their method, actions with their room. */
const DOORS: Record<string, string[]> = {
  anybody: [
    "/change-email",
    "/forgot-password",
    "/invitation",
    "/join",
    "/login",
    "/login/two-step",
    "/magic-link",
    "/not-me",
    "/register",
    "/reset-password",
    "/revert-email",
    "/verify-email",
    "/dev/mailbox",
    "/forbidden",
    "/",
    "GET /api/auth/[...nextauth]",
    "POST /api/auth/[...nextauth]",
    "GET /api/health",
    "GET /api/ready",
    "GET /api/storage/[...key]",
    "HEAD /api/storage/[...key]",
    "PUT /api/storage/[...key]",
    "POST /api/webhooks/generation",
    "accounts: signInWithEmail",
    "accounts: register",
    "accounts: continueWith",
    "accounts: signOut",
    "addresses: resendVerification",
    "addresses: confirmAddress",
    "addresses: confirmAddressChange",
    "addresses: revertAddressChange",
    "invitations: acceptInvitation",
    "passkeys: beginPasskeySignIn",
    "passkeys: finishPasskeySignIn",
    "preferences: setLocale",
    "preferences: setTheme",
    "recovery: forgotPassword",
    "recovery: resetPassword",
    "recovery: disownSession",
    "recovery: askMagicLink",
    "recovery: signInByLink",
    "second-factors: passTwoStep",
  ],
  "create User": ["people: createPerson"],
  "read User": ["/members", "/settings/profile", "GET /api/me", "organizations: joinOrganization"],
  "read User, in any standing": ["/onboarding", "invitations: joinByInvitation"],
  "read User, in any standing, who acts as them too": ["impersonation: endImpersonation"],
  "update User": [
    "impersonation: setImpersonationRight",
    "metadata: setMetadata",
    "people: changeRole",
    "people: banPerson",
    "people: unbanPerson",
  ],
  "update User, in any standing, who acts as them too, with the right to write": ["profiles: completeProfile"],
  "update User, who acts as them too, with the right to write": ["PATCH /api/me", "files: removeAvatar", "profiles: updateProfile"],
  "delete User": [
    "/settings/account",
    "account-deletion: requestDeletion",
    "account-deletion: keepAccount",
    "account-deletion: deletePerson",
    "account-deletion: keepPerson",
  ],
  "impersonate User": ["impersonation: impersonate"],
  "read Credentials, in any standing": ["/settings/security"],
  "update Credentials, in any standing": ["accounts: changePassword", "addresses: requestAddressChange"],
  "create Account": ["accounts: confirmPassword"],
  "delete Account": ["accounts: disconnectAccount"],
  "create TotpFactor": ["second-factors: startTotp", "second-factors: confirmTotp"],
  "read TotpFactor": ["second-factors: confirmWithCode"],
  "delete TotpFactor": ["people: resetSecondFactors", "second-factors: removeTotp"],
  "create RecoveryCode": ["second-factors: newRecoveryCodes"],
  "create Passkey": ["passkeys: beginPasskeyRegistration", "passkeys: finishPasskeyRegistration"],
  "read Passkey": ["passkeys: beginPasskeyConfirmation", "passkeys: finishPasskeyConfirmation"],
  "update Passkey": ["passkeys: renamePasskey"],
  "delete Passkey": ["passkeys: removePasskey"],
  "read Session": ["/settings/devices"],
  "delete Session, in any standing": ["devices: endDevice", "devices: endOtherDevices"],
  "create File, who acts as them too, with the right to write": [
    "files: requestUpload",
    "files: requestMultipart",
    "files: signParts",
    "files: resumeMultipart",
    "files: confirmUpload",
    "files: setCover",
    "files: removeCover",
  ],
  "read File": ["/files/[id]", "/files", "GET /api/avatars/[owner]/[hash]", "GET /api/files", "GET /api/files/[id]/preview"],
  "update File, who acts as them too, with the right to write": ["files: renameFile", "files: shareFile"],
  "delete File, who acts as them too, with the right to write": ["DELETE /api/files/[id]", "files: deleteFile", "files: deleteFiles"],
  "download File": ["GET /api/files/[id]", "GET /api/files/archive"],
  "create DataExport": ["data-exports: requestExport"],
  "read DataExport": ["GET /api/exports/[id]"],
  "create Organization, who acts as them too, with the right to write": ["organizations: createOrganization"],
  "read Organization": ["/settings/organizations/[id]", "/settings/organizations"],
  "read Organization, who acts as them too, with the right to write": ["organizations: switchOrganization"],
  "update Organization, who acts as them too, with the right to write": ["organizations: renameOrganization"],
  "delete Organization": ["organizations: deleteOrganization"],
  "update OrganizationMember, who acts as them too, with the right to write": ["organizations: changeMemberRole"],
  "delete OrganizationMember, who acts as them too, with the right to write": ["organizations: removeMember"],
  "create OrganizationInvitation, who acts as them too, with the right to write": ["organizations: inviteToOrganization"],
  "update OrganizationInvitation, who acts as them too, with the right to write": ["organizations: resendOrganizationInvitation"],
  "delete OrganizationInvitation, who acts as them too, with the right to write": ["organizations: revokeOrganizationInvitation"],
  "read Job": ["GET /api/jobs/[id]", "GET /api/jobs/[id]/status", "GET /api/jobs/events", "GET /api/jobs"],
  "update Job, who acts as them too, with the right to write": ["DELETE /api/jobs/[id]", "studio/jobs: cancelJob", "studio/jobs: retryJob"],
  "delete Job, who acts as them too, with the right to write": ["studio/drafts: deleteDraft"],
  "create ImageGeneration, who acts as them too, with the right to write": ["studio/images: generateImages"],
  "read ImageGeneration": ["/studio/images"],
  "update ImageGeneration, who acts as them too, with the right to write": ["studio/images: shareImages"],
  "delete ImageGeneration, who acts as them too, with the right to write": [
    "studio/images: deleteImages",
    "studio/images: deleteImageGeneration",
  ],
  "create VideoGeneration, who acts as them too, with the right to write": ["studio/videos: generateVideos"],
  "read VideoGeneration": ["/studio/videos"],
  "update VideoGeneration, who acts as them too, with the right to write": ["studio/videos: shareVideo"],
  "delete VideoGeneration, who acts as them too, with the right to write": [
    "studio/videos: deleteVideos",
    "studio/videos: deleteVideoGeneration",
  ],
  "create Book, who acts as them too, with the right to write": ["POST /api/books", "studio/books: createBook"],
  "read Book": ["/studio/books/[id]", "/studio/books", "GET /api/books/[id]/format", "GET /api/books/[id]", "GET /api/books"],
  "update Book, who acts as them too, with the right to write": [
    "POST /api/books/[id]/export",
    "PATCH /api/books/[id]",
    "studio/books: updateBook",
    "studio/books: exportBook",
    "studio/books: draftChapter",
    "studio/books: shareBook",
  ],
  "delete Book, who acts as them too, with the right to write": ["DELETE /api/books/[id]", "studio/books: deleteBook"],
  "create Chapter, who acts as them too, with the right to write": [
    "POST /api/chapters",
    "studio/books: addChapter",
    "studio/books: addDraft",
  ],
  "read Chapter": ["GET /api/chapters/[id]"],
  "update Chapter, who acts as them too, with the right to write": [
    "PATCH /api/chapters/[id]",
    "studio/books: saveChapter",
    "studio/books: moveChapter",
  ],
  "delete Chapter, who acts as them too, with the right to write": ["DELETE /api/chapters/[id]", "studio/books: deleteChapter"],
  "create BlogPost, who acts as them too, with the right to write": ["POST /api/blog", "studio/blog: createPost"],
  "read BlogPost": ["/studio/blog/[id]", "/studio/blog", "GET /api/blog/[id]/format", "GET /api/blog/[id]", "GET /api/blog"],
  "update BlogPost, who acts as them too, with the right to write": [
    "POST /api/blog/[id]/export",
    "PATCH /api/blog/[id]",
    "studio/blog: savePost",
    "studio/blog: exportPost",
    "studio/blog: draftPost",
    "studio/blog: takeDraft",
    "studio/blog: sharePost",
  ],
  "delete BlogPost, who acts as them too, with the right to write": ["DELETE /api/blog/[id]", "studio/blog: deletePost"],
  "read Dashboard": [
    "/admin/audit",
    "/admin/files",
    "/admin/organizations",
    "/admin",
    "/admin/policy",
    "/admin/system",
    "/admin/users/[id]/delete",
    "/admin/users/[id]",
    "/admin/users",
    "GET /api/audit",
    "GET /api/figures",
    "devices: endDevicesOf",
    "people: choosePeopleColumns",
  ],
  "update Dashboard": ["system: retryJob", "system: giveUpJob", "system: sendMailAgain", "system: countStorage"],
  "create Invitation": ["invitations: invite"],
  "read Invitation": ["/admin/invitations"],
  "update Invitation": ["invitations: resendInvitation"],
  "delete Invitation": ["invitations: revokeInvitation"],
  "create PeopleJob": [
    "/admin/import",
    "/admin/users/export",
    "people-jobs: startBulk",
    "people-jobs: exportPeople",
    "people-jobs: requestImport",
    "people-jobs: checkImport",
    "people-jobs: startImport",
  ],
  "read PeopleJob": ["/admin/jobs/[id]", "/admin/jobs", "GET /api/people-jobs/[id]/report"],
  "update PeopleJob": ["people-jobs: cancelPeopleJob"],
  "download PeopleJob": ["GET /api/people-jobs/[id]"],
};

const { pages, handlers, actions } = routeTable();
const FOUND = [
  ...pages.map(({ path, file, access }) => ({ door: path, file, rule: ruleOf(access) })),
  ...handlers.map(({ method, path, file, access }) => ({ door: `${method} ${path}`, file, rule: ruleOf(access) })),
  ...actions.map(({ name, file, access }) => ({ door: `${roomOf(file)}: ${name}`, file, rule: ruleOf(access) })),
];
const WRITTEN = new Map(Object.entries(DOORS).flatMap(([rule, doors]) => doors.map((door) => [door, rule])));

test.each(FOUND.map((found) => [`${found.file} ${found.door}`, found] as const))(
  "%s asks for what the policy has for it",
  (_, { door, rule }) => {
    expect(rule, "this door is new, or asks for something else: give it the line of its rule in DOORS").toBe(WRITTEN.get(door));
  },
);

test("every door that the policy has is there", () => {
  expect([...WRITTEN.keys()].sort()).toEqual(FOUND.map(({ door }) => door).sort());
});

test("no page of the admin's opens to a member", () => {
  const standing = { profileComplete: true, mustChangePassword: false, emailVerified: true };
  const member = abilityFor({ userId: "00000000-0000-4000-8000-00000000000a", role: "MEMBER", ...standing });
  const open = pages.filter(
    ({ path, access }) =>
      /^\/admin\b/.test(path) &&
      // What the table names are the words of the rules: the first test of this file holds them so.
      ("visitor" in access || member.can(access.can[0] as Action, access.can[1] as SubjectName)),
  );
  expect(open).toEqual([]);
});

/** A door's rule in words. */
function ruleOf(access: Ability): string {
  if ("visitor" in access) return "anybody";
  const { can, standing, impersonated } = access;
  const others = impersonated && { write: "who acts as them too, with the right to write", any: "who acts as them too" }[impersonated];
  return [can.join(" "), standing && `in ${standing} standing`, others].filter(Boolean).join(", ");
}

/** The folders between src/features and actions.ts. */
function roomOf(file: string): string {
  return file.split("/").slice(2, -1).join("/");
}
