using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// The schema of the database, from its first version on. Version n is the result of the first n steps. A released step is never edited. Times are UTC ticks,
/// enumerations are numbers (a test pins them), messages and documents are JSON. A step may call the functions of <see cref="SchemaFunctions"/>.
/// </summary>
internal static class SchemaMigrations
{
    /// <summary>The version whose step cleans stored texts. The step may run again. After it, the old texts are removed from the files too.</summary>
    public const int CleanTexts = 5;

    /// <summary>The steps, in order.</summary>
    public static IReadOnlyList<string> All { get; } = new[]
    {
        """
        CREATE TABLE connections (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,
            tenant_key TEXT NOT NULL,
            address_key TEXT NOT NULL,
            settings TEXT NOT NULL,
            secrets BLOB,
            health TEXT,
            pause TEXT,
            UNIQUE (tenant_key, address_key)
        );

        CREATE TABLE links (
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            account_id TEXT NOT NULL,
            entra_id TEXT NOT NULL,
            email TEXT NOT NULL,
            display_name TEXT,
            kind INTEGER NOT NULL,
            done INTEGER NOT NULL,
            prior_state INTEGER NOT NULL,
            handled_event INTEGER NOT NULL,
            admin_disable_reported INTEGER NOT NULL,
            absent_reads INTEGER NOT NULL,
            linked_at INTEGER NOT NULL,
            PRIMARY KEY (connection, account_id)
        ) WITHOUT ROWID;

        CREATE TABLE group_links (
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            group_id TEXT NOT NULL,
            account_group_id TEXT NOT NULL,
            display_name TEXT NOT NULL,
            not_found_reads INTEGER NOT NULL,
            absent_once TEXT,
            PRIMARY KEY (connection, group_id)
        ) WITHOUT ROWID;

        CREATE TABLE intents (
            sequence INTEGER PRIMARY KEY,
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            id BLOB NOT NULL,
            run_id BLOB NOT NULL,
            action INTEGER NOT NULL,
            entra_id TEXT,
            account_id TEXT,
            email TEXT,
            group_id TEXT,
            account_group_id TEXT,
            prior_state INTEGER NOT NULL,
            event INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            UNIQUE (connection, id)
        );

        CREATE TABLE removals (
            sequence INTEGER PRIMARY KEY,
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            at INTEGER NOT NULL,
            group_id TEXT,
            forced INTEGER NOT NULL
        );
        CREATE INDEX removals_by_time ON removals (connection, at);

        CREATE TABLE runs (
            sequence INTEGER PRIMARY KEY,
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            run_id BLOB NOT NULL,
            mode INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            error_id TEXT,
            summary TEXT NOT NULL,
            warnings TEXT,
            UNIQUE (connection, run_id)
        );
        CREATE INDEX runs_by_time ON runs (connection, started_at);

        CREATE TABLE run_changes (
            run INTEGER NOT NULL REFERENCES runs (sequence) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            action INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            email TEXT,
            display_name TEXT,
            entra_id TEXT,
            account_id TEXT,
            group_name TEXT,
            reason TEXT NOT NULL,
            before TEXT,
            after TEXT,
            error_id TEXT,
            detail TEXT,
            recommendation TEXT,
            PRIMARY KEY (run, position)
        ) WITHOUT ROWID;
        """,
        """
        ALTER TABLE links ADD COLUMN known_state INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX links_by_person ON links (connection, entra_id COLLATE NOCASE, kind);

        ALTER TABLE connections ADD COLUMN progress TEXT;

        CREATE TABLE members (
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            entra_id TEXT NOT NULL COLLATE NOCASE,
            group_id TEXT NOT NULL COLLATE NOCASE,
            address TEXT,
            address_key TEXT,
            PRIMARY KEY (connection, entra_id, group_id)
        ) WITHOUT ROWID;
        CREATE INDEX members_by_group ON members (connection, group_id);
        CREATE INDEX members_by_address ON members (connection, address_key) WHERE address_key IS NOT NULL;

        CREATE TABLE open_matters (
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            person_id TEXT,
            group_id TEXT,
            attempts INTEGER NOT NULL,
            not_before INTEGER NOT NULL,
            action INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            email TEXT,
            display_name TEXT,
            entra_id TEXT,
            account_id TEXT,
            group_name TEXT,
            reason TEXT NOT NULL,
            before TEXT,
            after TEXT,
            error_id TEXT,
            detail TEXT,
            recommendation TEXT,
            PRIMARY KEY (connection, position)
        ) WITHOUT ROWID;
        """,
        // Data about effects, origins, pending deletions and group members. For existing links:
        // - The origin stays Unknown (0).
        // - They count as read active, unless the account is known to be disabled, the connector did not disable it, and no admin disable was reported. The
        //   same holds for links that a process of an older version still writes.
        // - Version 2 never stored whether an effect was read. If the known state matches the action, the write itself may have set it. If not, either someone
        //   changed the account or the server never applied the action. So seen_done stays 0.
        // An account counts as a known group member if the last change in the history added it.
        """
        ALTER TABLE connections ADD COLUMN run_number INTEGER NOT NULL DEFAULT 0;

        ALTER TABLE links ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE links ADD COLUMN seen_active INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE links ADD COLUMN seen_done INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE links ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE links ADD COLUMN asked_event INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE links ADD COLUMN waiting_event INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE links ADD COLUMN waiting_since INTEGER;
        ALTER TABLE links ADD COLUMN delete_since INTEGER;
        ALTER TABLE links ADD COLUMN delete_event INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE links ADD COLUMN names_written INTEGER;
        ALTER TABLE links ADD COLUMN names_read INTEGER;
        ALTER TABLE links ADD COLUMN is_held INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX links_by_deletion ON links (connection, delete_since) WHERE delete_since IS NOT NULL;
        UPDATE links SET seen_active = 0 WHERE known_state = 3 AND done = 0 AND admin_disable_reported = 0;

        CREATE TABLE group_members (
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            group_id TEXT NOT NULL COLLATE NOCASE,
            account_id TEXT NOT NULL,
            mark INTEGER NOT NULL,
            PRIMARY KEY (connection, group_id, account_id)
        ) WITHOUT ROWID;
        INSERT INTO group_members (connection, group_id, account_id, mark)
        SELECT connection, group_id, account_id, 0 FROM (
            SELECT g.connection, g.group_id, c.account_id, c.action,
                row_number() OVER (PARTITION BY g.connection, g.group_id, c.account_id ORDER BY r.sequence DESC, c.position DESC) AS age
            FROM group_links AS g JOIN runs AS r ON r.connection = g.connection JOIN run_changes AS c ON c.run = r.sequence
            WHERE c.outcome = 1 AND c.action IN (10, 11) AND c.group_name = g.display_name AND c.account_id IS NOT NULL)
        WHERE age = 1 AND action = 10;

        UPDATE connections SET health = json_set(health, '$.adoptMeaningUntold', json('true'))
        WHERE json_valid(health) AND json_valid(settings) AND COALESCE(settings ->> '$.rules.existingAccount', 'Adopt') = 'Adopt';
        UPDATE connections SET progress = json_set(progress, '$.scope', schema3_scope(progress ->> '$.scope', settings)) WHERE json_valid(progress) AND progress ->> '$.scope' IS NOT NULL;
        UPDATE members SET address_key = schema3_address_key(address) WHERE address GLOB '*[^ -~]*';
        """,
        // Rewrites secrets in the form that authenticates the settings with them.
        """
        UPDATE connections SET secrets = schema4_secrets(id, settings, secrets) WHERE secrets IS NOT NULL;
        """,
        // Earlier versions stored proxy errors of the platform, which may contain the proxy's password.
        """
        UPDATE runs SET summary = schema5_clean(summary), warnings = schema5_clean(warnings) WHERE summary LIKE '%://%@%' OR warnings LIKE '%://%@%';
        UPDATE run_changes SET reason = schema5_clean(reason), before = schema5_clean(before), after = schema5_clean(after), detail = schema5_clean(detail),
            recommendation = schema5_clean(recommendation)
        WHERE reason LIKE '%://%@%' OR before LIKE '%://%@%' OR after LIKE '%://%@%' OR detail LIKE '%://%@%' OR recommendation LIKE '%://%@%';
        UPDATE open_matters SET reason = schema5_clean(reason), before = schema5_clean(before), after = schema5_clean(after), detail = schema5_clean(detail),
            recommendation = schema5_clean(recommendation)
        WHERE reason LIKE '%://%@%' OR before LIKE '%://%@%' OR after LIKE '%://%@%' OR detail LIKE '%://%@%' OR recommendation LIKE '%://%@%';
        UPDATE connections SET health = schema5_clean(health), pause = schema5_clean(pause) WHERE health LIKE '%://%@%' OR pause LIKE '%://%@%';
        """,
        // The leaving event of a pending retry that disables (5), deletes (6) or converts (7) an account. Before, only the text of the reason contained it.
        """
        ALTER TABLE open_matters ADD COLUMN leaving_event INTEGER NOT NULL DEFAULT 0;
        UPDATE open_matters SET leaving_event = CASE reason ->> 0 WHEN 'Reason_Disabled' THEN 1 WHEN 'Reason_Removed' THEN 2 WHEN 'Reason_Deleted' THEN 3 ELSE 0 END
        WHERE action IN (5, 6, 7) AND json_valid(reason);
        """,
        // The connections that are due at once. Connections of earlier versions become due by their last run.
        """
        CREATE TABLE run_requests (connection INTEGER PRIMARY KEY REFERENCES connections (key) ON DELETE CASCADE);
        """,
        Alerts,
        // When each change ended, and when an account that is missing was last seen; null for the changes and links of earlier versions.
        """
        ALTER TABLE run_changes ADD COLUMN ended_at INTEGER;
        ALTER TABLE links ADD COLUMN last_seen_at INTEGER;
        """,
        // The skipped changes that a result listed and the history leaves out; not known of earlier runs.
        """
        ALTER TABLE runs ADD COLUMN unlisted_skips INTEGER NOT NULL DEFAULT 0;
        """,
    };

