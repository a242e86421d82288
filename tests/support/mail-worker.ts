import { sendMail } from "@/features/mail/tasks";
import { startWorker } from "@/lib/queue";

// A worker in a process of its own, for tests that kill it: node --import tsx --import ./tests/support/bare.mjs
startWorker({ "mail.send": sendMail });
