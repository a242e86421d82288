import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../scripts/root";

/*
 * What the features ask the rules behind the door, where a change is made, written by hand a second time. Most of these questions are
 * asked twice over, by a query that finds nothing and by the row itself: that one of the two went missing no answer would tell.
 */

const QUESTIONS: Record<string, string[]> = {
  "account-deletion/actions.ts requestDeletion": ["asks delete User"],
  "account-deletion/actions.ts findOther": ["finds delete User"],
  "accounts/actions.ts disconnectAccount": ["asks delete Account"],
  "data-exports/actions.ts requestExport": ["asks create DataExport"],
  "data-exports/changes.ts issueExportDownload": ["finds read DataExport", "asks read DataExport"],
  "devices/actions.ts endDevice": ["finds delete Session", "asks delete Session"],
  "devices/actions.ts endDevicesOf": ["asks delete Session"],
  "figures/queries.ts getFigures": ["asks read Dashboard"],
  "figures/queries.ts getAttention": ["asks read Dashboard"],
  "figures/queries.ts exportFigures": ["asks read Dashboard"],
  "files/actions.ts renameFile": ["asks update File name"],
  "files/actions.ts shareFile": ["asks update File organizationId"],
  "files/avatars.ts takeAvatar": ["asks update User image"],
  "files/avatars.ts clearAvatar": ["asks update User image"],
  "files/changes.ts findFile": ["finds action File", "asks action File"],
  "files/changes.ts openFileArchive": ["finds download File"],
  "files/covers.ts findCovered": ["finds update Book", "finds update BlogPost"],
  "files/room.ts makeRoom": ["asks create File"],
  "impersonation/actions.ts impersonate": ["asks impersonate User mayWrite ? write : read"],
  "impersonation/actions.ts setImpersonationRight": ["asks update User impersonate_write"],
  "impersonation/actions.ts findMember": ["finds read User"],
  "invitations/actions.ts resendInvitation": ["finds update Invitation"],
  "invitations/actions.ts revokeInvitation": ["finds delete Invitation"],
  "invitations/changes.ts assertMayInvite": ["asks update User role"],
  "metadata/changes.ts writeMetadata": ["asks update User column"],
  "organizations/actions.ts createOrganization": ["asks create Organization"],
  "organizations/actions.ts resendOrganizationInvitation": ["finds update OrganizationInvitation"],
  "organizations/actions.ts revokeOrganizationInvitation": ["finds delete OrganizationInvitation"],
  "organizations/changes.ts findOrganization": ["finds action Organization", "asks action Organization"],
  "organizations/changes.ts findMember": ["finds action OrganizationMember", "asks action OrganizationMember"],
  "organizations/changes.ts assertMayInvite": ["asks create OrganizationInvitation"],
  "passkeys/actions.ts renamePasskey": ["finds update Passkey", "asks update Passkey name"],
  "passkeys/actions.ts removePasskey": ["asks delete Passkey"],
  "people-jobs/actions.ts cancelPeopleJob": ["finds update PeopleJob"],
  "people-jobs/actions.ts startImport": ["finds read PeopleJob"],
  "people-jobs/downloads.ts issuePeopleDownload": ["finds download PeopleJob", "asks download PeopleJob"],
  "people-jobs/selection.ts selected": ["finds read User"],
  "people/actions.ts createPerson": ["asks create User", "asks update User role"],
  "people/actions.ts resetSecondFactors": ["asks delete name"],
  "people/total.ts totalOf": ["finds read User"],
  "people/total.ts countPeople": ["finds read User"],
  "preferences/actions.ts keep": ["asks update User field"],
  "profiles/actions.ts save": ["asks update User field"],
  "studio/blog/changes.ts createPost": ["asks create BlogPost"],
  "studio/blog/changes.ts findPost": ["finds action BlogPost", "asks action BlogPost"],
  "studio/books/changes.ts createBook": ["asks create Book"],
  "studio/books/changes.ts findBook": ["finds action Book", "asks action Book"],
  "studio/books/changes.ts lengthOf": ["finds update Book"],
  "studio/books/chapters.ts addChapter": ["asks create Chapter"],
  "studio/books/chapters.ts lockChapter": ["finds update Chapter", "asks update Chapter"],
  "studio/documents/export.ts lockJobsOf": ["finds delete Book", "finds delete BlogPost"],
  "studio/drafts/changes.ts deleteDraft": ["asks delete Job"],
  "studio/drafts/changes.ts findDraft": ["finds update Job", "finds download File"],
  "studio/gallery/results.ts countByRequest": ["asks delete work"],
  "studio/gallery/results.ts sharedWith": ["finds read File"],
  "studio/images/actions.ts generateImages": ["asks create ImageGeneration"],
  "studio/images/changes.ts removeImages": ["finds delete ImageGeneration"],
  "studio/images/changes.ts removeGeneration": ["finds delete ImageGeneration", "asks delete ImageGeneration"],
  "studio/jobs/changes.ts findJob": ["finds update Job", "asks update Job"],
  "studio/jobs/changes.ts missingPlaces": ["finds update Job"],
  "studio/jobs/events.ts beginning": ["finds read Job"],
  "studio/jobs/events.ts tell": ["finds read Job"],
  "studio/jobs/start.ts startJob": ["asks create Job"],
  "studio/sharing/share.ts WRITE": [
    "finds update ImageGeneration",
    "finds update VideoGeneration",
    "finds update Book",
    "finds update BlogPost",
  ],
  "studio/videos/actions.ts generateVideos": ["asks create VideoGeneration"],
  "studio/videos/changes.ts removeVideos": ["finds delete VideoGeneration"],
  "studio/videos/changes.ts removeGeneration": ["finds delete VideoGeneration", "asks delete VideoGeneration"],
};

const FEATURES = join(root, "src", "features");
const FOUND = readdirSync(FEATURES, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .sort()
  .flatMap(questionsOf);

test.each(Object.entries(QUESTIONS).flatMap(([where, all]) => all.map((question) => [`src/features/${where}`, question] as const)))(
  "%s %s",
  (where, question) => {
    expect(FOUND, "a question is no longer asked here: ask it again, or take its line away").toContain(`${where} ${question}`);
  },
);

test("every question that is asked has its line", () => {
  const written = Object.entries(QUESTIONS).flatMap(([where, all]) => all.map((question) => `src/features/${where} ${question}`));
  expect(FOUND.toSorted()).toEqual(written.toSorted());
});

/** The questions of a file in words: of every row that is asked about, and of what a change finds; queries have tests/house.test.ts. */
function questionsOf(path: string): string[] {
  const pieces = readFileSync(join(FEATURES, path), "utf8").split(/^(?=(?:export )?(?:(?:async )?function|const) \w+)/m);
  return pieces.flatMap((piece) => {
    const where = `src/features/${path} ${/^(?:export )?(?:async )?(?:function|const) (\w+)/.exec(piece)?.[1] ?? "begins"}`;
    const asked = [...piece.matchAll(/throwUnlessCan\((\S+), (?:subject\((\S+),[^;]*?\)|("\w+"))(?:, ([^)]*))?\);/g)].map(
      ([, action, row, name, column]) => `asks ${[action, row ?? name, column].filter(Boolean).join(" ")}`,
    );
    const found = [...piece.matchAll(/accessibleBy\([^),]*(?:, ([^)]*))?\)\.ofType\((\S+?)\)/g)].map(
      ([, action = "read", row]) => `finds ${action} ${row}`,
    );
    return [...(path.endsWith("queries.ts") ? [] : found), ...asked].map((question) => `${where} ${question.replaceAll('"', "")}`);
  });
}