    // Alerts, what each has reported about each connection, and the undelivered events. The addresses of receivers are encrypted.
    private const string Alerts =
        """
        CREATE TABLE alerts (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            connection INTEGER REFERENCES connections (key) ON DELETE CASCADE,
            tag TEXT,
            settings TEXT NOT NULL,
            address BLOB NOT NULL,
            delivered_at INTEGER,
            dropped INTEGER NOT NULL DEFAULT 0,
            dropped_at INTEGER,
            failure TEXT
        );
        CREATE INDEX alerts_by_connection ON alerts (connection);

        CREATE TABLE alert_memories (
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            alert INTEGER NOT NULL REFERENCES alerts (key) ON DELETE CASCADE,
            memory TEXT NOT NULL,
            PRIMARY KEY (connection, alert)
        ) WITHOUT ROWID;
        CREATE INDEX alert_memories_by_alert ON alert_memories (alert);

        CREATE TABLE alert_events (
            sequence INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            connection INTEGER NOT NULL REFERENCES connections (key) ON DELETE CASCADE,
            alert INTEGER NOT NULL REFERENCES alerts (key) ON DELETE CASCADE,
            notice TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            first_attempt INTEGER,
            reserved_until INTEGER
        );
        CREATE INDEX alert_events_by_connection ON alert_events (connection);
        CREATE INDEX alert_events_by_alert ON alert_events (alert);
        """;
}
