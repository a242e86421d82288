import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./src/i18n/request.ts");

const config: NextConfig = {
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  reactStrictMode: true,
  // `npm run check` does both, once; a build that repeats them only costs time.
  typescript: { ignoreBuildErrors: true },
  // next/image fixes its hosts at build time; one image has to serve every deployment (docs/decisions).
  images: { unoptimized: true },
  serverExternalPackages: ["bcryptjs", "pg", "pino", "@zxcvbn-ts/core", "@zxcvbn-ts/language-common", "@zxcvbn-ts/language-en", "@zxcvbn-ts/language-fr"],
  experimental: { serverActions: { bodySizeLimit: "256kb" } },
};

export default withNextIntl(config);
