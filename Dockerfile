FROM node:24-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 FOYER_DATA=/data
WORKDIR /app
RUN mkdir /data && chown node:node /app /data
USER node

# Before the source, so that a change of source does not install again.
COPY --chown=node:node package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

COPY --chown=node:node . .
RUN npm run build

VOLUME /data
EXPOSE 3000
HEALTHCHECK --start-period=60s --timeout=5s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/api/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["npm", "start"]
