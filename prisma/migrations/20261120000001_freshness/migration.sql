-- What makes a session obey at once: a change that matters to a session raises the row's version and tells every
-- process that listens. It stands in the database so that no code path, and no hand at psql, can forget it.
-- The listener is src/access/freshness.ts; docs/decisions/0002-freshness-in-memory.md says why it is built like this.

CREATE SEQUENCE foyer_version;

-- A version per row from one sequence: the row's lock orders its values, so a higher one is always the later state.
-- changedXid lets a listener that was away ask for every transaction that had not ended when it last looked; a clock or
-- the sequence alone would miss one that began earlier and committed later.
CREATE FUNCTION foyer_user_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."version" := nextval('foyer_version');
  NEW."changedXid" := pg_current_xact_id()::text::bigint;
  NEW."changedAt" := clock_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER foyer_user_changed
  BEFORE UPDATE OF "role", "profileComplete", "mustChangePassword", "epoch", "name", "email", "image" ON "User"
  FOR EACH ROW
  WHEN ((OLD."role", OLD."profileComplete", OLD."mustChangePassword", OLD."epoch", OLD."name", OLD."email", OLD."image")
     IS DISTINCT FROM (NEW."role", NEW."profileComplete", NEW."mustChangePassword", NEW."epoch", NEW."name", NEW."email", NEW."image"))
  EXECUTE FUNCTION foyer_user_changed();

-- Sends one message, and after the hundredth of a transaction only "many": listeners then forget what they hold and ask
-- the database once a person. PostgreSQL drops equal messages of one transaction, so a million rows cost 101.
CREATE FUNCTION foyer_notify(message jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  sent int := coalesce(nullif(current_setting('foyer.sent', true), ''), '0')::int;
BEGIN
  IF sent < 100 THEN
    PERFORM set_config('foyer.sent', (sent + 1)::text, true);
    PERFORM pg_notify('foyer_freshness', message::text);
  ELSE
    PERFORM pg_notify('foyer_freshness', '{"kind":"many"}');
  END IF;
END $$;

-- AFTER, not BEFORE: a row that another trigger or a constraint refuses must tell nobody.
CREATE FUNCTION foyer_user_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM foyer_notify(jsonb_build_object(
    'kind', 'user', 'id', NEW."id", 'version', NEW."version", 'epoch', NEW."epoch", 'role', NEW."role",
    'profileComplete', NEW."profileComplete", 'mustChangePassword', NEW."mustChangePassword",
    'name', NEW."name", 'email', NEW."email", 'image', NEW."image"));
  RETURN NULL;
END $$;

CREATE TRIGGER foyer_user_notify AFTER UPDATE ON "User" FOR EACH ROW
  WHEN (OLD."version" IS DISTINCT FROM NEW."version") EXECUTE FUNCTION foyer_user_notify();

CREATE FUNCTION foyer_user_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "Tombstone" ("userId", "changedXid") VALUES (OLD."id", pg_current_xact_id()::text::bigint)
    ON CONFLICT ("userId") DO UPDATE SET "changedXid" = EXCLUDED."changedXid", "deletedAt" = now();
  PERFORM foyer_notify(jsonb_build_object('kind', 'deleted', 'id', OLD."id"));
  RETURN NULL;
END $$;

CREATE TRIGGER foyer_user_deleted AFTER DELETE ON "User" FOR EACH ROW EXECUTE FUNCTION foyer_user_deleted();

CREATE FUNCTION foyer_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."changedXid" := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$;

CREATE TRIGGER foyer_session_ended BEFORE UPDATE OF "endedAt" ON "Session" FOR EACH ROW
  WHEN (OLD."endedAt" IS NULL AND NEW."endedAt" IS NOT NULL) EXECUTE FUNCTION foyer_session_ended();

CREATE FUNCTION foyer_session_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM foyer_notify(jsonb_build_object('kind', 'session', 'id', OLD."id"));
  RETURN NULL;
END $$;

CREATE TRIGGER foyer_session_notify AFTER UPDATE OF "endedAt" ON "Session" FOR EACH ROW
  WHEN (OLD."endedAt" IS NULL AND NEW."endedAt" IS NOT NULL) EXECUTE FUNCTION foyer_session_notify();

-- Audit rows are written once. Archiving will come as a function of its own, not as a DELETE anyone can send.
CREATE FUNCTION foyer_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER foyer_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "AuditEvent"
  FOR EACH STATEMENT EXECUTE FUNCTION foyer_audit_refuse();
