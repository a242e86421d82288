import { startFreshness } from "@/access/freshness";
import { renewAtNewRole } from "@/access/renewal";
import { deleteAtOnce, sweepDeletions } from "@/features/account-deletion/changes";
import { finishRegistration, sweepTokens } from "@/features/accounts/changes";
import { sendVerification } from "@/features/addresses/changes";
import { makeExport, sweepExports } from "@/features/data-exports/changes";
import { refreshFigures } from "@/features/figures/compute";
import { sweepFiles } from "@/features/files/leftovers";
import { makePreview, requestPosters } from "@/features/files/previews";
import { removeObjects } from "@/features/files/removed-objects";
import { sweepInvitations } from "@/features/invitations/changes";
import { sendMail } from "@/features/mail/tasks";
import { sweepOrganizationInvitations } from "@/features/organizations/changes";
import { bulkStep } from "@/features/people-jobs/bulk";
import { exportStep } from "@/features/people-jobs/export";
import { importStep } from "@/features/people-jobs/import-step";
import { sweepImportUploads } from "@/features/people-jobs/import-uploads";
import { doPeopleJob } from "@/features/people-jobs/runner";
import { sweepPeopleJobs } from "@/features/people-jobs/sweep";
import { sendMagicLink, sendReset } from "@/features/recovery/changes";
import { GENERATORS } from "@/features/studio/generators/registry";
import { endStreams } from "@/features/studio/jobs/events";
import { cancelWith, stepWith, sweepJobs } from "@/features/studio/jobs/run";
import { sweepCensus, takeCensus } from "@/features/system/census";
import { flushDayCounts } from "@/lib/day-counts";
import { env, isZeroConfig } from "@/lib/env";
import { openGeoip } from "@/lib/geoip";
import { log } from "@/lib/log";
import { type Handlers, startWorker } from "@/lib/queue";
import { repeat } from "@/lib/repeat";
import { soundCookies } from "@/lib/session-cookie";
import { storage } from "@/storage";
import { quickHead } from "../middleware";

const SWEEP_AFTER_MS = 10_000;
const SWEEP_EVERY_MS = 300_000;
const POSTERS_AFTER_MS = 15_000;
const REMOVALS_AFTER_MS = 20_000;
const REMOVALS_EVERY_MS = 30_000;
const FIGURES_AFTER_MS = 2_000;
const FIGURES_EVERY_MS = 300_000;

/** What is done beside the requests, and by whom. */
const HANDLERS: Handlers = {
  "mail.send": sendMail,
  "account.register": finishRegistration,
  "account.verify": sendVerification,
  "account.forgot": sendReset,
  "account.magicLink": sendMagicLink,
  "account.delete": deleteAtOnce,
  "data.export": makeExport,
  "storage.census": takeCensus,
  "people.job": doPeopleJob({ BULK: bulkStep, EXPORT: exportStep, IMPORT: importStep }),
  "file.preview": makePreview,
  "generation.step": stepWith(GENERATORS),
  "generation.cancel": cancelWith(GENERATORS),
};

/** What clears up, by its name in the log. */
const SWEEPS = {
  "sweep of censuses": sweepCensus,
  "sweep of deletions": sweepDeletions,
  "sweep of data exports": sweepExports,
  "sweep of files": sweepFiles,
  "sweep of import uploads": sweepImportUploads,
  "sweep of invitations": sweepInvitations,
  "sweep of jobs": sweepJobs,
  "sweep of organization invitations": sweepOrganizationInvitations,
  "sweep of people jobs": sweepPeopleJobs,
  "sweep of tokens": sweepTokens,
};

/** Refuses to serve with a wrong environment, and starts what runs beside the requests. */
export async function startUp(): Promise<void> {
  env();
  // scripts/serve.mjs is no part of this bundle: what it asks and waits for, it finds on globalThis.
  Object.assign(globalThis, { foyerSoundCookies: soundCookies, foyerQuickHead: quickHead, foyerRenewal: renewAtNewRole });
  storage();
  openGeoip();
  startFreshness();
  startJobs();
  repeat(SWEEPS, SWEEP_AFTER_MS, SWEEP_EVERY_MS);
  setTimeout(() => void requestPosters().catch((err: unknown) => log().warn({ err }, "posters")), POSTERS_AFTER_MS).unref();
  repeat({ "removal of objects": removeObjects }, REMOVALS_AFTER_MS, REMOVALS_EVERY_MS);
  repeat({ figures: refreshFigures }, FIGURES_AFTER_MS, FIGURES_EVERY_MS);
}

function startJobs(): void {
  if (!env().SMTP_URL && !isZeroConfig()) log().warn("SMTP_URL is not set: no mail is sent, and none is kept");
  const worker = startWorker(HANDLERS);
  // scripts/serve.mjs owns the process's end.
  Object.assign(globalThis, { foyerStop: () => Promise.all([endStreams(), worker.stop(), flushDayCounts()]) });
}
