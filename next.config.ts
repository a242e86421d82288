import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin({
  requestConfig: "./src/i18n/request.ts",
  // Messages are parsed once, by the build: what every visitor would load to do so is 13 kB (gzip). `t.raw` does not know them then.
  experimental: { messages: { path: "./src/i18n/messages", locales: "infer", format: "json", precompile: true } },
});

/** Pages whose address holds a link from a mail, or what came of one: not even this site's own assets are told where they were asked from. */
const LINK_PAGES = "/:page(verify-email|reset-password|change-email|revert-email|not-me|magic-link|invitation|join|register)";

const config: NextConfig = {
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  reactStrictMode: true,
  // `npm run check` does both, once; a build that repeats them only costs time.
  typescript: { ignoreBuildErrors: true },
  // next/image fixes its hosts at build time; one image has to serve every deployment.
  images: { unoptimized: true },
  serverExternalPackages: [
    // Mail is rendered by React's own renderer, which a bundle of server components may not import.
    "@react-email/components",
    "@react-email/render",
    "graphile-worker",
    "nodemailer",
    "bcryptjs",
    // Its fonts lie beside its code.
    "pdfkit",
    "docx",
    "pg",
    "pino",
    "@zxcvbn-ts/core",
    "@zxcvbn-ts/language-common",
    "@zxcvbn-ts/language-en",
    "@zxcvbn-ts/language-fr",
  ],
  // Beside those of every answer: scripts/security-headers.mjs.
  headers: async () => [
    // Not no-referrer, under which a form without JavaScript would have no Origin to be judged by.
    { source: LINK_PAGES, headers: [{ key: "Referrer-Policy", value: "strict-origin" }] },
    // Documents of the API are never rendered: nothing in one may run.
    {
      source: "/api/:path((?!storage/).*)",
      headers: [{ key: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'" }],
    },
    // What is set here replaces what a route says: the same as src/storage/local.ts, for the refusals at its door too.
    { source: "/api/storage/:path+", headers: [{ key: "Content-Security-Policy", value: "sandbox; default-src 'none'" }] },
  ],
  redirects: async () => [
    { source: "/sign-in", destination: "/login", permanent: false },
    { source: "/sign-up", destination: "/register", permanent: false },
    { source: "/studio", destination: "/studio/images", permanent: false },
    { source: "/settings", destination: "/settings/profile", permanent: false },
  ],
  // Asked for by every browser that has not read the page's <head> yet.
  rewrites: async () => [{ source: "/favicon.ico", destination: "/icon.svg" }],
  experimental: {
    // A chapter of a book, of a million characters with accents.
    serverActions: { bodySizeLimit: "4mb" },
    // Bytes before minifying; a little above the default of 50,000 a part of Next's own that every page loads is no chunk of its
    // own. A page loads 0.7 kB (gzip) less, and who sees ten of them 3 kB; from 100,000 on they load more, since pages share less.
    turbopackChunking: { minChunkSize: 70_000 },
  },
};

export default withNextIntl(config);
